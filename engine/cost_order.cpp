#include "engine/cost_order.hpp"

#include <algorithm>
#include <cmath>

namespace trawl {

namespace {

double mean_cost(const Sweep& sweep, PointIndex begin, PointIndex end, std::vector<double>& row) {
  const PointIndex points[] = {begin, begin + (end - begin) / 2, end - 1};
  double sum = 0;
  for (const PointIndex point : points) {
    sweep.design.points(point, 1, row.data());
    const double cost = sweep.study.cost(row);
    sum += std::isfinite(cost) && cost > 0 ? cost : 1.0;
  }
  return sum / 3;
}

}  // namespace

std::vector<Segment> cost_segments(const Sweep& sweep, std::uint64_t max_segments) {
  const std::uint64_t points = sweep.design.point_count();
  const std::uint64_t replicates = sweep.design.replicates();
  if (sweep.study.has_uniform_cost()) return {{{0, points * replicates}, 1.0}};
  std::vector<Segment> segments;
  std::vector<double> row(sweep.design.parameter_count());
  const std::uint64_t step = (points + max_segments - 1) / max_segments;
  for (PointIndex begin = 0; begin < points; begin += std::min(step, points - begin)) {
    const PointIndex end = begin + std::min(step, points - begin);
    const double cost = mean_cost(sweep, begin, end, row);
    if (!segments.empty() && segments.back().cost == cost) segments.back().range.end = end * replicates;
    else segments.push_back({{begin * replicates, end * replicates}, cost});
  }
  return segments;
}

}  // namespace trawl
