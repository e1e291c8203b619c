// Two estimators of the gradient of an expectation: through the sample, or through its density.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

namespace reparam {

enum class Estimator { reparameterised, score, function };
enum class Baseline { none, optimal, custom };
enum class Gradient { exact, estimated };

struct Parameters {
  double phi = 0.5;
  std::int64_t samples = 1000;
  Estimator estimator = Estimator::reparameterised;
  Baseline baseline = Baseline::none;
  double baseline_value = 0;
  std::int64_t repeats = 100;
  Gradient descent = Gradient::exact;
  double start = 1;
  double learning_rate = 0.01;
  std::int64_t steps = 100;
};

}  // namespace reparam

/// The gradient of E[f(x)] with respect to phi, f(x) = x^2 + sin x, x ~ N(mu, sigma^2), mu = phi^3, sigma = e^phi:
///
///     E[f] = mu^2 + sigma^2 + e^(-sigma^2/2) sin mu
///     reparameterised   f'(mu + sigma e) (mu' + sigma e) = (2 x + cos x) (3 phi^2 + e^phi e),   e ~ N(0, 1)
///     score             (f(x) - b) d ln p(x)/dphi = (x^2 + sin x - b) (3 phi^2 (x - mu)/sigma^2 + (x - mu)^2/sigma^2 -
///     1)
///
/// Each estimate is the mean of n such terms; both have the mean dE[f]/dphi, and variance V/n with V that of one term.
/// Gradient descent phi <- phi - alpha g takes g exact, or estimated from n fresh samples in each step.
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi | phi; start for the descent | -10 .. 6 |
/// | n | samples | 1 .. 10^12 |
/// | | estimator: reparameterised, score; function estimates E[f] itself | |
/// | b | baseline: none (0), optimal (least variance), custom (baseline_value); score only | |
/// | | repeats: estimates from which mean and variance are taken | 1 .. 10^9 |
/// | | descent: exact or estimated gradient (of the estimator chosen; function has none, takes exact) | |
/// | alpha | learning_rate | >= 0 |
/// | | steps of the descent | 0 .. 10^6 |
///
/// The source's variance experiment announces 1000 samples and takes a million: its variances are a thousand times
/// smaller than the ones here. Its "true values" are Monte Carlo too, and off by 1e-3.
/// Method: draws by Box-Muller, one sine and cosine a sample (kernel.hpp), estimates in parallel
/// (models/repeated_estimates.hpp); exact values in exact.hpp.
/// Error: of an estimate sqrt(V/n); of the variance over R repeats about sqrt(2/R) relative; of exact values 1e-12.
/// tests/studies/reparam_gradient_test.cpp measures all three.
/// Cost: 3 to 4 ns a sample on one AVX-512 core, some 10 us a point for the exact values.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.2, "Reparameterization trick".
class ReparamGradient final : public TypedStudy<reparam::Parameters> {
 public:
  ReparamGradient();

  /// The largest number of steps of the sweep sets the size of the step dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const reparam::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const reparam::Parameters& p) const override;
};

}  // namespace trawl::studies
