// The loss with a whole line of minima, and the same loss with the regulariser that a finite step implies.
#pragma once

#include <cmath>

#include "studies/models/vector2.hpp"

namespace trawl::studies::implicit_reg {

/// L = 1 - exp(-E), E = phi1^2 q / 2, q = exp(4 phi0^2): a valley along phi1 = 0, wide at phi0 = 0 and narrow far away.
///
///     grad E = (8 phi0 E, phi1 q),   grad L = e^-E grad E
///     H      = e^-E (hess E - grad E grad E^T),   hess E = (8 E + 64 phi0^2 E, 8 phi0 phi1 q; ., q)
struct Loss {
  double value;
  models::Vector2 gradient;
  models::Symmetric2 hessian;
};

inline Loss loss(models::Vector2 phi) {
  const double q = std::exp(4 * phi.x0 * phi.x0), e = phi.x1 * phi.x1 * q / 2;
  if (e > 745) return {1, {}, {}};  // exp(-E) is 0, but E may be infinite
  const models::Vector2 slope = {8 * phi.x0 * e, phi.x1 * q};
  const models::Symmetric2 bend = {8 * e + 64 * phi.x0 * phi.x0 * e, 8 * phi.x0 * phi.x1 * q, q};
  const double height = std::exp(-e);
  return {-std::expm1(-e), height * slope, height * (bend + -1 * models::outer(slope))};
}

/// (strength / 4) |grad L|^2.
inline double regulariser(models::Vector2 phi, double strength) {
  const models::Vector2 g = loss(phi).gradient;
  return strength / 4 * models::dot(g, g);
}

/// Gradient of L + (strength / 4) |grad L|^2: grad L + (strength / 2) H grad L.
inline models::Vector2 modified_gradient(models::Vector2 phi, double strength) {
  const Loss at = loss(phi);
  return at.gradient + strength / 2 * (at.hessian * at.gradient);
}

/// Where the flow of L from `start` ends: on the line phi1 = 0, and it conserves phi0 exp(-2 phi1^2).
inline models::Vector2 flow_limit(models::Vector2 start) {
  return {start.x0 * std::exp(-2 * start.x1 * start.x1), 0.0};
}

}  // namespace trawl::studies::implicit_reg
