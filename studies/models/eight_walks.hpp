// Walks of eight points side by side, one in each lane of a vector kernel.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "studies/models/descent.hpp"

namespace trawl::studies::models {

/// Element i of each array belongs to walk i. A walk with steps_left 0 stands still.
struct EightWalks {
  static constexpr std::size_t count = 8;
  using Numbers = std::array<double, count>;

  Numbers steps_left{};
  Numbers phi0{}, phi1{};

  Vector2 phi(std::size_t i) const { return {phi0[i], phi1[i]}; }
};

/// Takes walks to their ends and writes all of WalkOutput. `walks` derives from EightWalks; its first points.size()
/// walks stand at their starts. points[i] has `steps` and `path_steps`; `first` is the task of points[0].
/// advance(walks, n) takes n steps at most.
template <class Walks, class P, class Loss, class Gradient>
void descend_together(Walks& walks, std::span<const P> points, const Loss& loss, const Gradient& gradient,
                      std::size_t first, const Columns& columns) {
  const auto kept = [](const P& p) { return std::min(p.steps, p.path_steps); };
  std::int64_t longest = 0;
  for (const P& p : points) longest = std::max(longest, kept(p));
  for (std::int64_t k = 0; k <= longest; ++k) {
    if (k > 0) advance(walks, 1);
    for (std::size_t i = 0; i < points.size(); ++i)
      if (k <= kept(points[i]))
        write_step(static_cast<std::size_t>(k), walks.phi(i), loss(walks.phi(i)), Outputs(columns, first + i));
  }
  advance(walks, double{most_steps});
  for (std::size_t i = 0; i < points.size(); ++i)
    write_end(walks.phi(i), loss(walks.phi(i)), gradient(walks.phi(i)), Outputs(columns, first + i));
}

/// Calls evaluate(span of points, first task) for eight tasks at a time; points are what `study` makes of their rows.
template <class P, class StudyOfP, class Evaluate>
void for_each_eight(const StudyOfP& study, const Tasks& tasks, const Evaluate& evaluate) {
  std::array<P, EightWalks::count> points;
  for (std::size_t first = 0; first < tasks.size; first += points.size()) {
    const std::size_t count = std::min(points.size(), tasks.size - first);
    for (std::size_t i = 0; i < count; ++i) points[i] = study.parameters(tasks.row(first + i));
    evaluate(std::span<const P>(points).first(count), first);
  }
}

}  // namespace trawl::studies::models
