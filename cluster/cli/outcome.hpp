// What a result file's statuses mean for an exit code.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "engine/error.hpp"
#include "engine/task.hpp"

namespace trawl::cluster {

using StatusCounts = std::array<std::uint64_t, 7>;  ///< tasks, indexed by Status

inline std::uint64_t failures_in(const StatusCounts& counts) {
  std::uint64_t failures = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (is_failure(static_cast<Status>(s))) failures += counts[s];
  }
  return failures;
}

std::uint64_t tasks_in(const StatusCounts& counts);

/// "none failed", "3 threw, 1 timed_out".
std::string failures_text(const StatusCounts& counts);

/// The line for a sweep that there is nothing to do for.
void say_complete(const std::string& path, const StatusCounts& counts);

/// The exit code of a run that left the file like this.
inline int exit_code_of(const StatusCounts& counts) {
  if (counts[static_cast<std::size_t>(Status::pending)] > 0) return exit_stopped_early;
  return failures_in(counts) > 0 ? exit_failed_points : exit_complete;
}

}  // namespace trawl::cluster
