// Evaluates ranges on the threads of one rank.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <tbb/task_arena.h>

#include "engine/evaluate.hpp"
#include "engine/inflight.hpp"
#include "engine/range_job.hpp"
#include "engine/sweep.hpp"
#include "engine/tbb_threads.hpp"
#include "engine/transport.hpp"

namespace trawl {

struct WorkerOptions {
  int threads = 1;
  double point_timeout_s = 0;  ///< 0: none
};

/// One rank's threads. Each runs a lane, a loop that takes the next few tasks of the oldest range and evaluates them; a
/// large point may itself be parallel in the TBB arena that the lanes share, where lanes without a range of their own
/// help. TBB has no threads of its own, since it ends the program if it cannot start one. All methods are for one
/// thread, the rank's main thread, which is not a lane.
class Worker {
 public:
  /// Starts the threads: all that there are during the run, but for those that replace a lane given up. If not all can
  /// be started there are fewer; throws IoError if there is none.
  Worker(const Sweep& sweep, const WorkerOptions& options, InflightFile& inflight);
  ~Worker();  ///< nothing may run any more; see RetireWorker

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

  /// Lanes that take tasks. None is left if every one was given up and no thread could be started instead.
  int lanes() const { return lanes_left_; }

  /// Why there are fewer threads than asked for, in a phrase; empty if there are not.
  const std::string& shortage() const { return shortage_; }

 private:
  friend struct RetireWorker;
  struct Lane;

  bool start_lane(tbb::task_arena& arena);
  void await_start();
  bool end_lanes();
  void run_lane(Lane& lane);
  void loop(Lane& lane);
  bool step(Lane& lane);
  bool await_range(Lane& lane);
  void wake_lanes();
  void complete(RangeJob& job);
  void run_inline(RangeJob& job);

  const Sweep& sweep_;
  const WorkerOptions options_;
  InflightFile& inflight_;
  std::size_t block_;
  NoTbbThreads no_tbb_threads_;
  std::list<tbb::task_arena> spare_arenas_;
  tbb::task_arena arena_;
  std::optional<Evaluator> inline_evaluator_;
  double seconds_per_task_ = 1e9;  // running estimate, for deciding what to run inline
  int stuck_ = 0;
  int lanes_left_ = 0;
  std::size_t jobs_in_work_ = 0;  // assigned and not yet taken
  std::string shortage_;
  Worker* next_kept_ = nullptr;  // of those that were not waited for

  std::mutex mutex_;                   // guards what follows
  std::condition_variable changed_;    // a lane, or what lanes wait for
  std::condition_variable completed_;  // a range
  std::list<Lane> lanes_;              // a lane given up stays here: its thread may come back to it
  RangeJobs queue_;                    // with tasks that no lane has taken
  RangeJobs taken_;                    // every task taken, not all done
  RangeJobs done_;
  bool stopping_ = false;
  bool leaving_ = false;
};

/// Ends a worker without waiting for points: if one still runs, the worker is kept for ever, since its thread may come
/// back to it.
struct RetireWorker {
  void operator()(Worker* worker) const;
};
using WorkerPointer = std::unique_ptr<Worker, RetireWorker>;

}  // namespace trawl
