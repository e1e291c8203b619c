// An axis made ready to be read many times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/sweep_spec.hpp"

namespace trawl {

/// The values of an axis: in a table if they are few or listed, computed from their index otherwise. A Choice reads as
/// a List; the other distributions have size 0 and no values.
class AxisReader {
 public:
  explicit AxisReader(Axis axis);

  const Axis& axis() const { return axis_; }
  std::uint64_t size() const { return size_; }
  double value(std::uint64_t i) const { return table_.empty() ? axis_value(axis_, i) : table_[i]; }

  /// Values first .. first + count - 1 to out[0], out[stride], ...
  void fill(std::uint64_t first, std::uint64_t count, double* out, std::size_t stride) const;

  /// Smallest and largest value; of a distribution the ends of its interval.
  Extent extent() const;

 private:
  Axis axis_;
  std::uint64_t size_;
  std::vector<double> table_;
};

}  // namespace trawl
