// The best common shift of some logits: what an output's offset would be after a fit of it alone.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

#include "engine/softmax.hpp"
#include "engine/softmax_rows.hpp"

namespace trawl::studies::models {

/// The t with sum_i sigmoid(z_i + t) = positives, 0 < positives < N; there the cross-entropy of the logits z + t, with
/// that many positive labels, is least. NaN if a logit is not finite.
///
/// Method: let c be the middle between the smallest of the `positives` largest logits and the largest of the others.
/// Then |t + c| < ln(2 N), and Newton inside that bracket starts at t = -c. What is missing from 1 in the large ones is
/// set against what the small ones have, so that nothing cancels. Error: about 1e-15 (|t| + 1).
template <std::size_t N>
double best_logit_shift(std::array<double, N> z, std::size_t positives) {
  if (!std::all_of(z.begin(), z.end(), [](double x) { return std::isfinite(x); }))
    return std::numeric_limits<double>::quiet_NaN();
  const auto rest = z.begin() + static_cast<std::ptrdiff_t>(positives);
  std::nth_element(z.begin(), rest, z.end(), std::greater<>());
  const double centre = 0.5 * *rest + 0.5 * *std::min_element(z.begin(), rest);
  for (double& x : z) x = std::clamp(x - centre, -700.0, 700.0);  // beyond, sigmoid is 0 or 1
  exp_in_place(z);

  double s = 0, lower = -std::log(2.0 * N), upper = -lower, step = 1;
  while (std::abs(step) > 1e-9) {  // the next step would be of the order of its square
    const double scale = std::exp(s);
    double missing = 0, excess = 0, slope = 0;
    for (std::size_t i = 0; i < positives; ++i) {
      const double odds = scale * z[i], no = 1 / (1 + odds);
      missing += no;
      slope += odds * no * no;
    }
    for (std::size_t i = positives; i < N; ++i) {
      const double odds = scale * z[i], no = 1 / (1 + odds), yes = odds * no;
      excess += yes;
      slope += yes * no;
    }
    excess -= missing;
    (excess > 0 ? upper : lower) = s;
    const double newton = s - excess / slope;
    const bool inside = newton == s || (newton > lower && newton < upper);  // s itself is an end of the bracket
    const double next = inside ? newton : 0.5 * (lower + upper);
    step = next - s;
    s = next;
  }
  return s - centre;
}

/// exp(-|z|) of each logit.
template <std::size_t N>
std::array<double, N> exp_minus_abs(std::array<double, N> z) {
  for (double& x : z) x = -std::abs(x);
  exp_in_place(z);
  return z;
}

/// Sum of the binary cross-entropies of the logits z + t; is_positive(i) says whether i has label 1.
template <std::size_t N, class IsPositive>
double shifted_cross_entropy(std::array<double, N> z, double t, const IsPositive& is_positive) {
  for (double& x : z) x += t;
  const auto e = exp_minus_abs(z);
  CrossEntropySum sum;
  for (std::size_t i = 0; i < N; ++i) sum.add(z[i], is_positive(i), e[i]);
  return sum.value();
}

}  // namespace trawl::studies::models
