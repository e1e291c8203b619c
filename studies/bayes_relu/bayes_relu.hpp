// Bayesian regression with fixed ReLU features.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

namespace bayes {

enum class Data { source, random };
enum class Pi { source, exact };

struct Parameters {
  std::int64_t hidden = 5;
  double prior_variance = 1000;
  double noise_variance = 0.09;
  Data data = Data::source;
  std::int64_t points = 15;
  double data_noise_sd = 0.3;
  Pi pi = Pi::source;
  double x_star = 0.5;
  bool noisy_prediction = false;
};

}  // namespace bayes

/// A network with fixed hidden units and a normal prior on its output weights, fitted to n points by Bayes' rule:
///
///     f(x) = phi^T h(x),   h_i(x) = relu(x - i / N), i = 0 .. N-1, and 1;   phi ~ N(0, sigma_p^2 I)
///     y = f(x) + N(0, sigma^2)
///     posterior    C = (H H^T / sigma^2 + I / sigma_p^2)^-1,   m = C H y / sigma^2,   H one column for each point
///     prediction   mean h^T m, variance h^T C h (plus sigma^2 for a noisy observation)
///     evidence     y ~ N(0, sigma_p^2 H^T H + sigma^2 I)
///     truth        exp(sin(2 pi x)); the source writes 3.1413 for pi
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | N | hidden | 1 .. 500 |
/// | sigma_p^2, sigma^2 | prior_variance, noise_variance | > 0 |
/// | | data: source (its 15 points); random (x uniform in [i/n, (i+1)/n], y the truth plus noise) | |
/// | n | points, of the random data | 1 .. 1000 |
/// | | data_noise_sd of the random data | >= 0 |
/// | | pi of the truth: source (3.1413), exact | |
/// | x | x_star: where a prediction is given by itself | any |
/// | | noisy_prediction: whether variances include the observation's noise | |
///
/// The source's derivation inverts H H^T on the way, which is singular when there are fewer points than weights; the
/// formulas above are not.
/// Method: Cholesky factors of C^-1 (models/gaussian.hpp); the evidence from it by the determinant lemma,
/// ln det(sigma_p^2 H^T H + sigma^2 I) = n ln sigma^2 + (N + 1) ln sigma_p^2 - ln det C, and
/// y^T (..)^-1 y = |y - H^T m|^2 / sigma^2 + |m|^2 / sigma_p^2.
/// Error: 1e-16 times the condition of C^-1, at most about N^3 n sigma_p^2 / sigma^2; 1e-9 at the defaults.
/// tests/studies/bayes_relu_test.cpp measures it. Cost: N^3 + n N^2 + 100 N^2 multiplications, a few us at the
/// defaults. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 9.4, "Bayesian approach".
class BayesRelu final : public TypedStudy<bayes::Parameters> {
 public:
  BayesRelu();

  /// The largest number of hidden units sets the size of the weights' dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const bayes::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const bayes::Parameters& p) const override;
};

}  // namespace trawl::studies
