// The loss that adam_2d descends: a bell-shaped valley, steep in phi1 and gentle in phi0.
#pragma once

#include <cmath>

#include "studies/models/vector2.hpp"

namespace trawl::studies::adam_2d {

/// L = 1 - exp(-E), E = (phi0 - 0.7)^2 / 8 + 2 phi1^2; the minimum is 0 at (0.7, 0).
inline constexpr models::Vector2 optimum = {0.7, 0.0};

/// grad E.
constexpr models::Vector2 exponent_gradient(models::Vector2 phi) {
  return {(phi.x0 - optimum.x0) / 4, 4 * phi.x1};
}

inline double exponent(models::Vector2 phi) {
  const double from_optimum = phi.x0 - optimum.x0;
  return from_optimum * from_optimum / 8 + 2 * phi.x1 * phi.x1;
}

/// By expm1, which keeps the digits near the minimum.
inline double loss(models::Vector2 phi) {
  return -std::expm1(-exponent(phi));
}

inline models::Vector2 gradient(models::Vector2 phi) {
  return std::exp(-exponent(phi)) * exponent_gradient(phi);
}

/// exp(-E) (diag(1/4, 4) - grad E grad E^T).
inline models::Symmetric2 hessian(models::Vector2 phi) {
  const models::Symmetric2 bowl = {0.25, 0.0, 4.0};
  return std::exp(-exponent(phi)) * (bowl + -1 * models::outer(exponent_gradient(phi)));
}

}  // namespace trawl::studies::adam_2d
