// A range that a worker evaluates, and what is known of it so far.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "engine/evaluate.hpp"
#include "engine/records.hpp"
#include "engine/sweep.hpp"
#include "engine/transport.hpp"

namespace trawl {

struct RangeJob;
using RangeJobs = std::list<std::shared_ptr<RangeJob>>;  ///< spliced from one to another, which needs no memory

struct RangeJob {
  RangeJob(const Sweep& sweep, const Assignment& the_assignment);

  /// Takes the descriptions that there is room and memory for.
  void describe(std::vector<Failure>& found);

  /// The first `count` tasks as results; once.
  Results results(const Sweep& sweep, std::uint64_t count);

  const Assignment assignment;
  const std::uint64_t size;
  std::uint64_t chunk = 1;  ///< tasks that a lane takes at once
  std::unique_ptr<double[]> values;
  std::vector<std::uint8_t> statuses;
  RangeBuffer buffer;
  std::vector<TaskIndex> timed_out;  ///< their values and statuses belong to threads that may still write

  // Guarded by the worker's mutex:
  RangeJobs::iterator place;  ///< in whichever list it is
  std::uint64_t next = 0;     ///< offset of the first task that no lane has taken
  std::uint64_t done = 0;
  std::vector<Failure> failures;
  double seconds = 0;
  double longest_s = 0;

 private:
  bool is_timed_out(TaskIndex task) const;
  void copy_values(const Sweep& sweep, std::uint64_t count, double* out) const;
};

}  // namespace trawl
