// The local minima of the Gabor model's loss, and which of them a point belongs to.
#pragma once

#include <optional>
#include <vector>

#include "studies/models/vector2.hpp"

namespace trawl::studies::sgd_gabor {

struct Minimum {
  models::Vector2 phi;
  double loss;
};

/// The local minimum that a descent from phi in small steps leads to, if it comes to one: Newton's method with the
/// Hessian shifted to be positive definite, steps of length 1/2 at most, each of which lowers the loss.
/// The gradient there is below 1e-9.
std::optional<Minimum> settle(models::Vector2 phi);

/// Offset phi0 in [phi0_lower, phi0_upper], frequency phi1 in [phi1_lower, phi1_upper].
struct Window {
  double phi0_lower, phi0_upper, phi1_lower, phi1_upper;
};

/// The source's.
inline constexpr Window default_window = {-10, 10, 2.5, 22.5};

/// The minima in the window, lowest loss first, that descents from a lattice of unit spacing lead to.
std::vector<Minimum> local_minima(const Window& window);

/// The position of `minimum` in the list, if it is there to within 1e-4.
std::optional<std::size_t> rank_of(const Minimum& minimum, const std::vector<Minimum>& minima);

}  // namespace trawl::studies::sgd_gabor
