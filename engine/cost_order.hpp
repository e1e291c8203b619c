// Which tasks go first: the expensive ones, found without looking at every point.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/sweep.hpp"

namespace trawl {

/// Consecutive tasks of about the same cost.
struct Segment {
  TaskRange range;
  double cost = 1;  ///< of one task
};

/// Cuts the tasks into at most max_segments segments, in task order. Each segment's cost is the mean of the study's
/// cost at up to three of its points; a study of uniform cost gives one segment.
std::vector<Segment> cost_segments(const Sweep& sweep, std::uint64_t max_segments = 4096);

}  // namespace trawl
