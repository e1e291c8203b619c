// The fixed points of a line with a ripple.
#pragma once

#include <cmath>
#include <span>

namespace trawl::studies::contraction {

/// g(z) = a + b z + c sin(w z).
struct RippledLine {
  double a, b, c, w;

  double operator()(double z) const { return a + b * z + c * std::sin(w * z); }
  double derivative(double z) const { return b + c * w * std::cos(w * z); }

  /// sup |g'|.
  double lipschitz() const { return std::abs(b) + std::abs(c * w); }
};

/// Finds the z in [lower, upper] with g(z) = z, from the lowest up, and writes as many as `found` has room for.
/// Returns their number. Double roots, where g touches the diagonal, may be missed.
std::size_t fixed_points(const RippledLine& g, double lower, double upper, std::span<double> found);

}  // namespace trawl::studies::contraction
