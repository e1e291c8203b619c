// How long a sweep will take, from a short timed sample of its tasks.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/sweep.hpp"

namespace trawl::cluster {

struct Estimate {
  std::uint64_t tasks_timed = 0;
  double seconds_per_task = 0;  ///< of one thread, mean over the sweep; NaN if no task returned in time
  double thread_seconds = 0;    ///< of the whole sweep
  double longest_s = 0;         ///< longest time spent at a block of tasks of the sample
};

/// Of a sweep of which nothing was timed.
Estimate unknown_time();

/// Evaluates tasks spread over the sweep for about `budget_s` on one thread, at least one, and scales their time with
/// the study's cost. Gives up after `patience_s`, or when `stop` is set, with NaN; then a thread is left behind that
/// still uses the sweep.
Estimate estimate_time(const Sweep& sweep, double budget_s, double patience_s, const std::atomic<bool>* stop = nullptr);

}  // namespace trawl::cluster
