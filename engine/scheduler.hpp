// Who computes what next. A state machine: events in, messages out; no I/O, no clock, no MPI.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "engine/cost_order.hpp"
#include "engine/interval_set.hpp"
#include "engine/transport.hpp"

namespace trawl {

struct SchedulerOptions {
  double lease_s = 15;                ///< a worker that is silent for longer is lost
  std::uint64_t range_size = 0;       ///< tasks per range; 0: sized by cost
  std::uint64_t max_range_tasks = 1;  ///< so that the results fit into one message
  std::uint64_t first_range_tasks = 1;
  Rank home = 0;  ///< the rank that schedules: not risked for tasks whose worker died while there is another
};

/// A message for a worker.
struct Outgoing {
  Rank to = 0;
  Message message;
};

/// Hands out ranges of tasks. Memory is bounded by the number of workers, segments and holes, not of tasks.
///
/// Ranges follow factoring (Hummel, Schonberg, Flynn, "Factoring: a method for scheduling parallel loops", CACM 35(8),
/// 1992): a worker gets half of its fair share of what remains, weighted by its measured speed, never less than is
/// worth a message and never more than fits into one. Two ranges are in flight for each worker, so that it does not
/// wait for the reply; where one task is long, as many as it has threads. The most expensive segments go first. Tasks
/// whose worker died come last, alone, and never on the scheduler's own rank while another worker lives; after the
/// third death a task is given up as crashed.
///
/// A sub-master is a worker that stands for several ranks and has a scheduler of its own for them. It gets ranges for
/// all of them, returns them in parts, and is given more when less than a range is in flight.
class Scheduler {
 public:
  /// `pending`: the tasks to compute. `segments`: all tasks of the sweep with their cost.
  Scheduler(SchedulerOptions options, IntervalSet pending, std::vector<Segment> segments);

  // Events. `now` is seconds on any clock that does not go back.
  void hello(Rank rank, const Hello& hello, double now);
  void heartbeat(Rank rank, double now);
  /// Results, all of a grant or the part done before a stop. False: from a worker that was given up; ignore them.
  /// `longest_s` is the longest time that one of its tasks took, 0 if that is not known.
  bool results(Rank rank, std::uint64_t grant, TaskRange range, double seconds, double now, double longest_s = 0,
               bool last = true);
  /// The worker is dead. `suspects` are the tasks it was computing; none at all if that is not known.
  void lost(Rank rank, const std::optional<std::vector<TaskRange>>& suspects);
  /// The worker computes no more, and no task is to blame.
  void left(Rank rank) { lost(rank, std::vector<TaskRange>()); }
  /// Some of the tasks just returned failed for want of a resource. Each is tried once more, alone, when nothing else
  /// is pending; failing again it is left to another run.
  void lacked(TaskRange range);
  /// An earlier process faulted in these tasks, `times` times; before the first hello.
  void faulted(TaskRange range, int times);
  void stop();
  /// More tasks to compute. Careful: a worker died of them; `deaths` of them if it is a single one.
  void add(TaskRange range, bool careful = false, int deaths = 0);

  /// From now on a range is handed out only if it should end before this time.
  void set_deadline(double deadline) { deadline_ = deadline; }

  /// Whether the rest is for another run: the deadline has passed, or nothing more is in flight because nothing that is
  /// pending would end before it.
  bool out_of_time(double now) const;

  /// Messages to send, oldest first; empties the list.
  std::vector<Outgoing> take_messages();

  /// Tasks given up as crashed since the last call.
  std::vector<TaskIndex> take_crashed();

  /// Workers that have been silent for longer than the lease. The caller then calls lost() for each.
  std::vector<Rank> expired(double now) const;

  bool finished() const;  ///< nothing is in flight or to be handed out
  bool will_retry(TaskIndex task) const { return !stopping_ && !left_.contains(task); }
  bool idle() const { return grants_.empty(); }
  int live_workers() const;
  /// Estimate by the cost of what is left, less the part of it that should be done by now, and the speed measured last;
  /// longer by as much as the threads were idle so far. NaN while unknown. `elapsed` is the time now if the run began
  /// at 0.
  double remaining_seconds(double elapsed) const;

 private:
  struct WorkerState {
    int threads = 1;
    int ranks = 1;
    bool alive = true;
    double last_heard = 0;
    double rate = 0;              // cost per second; 0: not known yet
    std::uint64_t last_size = 0;  // tasks of its last range
    double in_flight_cost = 0;
    double fed_s = 0;  // time since which it works at what is in flight
    std::vector<std::uint64_t> grants;
  };
  struct Grant {
    Rank rank = 0;
    TaskRange range;
    bool careful = false;
    IntervalSet done;  // returned before the rest
  };

  void suspect(TaskRange range);
  void send(Rank rank, Message message);
  void feed_all();
  void feed(Rank rank, WorkerState& worker);
  void give(Rank rank, WorkerState& worker, TaskRange range, bool careful);
  bool take_suspect(Rank rank, const WorkerState& worker, TaskRange& range);
  const Segment* next_segment(const WorkerState& worker, TaskRange& pending);
  bool tasks_are_long(const WorkerState& worker, double cost) const;
  std::uint64_t range_tasks(const WorkerState& worker, double cost) const;
  std::uint64_t tasks_in_time(const WorkerState& worker, double cost) const;
  bool wants_more(const WorkerState& worker, double cost) const;
  IntervalSet rest_of(const Grant& grant) const;
  void take_from_flight(WorkerState& worker, TaskRange range);
  void put_back(TaskRange range);
  double cost_of(TaskRange range) const;
  double room_s(const WorkerState& worker) const;
  void set_rate(WorkerState& worker, double rate);
  double total_rate() const;

  const SchedulerOptions options_;
  IntervalSet pending_;
  double pending_cost_ = 0;
  double in_flight_cost_ = 0;
  double busy_s_ = 0;                 // thread seconds of what was returned
  std::vector<Segment> segments_;     // in task order
  std::vector<std::uint32_t> order_;  // positions in segments_, most expensive first
  std::size_t current_ = 0;           // position in order_ of the first segment that may have pending tasks
  std::map<Rank, WorkerState> workers_;
  std::map<std::uint64_t, Grant> grants_;  // in flight
  std::uint64_t next_grant_ = 1;
  double rate_sum_ = 0;  // over live workers whose rate is known
  int rates_known_ = 0;
  int live_ = 0;
  std::deque<TaskRange> suspects_;
  IntervalSet lacking_;  // to be tried once more
  IntervalSet retried_;
  IntervalSet left_;                 // to another run
  std::map<TaskIndex, int> deaths_;  // of single tasks
  std::vector<TaskIndex> crashed_;
  std::vector<Outgoing> messages_;
  bool stopping_ = false;
  double now_ = 0;  // of the last event
  double deadline_ = std::numeric_limits<double>::infinity();
  double longest_per_cost_ = 0;  // longest time of a task seen, divided by its cost
};

}  // namespace trawl
