// index -> point, computed, never stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/sweep_spec.hpp"
#include "engine/task.hpp"

namespace trawl {

/// One dimension of the result file that comes from the sweep (before `replicate`).
/// A grid has one for each axis (one for each group of zipped axes); every other design has the one named "point".
struct SweepDimension {
  std::string name;
  std::uint64_t size = 0;
  /// Parameters that vary along it (positions in Declaration::parameters). If there is exactly one and it has the
  /// dimension's name, its values are the dimension's scale; else the scale is 0, 1, ... and each parameter is a
  /// coordinate variable along the dimension.
  std::vector<std::size_t> parameters;
};

/// The points of a validated sweep. Immutable: every method may be called from many threads at once. O(1) per point.
class Design {
 public:
  /// `spec` must have passed validate().
  Design(const SweepSpec& spec, const Declaration& declaration);
  ~Design();
  Design(Design&&) noexcept;

  std::uint64_t point_count() const;
  std::uint64_t task_count() const;  ///< point_count() * replicates
  std::uint64_t replicates() const;
  std::uint64_t seed() const;
  std::size_t parameter_count() const;

  const std::vector<SweepDimension>& dimensions() const;

  /// Positions of the parameters that are the same for every point.
  const std::vector<std::size_t>& fixed_parameters() const;

  /// Values of points [first, first + count) as rows of parameter_count() doubles.
  void points(PointIndex first, std::uint64_t count, double* rows) const;

  /// Value number i of `parameter` along dimension d (one that lists it); i < dimensions()[d].size.
  double coordinate(std::size_t d, std::size_t parameter, std::uint64_t i) const;

  /// The index that addresses a task's random numbers: its own, or that of the task it shares them with.
  std::uint64_t random_index(TaskIndex task) const;

  /// Smallest and largest value of each parameter over all points (of the whole distribution for sampled designs).
  const std::vector<Extent>& extents() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl
