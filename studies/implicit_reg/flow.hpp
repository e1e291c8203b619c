// Integrates dphi/dt = -grad(phi) with steps as long as the wanted error allows.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "studies/models/vector2.hpp"

namespace trawl::studies::implicit_reg {

/// phi(duration) of the gradient flow from `start`, by the 5(4) pair of Dormand and Prince. Each step's estimated error
/// is below 1e-12 (1 + |phi|). NaN if 10^6 steps are too few.
/// Source: E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, table II.5.2.
template <class Gradient>
models::Vector2 gradient_flow(models::Vector2 start, double duration, const Gradient& gradient) {
  using models::Vector2;
  constexpr double tolerance = 1e-12;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const auto f = [&gradient](Vector2 phi) { return -1 * gradient(phi); };

  Vector2 phi = start, k1 = f(phi);
  double t = 0, h = std::min(duration, 1e-3);
  for (int step = 0; t < duration; ++step) {
    // At rest: what remains of the way is below the last digit.
    if (norm(k1) * (duration - t) < 1e-18) break;
    if (step == 1'000'000 || std::isnan(h)) return {nan, nan};
    h = std::min(h, duration - t);
    const Vector2 k2 = f(phi + h / 5 * k1);
    const Vector2 k3 = f(phi + h * (3.0 / 40 * k1 + 9.0 / 40 * k2));
    const Vector2 k4 = f(phi + h * (44.0 / 45 * k1 + -56.0 / 15 * k2 + 32.0 / 9 * k3));
    const Vector2 k5 =
        f(phi + h * (19372.0 / 6561 * k1 + -25360.0 / 2187 * k2 + 64448.0 / 6561 * k3 + -212.0 / 729 * k4));
    const Vector2 k6 = f(phi + h * (9017.0 / 3168 * k1 + -355.0 / 33 * k2 + 46732.0 / 5247 * k3 + 49.0 / 176 * k4 +
                                    -5103.0 / 18656 * k5));
    const Vector2 next =
        phi + h * (35.0 / 384 * k1 + 500.0 / 1113 * k3 + 125.0 / 192 * k4 + -2187.0 / 6784 * k5 + 11.0 / 84 * k6);
    const Vector2 k7 = f(next);
    const Vector2 error = h * (71.0 / 57600 * k1 + -71.0 / 16695 * k3 + 71.0 / 1920 * k4 + -17253.0 / 339200 * k5 +
                               22.0 / 525 * k6 + -1.0 / 40 * k7);
    const double ratio = norm(error) / (tolerance * (1 + norm(phi)));
    if (ratio <= 1) {
      t += h;
      phi = next;
      k1 = k7;
    }
    h *= std::clamp(0.9 * std::pow(ratio, -0.2), 0.2, 5.0);
  }
  return phi;
}

}  // namespace trawl::studies::implicit_reg
