// Backpropagation through a small chain of functions, beside finite differences.
#pragma once

#include "engine/typed_study.hpp"
#include "studies/toy_backprop/chain.hpp"

namespace trawl::studies {

enum class Difference { forward, central };

struct ToyBackpropParameters {
  std::array<double, 4> beta = {1.0, 2.0, -3.0, 0.4};
  std::array<double, 4> omega = {0.1, -0.4, 2.0, 3.0};
  double x = 2.3;
  double y = 2.0;
  double fd_step = 1e-6;
  Difference difference = Difference::forward;
};

/// How exact are finite differences of a function whose derivative is known?
///
///     f0 = beta0 + omega0 x     h1 = sin f0     f1 = beta1 + omega1 h1     h2 = exp f1
///     f2 = beta2 + omega2 h2    h3 = cos f2     f3 = beta3 + omega3 h3     l = (f3 - y)^2
///     chain rule    dl/df3 = 2 (f3 - y), dl/dh_k = omega_k dl/df_k, dl/df_{k-1} = dh_k/df_{k-1} dl/dh_k,
///                   dl/dbeta_k = dl/df_k, dl/domega_k = h_k dl/df_k, h_0 = x
///     forward       (l(w + e) - l(w)) / e for each weight w;   central  (l(w + e) - l(w - e)) / (2 e)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta_k, omega_k | beta0 .. beta3, omega0 .. omega3 | any |
/// | x, y | x, y | any |
/// | e | fd_step | > 0 |
/// | | difference = forward, central | |
///
/// Method: backpropagation as above (chain.hpp); the differences change one weight at a time.
/// Error: the gradient 1e-15 relative; forward differences e/2 times the second derivative, central ones e^2/6 times
/// the third, until rounding of about 1e-16 l / e outweighs them. tests/studies/toy_backprop_test.cpp compares the
/// gradient with dual numbers and measures both orders.
/// Cost: 0.5 us.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 7.1, "Backpropagation in toy model".
class ToyBackprop final : public TypedStudy<ToyBackpropParameters> {
 public:
  ToyBackprop();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 64; }

 protected:
  void evaluate(const ToyBackpropParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
