// The background of the first notebook: linear functions, a line through its intercepts, exponential and logarithm.
#pragma once

#include <array>

#include "engine/typed_study.hpp"

namespace trawl::studies {

struct BackgroundMathParameters {
  std::array<double, 2> beta = {0.5, 0.2};
  std::array<double, 3> omega1 = {-1.0, 0.4, -0.3};
  std::array<double, 3> omega2 = {0.1, 0.1, 1.2};
  std::array<double, 3> x = {4, -1, 2};
  double y_intercept = 10;
  double x_intercept = 5;
  double z = 1;
};

/// Three things that the rest is made of:
///
///     y_i = beta_i + sum_j Omega_ij x_j,  i = 1, 2, j = 1, 2, 3
///     the line through (0, Y) and (X, 0):  y = Y - (Y / X) x
///     e^z, ln z, and their compositions ln e^z = z and e^(ln z) = z for z > 0
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta_i, Omega_ij, x_j | beta1, beta2, omega11 .. omega23, x1, x2, x3 | any |
/// | Y, X | y_intercept, x_intercept: where the line meets the axes | any; a point with X = 0 fails |
/// | z | z: argument of exponential and logarithm | any |
///
/// ln 0 = -infinity and e^z for z > 709.78 are not finite, so that such points count as failed; ln z of a negative
/// number does not exist and is NaN.
///
/// Method: the C library. Error: 1 ULP each; tests/studies/background_math_test.cpp checks both compositions.
/// Cost: 50 ns. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 1.1, "Background mathematics".
class BackgroundMath final : public TypedStudy<BackgroundMathParameters> {
 public:
  BackgroundMath();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 1024; }

 protected:
  void evaluate(const BackgroundMathParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
