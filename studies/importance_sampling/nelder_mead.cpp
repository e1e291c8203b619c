#include "studies/importance_sampling/nelder_mead.hpp"

#include <algorithm>
#include <cmath>

namespace trawl::studies::importance {
namespace {

/// from + factor (to - from).
Point2 along(const Point2& from, const Point2& to, double factor) {
  return {from[0] + factor * (to[0] - from[0]), from[1] + factor * (to[1] - from[1])};
}

struct Vertex {
  Point2 at;
  double value;
};

double distance(const Vertex& a, const Vertex& b) {
  return std::hypot(a.at[0] - b.at[0], a.at[1] - b.at[1]);
}

}  // namespace

Point2 nelder_mead(const std::function<double(const Point2&)>& function, Point2 start, double size) {
  const auto vertex = [&](const Point2& at) { return Vertex{at, function(at)}; };
  std::array<Vertex, 3> simplex{vertex(start), vertex({start[0] + size, start[1]}),
                                vertex({start[0], start[1] + size})};
  auto& [best, middle, worst] = simplex;
  for (int step = 0; step < 500; ++step) {
    std::sort(simplex.begin(), simplex.end(), [](const Vertex& a, const Vertex& b) { return a.value < b.value; });
    if (std::max(distance(best, middle), distance(best, worst)) < 1e-9) break;
    const Point2 centre = along(best.at, middle.at, 0.5);
    const auto beyond = [&](double factor) { return vertex(along(centre, worst.at, -factor)); };

    const Vertex reflected = beyond(1);
    if (reflected.value < best.value) {
      const Vertex expanded = beyond(2);
      worst = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < middle.value) {
      worst = reflected;
    } else {
      const Vertex contracted = reflected.value < worst.value ? beyond(0.5) : beyond(-0.5);
      if (contracted.value < std::min(reflected.value, worst.value)) {
        worst = contracted;
      } else {
        middle = vertex(along(best.at, middle.at, 0.5));
        worst = vertex(along(best.at, worst.at, 0.5));
      }
    }
  }
  return std::min_element(simplex.begin(), simplex.end(), [](auto& a, auto& b) { return a.value < b.value; })->at;
}

}  // namespace trawl::studies::importance
