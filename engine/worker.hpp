// Evaluates ranges on the threads of one rank.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "engine/evaluate.hpp"
#include "engine/inflight.hpp"
#include "engine/sweep.hpp"
#include "engine/transport.hpp"

namespace trawl {

struct WorkerOptions {
  int threads = 1;
  double point_timeout_s = 0;  ///< 0: none
};

/// One rank's TBB arena. Each of its threads runs a lane, a loop that takes the next few tasks of the oldest range and
/// evaluates them; a large point may itself be parallel in the same arena. All methods are for one thread, the rank's
/// main thread, which is not a lane.
class Worker {
 public:
  Worker(const Sweep& sweep, const WorkerOptions& options, InflightFile& inflight);
  ~Worker();  ///< waits for the lanes, except those whose point never returned

  /// Queues a range. A range that should take less than a few microseconds is evaluated at once on the calling thread.
  void assign(const Assignment& assignment);

  /// Takes the results of a range, if one is complete.
  std::optional<Results> take();

  /// Lets the lanes finish the points they are at; take() then gives what is done of each range.
  void stop();

  /// After stop(): gives up the points that still run and hands out what is done before them.
  void give_up();

  /// Marks points that have been running for longer than the time-out and puts new lanes in their place.
  void check_timeouts();

  /// Waits until a range is complete, at most `seconds`.
  void wait(double seconds);

  bool idle() const { return jobs_in_work_ == 0; }
  bool has_stuck_threads() const { return stuck_ > 0; }

 private:
  struct Job;
  struct Lane;

  void start_lanes();
  void run_lane(Lane& lane);
  bool step(Lane& lane);
  void complete(const std::shared_ptr<Job>& job);
  void run_inline(const std::shared_ptr<Job>& job);
  Results results_of(Job& job, std::uint64_t count);

  const Sweep& sweep_;
  const WorkerOptions options_;
  InflightFile& inflight_;
  std::size_t block_;
  std::optional<tbb::global_control> control_;
  std::list<Lane> lanes_;  // a lane given up stays here: its thread may come back to it
  std::list<tbb::task_arena> spare_arenas_;
  tbb::task_arena arena_;
  std::optional<Evaluator> inline_evaluator_;
  double seconds_per_task_ = 1e9;  // running estimate, for deciding what to run inline
  int stuck_ = 0;
  std::size_t jobs_in_work_ = 0;  // assigned and not yet taken

  std::mutex mutex_;  // guards what follows
  std::condition_variable completed_;
  std::deque<std::shared_ptr<Job>> queue_;
  std::deque<std::shared_ptr<Job>> done_;
  bool stopping_ = false;
};

}  // namespace trawl
