// Least squares as maximum likelihood: a network predicts the mean of a normal distribution.
#pragma once

#include <array>

#include "engine/typed_study.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies {

struct GaussianNllParameters {
  models::Triple beta0 = {0.3, -1.0, -0.5};
  models::Triple omega0 = {-1.0, 1.8, 0.65};
  std::array<double, 1> beta1 = {0.1};
  models::Triple omega1 = {-2.0, -1.0, 7.0};
  double sigma = 0.2;
  double x = 0.5;
  double y = 0;
};

/// Density of N(mean, sd^2) at y.
double normal_density(double y, double mean, double sd);

/// Twenty points (x_i, y_i), a network f with three relu units, and P(y | x) = N(f(x), sigma^2):
///
///     f(x) = beta1 + sum_j omega1_j relu(beta0_j + omega0_j x)
///     NLL = -sum_i ln P(y_i | x_i) = (n/2) ln(2 pi sigma^2) + SS / (2 sigma^2),  SS = sum_i (y_i - f(x_i))^2
///     likelihood = exp(-NLL), which underflows to 0 from NLL = 745 on
///     best beta1 = beta1 + mean residual, whatever sigma;  best sigma = sqrt(SS / n), which depends on beta1
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta0, omega0 | beta0_j, omega0_j: offset and slope of hidden unit j = 0, 1, 2 | any |
/// | beta1, omega1 | beta1, omega1_j: offset and weights of the output | any |
/// | sigma | sigma: standard deviation of y about f(x) | 1e-100 .. 1e100 |
/// | x, y | x, y: a point whose f(x) and P(y | x) are written, as outputs `mu` and `density` | any |
///
/// SS is flat in sigma: a least-squares fit says nothing about it.
///
/// Method: sums over the points in order; the gradient (in all weights and sigma) by the chain rule, written out.
/// Error: rounding; tests/studies/gaussian_nll_test.cpp compares the gradient with dual numbers and differences.
/// Cost: 0.3 us. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.1, "Least squares loss".
class GaussianNll final : public TypedStudy<GaussianNllParameters> {
 public:
  GaussianNll();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 512; }

 protected:
  void evaluate(const GaussianNllParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
