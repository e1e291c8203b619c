// Evaluates consecutive tasks: points, constraint, study, check for non-finite values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/constraint.hpp"
#include "engine/records.hpp"
#include "engine/sweep.hpp"

namespace trawl {

/// Where the results of a range go: task i of the range has its values at columns[k] + i * output_sizes[k].
struct RangeBuffer {
  TaskRange range;
  std::vector<double*> columns;
  std::uint8_t* statuses = nullptr;
};

/// Evaluates tasks on one thread. Holds the buffers for a block of points, so that no memory is allocated per point.
class Evaluator {
 public:
  explicit Evaluator(const Sweep& sweep);

  /// Largest number of tasks that evaluate() should get at once; 1 unless the study takes blocks.
  std::size_t block() const { return block_; }

  /// Evaluates `tasks`, a part of buffer.range of at most block() tasks. Sets every status; appends what failed, as
  /// far as it is among the first Records::max_failures_per_range.
  /// Throws nothing that comes from the study. What failed for want of a resource stays pending.
  void evaluate(TaskRange tasks, const RangeBuffer& buffer, std::vector<Failure>& failures);

 private:
  void load_points(TaskRange tasks);
  void evaluate_part(TaskRange tasks, std::size_t offset, const RangeBuffer& buffer, std::vector<Failure>& failures);
  void check_finite(TaskRange tasks, const RangeBuffer& buffer, std::vector<Failure>& failures);

  const Sweep& sweep_;
  Constraint constraint_;
  std::size_t block_;
  std::vector<double> points_;  // rows of points, when several replicates share them
  std::vector<double> rows_;    // one row per task
  std::vector<std::uint64_t> random_index_;
  std::vector<double*> base_;
};

}  // namespace trawl
