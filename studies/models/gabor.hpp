// The Gabor model and its loss on the data of studies/data/gabor30.hpp.
#pragma once

#include <cmath>

#include "studies/data/gabor30.hpp"
#include "studies/models/least_squares.hpp"

namespace trawl::studies::models {

/// prediction = sin(u) exp(-u^2 / 32), u = phi0 + 0.06 phi1 x: phi0 is the offset, phi1 the frequency.
///
/// d/du = exp(-u^2 / 32) (cos u - u sin(u) / 16), du/dphi = (1, 0.06 x).
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.3, "Stochastic gradient descent".
struct Gabor {
  static constexpr auto& data = data::gabor30;

  static Prediction predict(Vector2 phi, double x) {
    const double u = argument(phi, x), sin = std::sin(u), envelope = std::exp(-u * u / 32);
    return {sin * envelope, (envelope * (std::cos(u) - u * sin / 16)) * argument_gradient(x)};
  }

  static double argument(Vector2 phi, double x) { return phi.x0 + 0.06 * phi.x1 * x; }
  static constexpr Vector2 argument_gradient(double x) { return {1.0, 0.06 * x}; }
};

/// Second derivatives of the loss: sum over the data of 2 (f' g)(f' g)^T + 2 (f - y) f'' g g^T with g = du/dphi and
/// f'' = exp(-u^2 / 32) ((u^2 / 256 - 17 / 16) sin u - u cos(u) / 8).
inline Symmetric2 gabor_hessian(Vector2 phi) {
  Symmetric2 sum;
  for (const auto [x, y] : Gabor::data) {
    const Prediction f = Gabor::predict(phi, x);
    const double u = Gabor::argument(phi, x);
    const double second = std::exp(-u * u / 32) * ((u * u / 256 - 17.0 / 16) * std::sin(u) - u * std::cos(u) / 8);
    sum = sum + 2 * outer(f.gradient) + 2 * (f.value - y) * second * outer(Gabor::argument_gradient(x));
  }
  return sum;
}

}  // namespace trawl::studies::models
