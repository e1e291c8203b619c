// What the studies of descent in a plane share: parameters of the walk, its outputs, and the loop itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/vector2.hpp"

namespace trawl::studies::models {

/// Where a walk starts, how many steps it takes, and how many of them (from the first on) are kept in the file.
struct Walk {
  Vector2 start;
  std::int64_t steps;
  std::int64_t path_steps;
};

constexpr std::int64_t most_steps = 1'000'000;
constexpr std::int64_t all_steps = most_steps;  ///< default of path_steps

Parameter start_parameter(const char* name);
Parameter steps_parameter();
Parameter path_steps_parameter();
/// A weight of the mean of past gradients, in [0, 1).
Parameter decay_parameter(const char* name, const char* description);

/// Outputs that each of these studies has, in this order, before its own.
enum WalkOutput : std::size_t { end_phi, end_loss, end_gradient, phi_path, loss_path, walk_outputs };

/// Their layout; the sweep's largest steps and path_steps give the size of the dimension `step`.
OutputLayout walk_layout(const Extent& steps, const Extent& path_steps);

/// Steps 0 .. `steps` as coordinates, but no more than path_steps.
Dimension step_dimension(const Extent& steps, const Extent& path_steps);

inline void write(Vector2 v, std::span<double> out) {
  out[0] = v.x0;
  out[1] = v.x1;
}

/// Step k of the path.
inline void write_step(std::size_t k, Vector2 phi, double loss, const Outputs& out) {
  write(phi, out[phi_path].subspan(2 * k));
  out[loss_path][k] = loss;
}

inline void write_end(Vector2 phi, double loss, Vector2 gradient, const Outputs& out) {
  write(phi, out[end_phi]);
  out.set(end_loss, loss);
  write(gradient, out[end_gradient]);
}

/// phi <- next(phi, k) for k = 0, 1, ... Writes all of WalkOutput and returns the last phi.
template <class Next, class Loss, class Gradient>
Vector2 descend(const Walk& walk, const Next& next, const Loss& loss, const Gradient& gradient, const Outputs& out) {
  const std::int64_t kept = std::min(walk.steps, walk.path_steps);
  Vector2 phi = walk.start;
  for (std::int64_t k = 0; k <= walk.steps; ++k) {
    if (k > 0) phi = next(phi, k - 1);
    if (k <= kept) write_step(static_cast<std::size_t>(k), phi, loss(phi), out);
  }
  write_end(phi, loss(phi), gradient(phi), out);
  return phi;
}

}  // namespace trawl::studies::models
