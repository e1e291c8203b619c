// Runs a sweep: the master's loop on rank 0, the worker's on the others.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "engine/inflight.hpp"
#include "engine/interval_set.hpp"
#include "engine/records.hpp"
#include "engine/sweep.hpp"
#include "engine/transport.hpp"

namespace trawl {

/// A range that is sized by cost gives at most this much, unless one task gives more.
inline constexpr std::uint64_t max_range_bytes = 4 << 20;

struct RunOptions {
  int threads = 1;  ///< of this rank's TBB arena
  double flush_interval_s = 5;
  double point_timeout_s = 0;  ///< 0: none
  double heartbeat_s = 1;
  double lease_s = 15;                                            ///< a worker that is silent for this long is lost
  double grace_s = 10;                                            ///< after a stop, how long running points may go on
  double time_limit_s = std::numeric_limits<double>::infinity();  ///< the run is then over, everything flushed
  std::uint64_t range_size = 0;                                   ///< tasks per range; 0: sized by cost
  bool master_computes = true;
  int ranks_per_sub_master = 0;    ///< ranks in groups of so many have their own scheduler each; 0: all ask rank 0
  std::string inflight_path = {};  ///< file in which each rank notes what it is computing; empty: none
  const std::atomic<bool>* stop = nullptr;  ///< set by a signal handler
};

struct Progress {
  double elapsed_s = 0;
  std::uint64_t total = 0;        ///< tasks of the sweep, or of the shard of it
  std::uint64_t done = 0;         ///< tasks with a status, those of earlier runs included
  std::uint64_t done_before = 0;  ///< of these, in earlier runs
  std::uint64_t failed = 0;
  double remaining_s = 0;  ///< estimate; NaN while unknown
  int workers = 0;         ///< ranks that compute
};

/// Hears of what happens; called from the master's loop.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_progress(const Progress&) {}
  virtual void on_worker(Rank, const Hello&) {}
  virtual void on_worker_lost(Rank, const std::string& /*why*/) {}
  virtual void on_failure(const Failure&) {}  ///< also of what stays pending for want of a resource
};

/// What the result file knew before this run.
struct RunState {
  IntervalSet pending;
  std::array<std::uint64_t, 7> status_counts{};  ///< indexed by Status; of all tasks of the file
  std::vector<Fault> faults;  ///< recover_faults(), called before any rank starts: a rank's start removes its traces
};

/// Where a rank's time went.
struct RankSeconds {
  int threads = 0;             ///< that compute
  double joined_s = 0;         ///< when it said hello, in seconds from the start of the run
  double busy_s = 0;           ///< in studies, added up over the threads
  double communication_s = 0;  ///< of the main thread, in sending and taking messages
  double io_s = 0;             ///< of the main thread, in writing results; rank 0 only
};

struct RunSummary {
  std::array<std::uint64_t, 7> status_counts{};  ///< after the run, indexed by Status
  bool stopped_early = false;                    ///< a stop was asked for, time ran out, or no worker was left
  bool out_of_time = false;                      ///< it was the time
  int workers_lost = 0;
  bool threads_stuck = false;  ///< a point never returned: leave by _exit
  double elapsed_s = 0;
  std::uint64_t computed = 0;  ///< tasks computed by this run, excluded ones not counted
  std::uint64_t excluded = 0;  ///< tasks that this run found excluded
  std::uint64_t lacked = 0;    ///< tasks that failed for want of a resource and are still pending
  double busy_s = 0;           ///< thread seconds spent in studies
  std::map<Rank, RankSeconds> ranks;
  double longest_task_s = 0;  ///< longest time that a thread was at one task, or at a few taken together
};

/// Rank 0. Returns when every task that there are resources for has a status or the run was stopped; everything
/// received is then flushed. An exception leaves it at once: points that run are not waited for, so that the process
/// has to be left by _exit.
RunSummary run_master(const Sweep& sweep, RunState state, Transport& transport, RecordSink& sink, RunObserver& observer,
                      const RunOptions& options);

/// Every other rank. Returns when the master says so; true if it did, false if the master fell silent.
bool run_worker(const Sweep& sweep, Transport& transport, const RunOptions& options);

/// Evaluates one task alone, as a worker would, with all processors. Returns its records (a range of one task).
Records evaluate_task(const Sweep& sweep, TaskIndex task);

}  // namespace trawl
