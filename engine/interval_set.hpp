// A set of task indices kept as disjoint, sorted, non-adjacent ranges.
#pragma once

#include <cstdint>
#include <map>

#include "engine/task.hpp"

namespace trawl {

class IntervalSet {
 public:
  void insert(TaskRange range);  ///< joins what touches
  void erase(TaskRange range);
  bool contains(TaskIndex task) const;
  bool empty() const { return ranges_.empty(); }
  std::uint64_t count() const { return count_; }  ///< indices, not ranges

  /// First range at or after `from`, cut to [max(begin, from), ...); empty range if none.
  TaskRange next(TaskIndex from) const;

  /// begin -> end, ascending.
  const std::map<TaskIndex, TaskIndex>& ranges() const { return ranges_; }

 private:
  std::map<TaskIndex, TaskIndex> ranges_;
  std::uint64_t count_ = 0;
};

}  // namespace trawl
