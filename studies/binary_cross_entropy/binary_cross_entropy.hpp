// Logistic loss as maximum likelihood: a network predicts the logit of a Bernoulli distribution.
#pragma once

#include <array>
#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies {

struct BinaryCrossEntropyParameters {
  models::Triple beta0 = {0.3, -1.0, -0.5};
  models::Triple omega0 = {-1.0, 1.8, 0.65};
  std::array<double, 1> beta1 = {2.6};
  models::Triple omega1 = {-24.0, -8.0, 50.0};
  double x = 0.5;
  std::int64_t y = 1;
};

/// Twenty points (x_i, y_i) with y_i = 0 or 1, a network f with three relu units, and P(y = 1 | x) = lambda(x):
///
///     f(x) = beta1 + sum_j omega1_j relu(beta0_j + omega0_j x),  lambda(x) = 1 / (1 + e^-f(x))
///     NLL = -sum_i ln P(y_i | x_i) = sum_i ln(1 + e^f(x_i)) - y_i f(x_i), a sum, not a mean
///     likelihood = exp(-NLL), which underflows to 0 from NLL = 745 on
///     best beta1: sum_i lambda(x_i) = sum_i y_i
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta0, omega0 | beta0_j, omega0_j: offset and slope of hidden unit j = 0, 1, 2 | any |
/// | beta1, omega1 | beta1, omega1_j: offset and weights of the output | any |
/// | x, y | x, y: a point whose lambda(x), P(y | x) and -ln P(y | x) are written | any; 0, 1 |
///
/// Method: losses from logits (engine/softmax.hpp), so that |f| > 37 loses nothing; gradient by the chain rule, written
/// out; best beta1 by bracketed Newton (studies/models/logit_shift.hpp).
/// Error: rounding; tests/studies/binary_cross_entropy_test.cpp compares the gradient with dual numbers and
/// differences. Cost: 1 us. Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.2, "Binary
/// cross-entropy loss".
class BinaryCrossEntropy final : public TypedStudy<BinaryCrossEntropyParameters> {
 public:
  BinaryCrossEntropy();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 256; }

 protected:
  void evaluate(const BinaryCrossEntropyParameters& p, const RandomStream& random, const Outputs& out) const override;
};

}  // namespace trawl::studies
