// Indices of tasks and what can become of one. A task is (point, replicate).
#pragma once

#include <cstdint>

namespace trawl {

using TaskIndex = std::uint64_t;  ///< point * replicates + replicate
using PointIndex = std::uint64_t;

/// Tasks [begin, end).
struct TaskRange {
  TaskIndex begin = 0;
  TaskIndex end = 0;

  std::uint64_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
  friend bool operator==(const TaskRange&, const TaskRange&) = default;
};

/// The byte that the result file keeps for each task.
enum class Status : std::uint8_t {
  pending = 0,
  ok = 1,
  non_finite = 2,
  threw = 3,
  timed_out = 4,
  crashed = 5,
  excluded = 6,
};

inline constexpr const char* status_names[] = {"pending",   "ok",      "non_finite", "threw",
                                               "timed_out", "crashed", "excluded"};

inline bool is_failure(Status status) {
  return status != Status::pending && status != Status::ok && status != Status::excluded;
}

}  // namespace trawl
