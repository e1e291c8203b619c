// Softmax loss as maximum likelihood: a network predicts the logits of three classes.
#pragma once

#include <array>
#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/models/shallow_net.hpp"

namespace trawl::studies {

struct MulticlassCrossEntropyParameters {
  models::Triple beta0 = {0.3, -1.0, -0.5};
  models::Triple omega0 = {-1.0, 1.8, 0.65};
  models::Triple beta1 = {2.0, -2.0, 0.0};
  std::array<double, 9> omega1 = {-24.0, -8.0, 50.0, -2.0, 8.0, -30.0, 16.0, -8.0, -8.0};
  std::int64_t component = 0;
  double x = 0.5;
  std::int64_t y = 0;
};

/// Twenty points (x_i, y_i) with y_i = 0, 1 or 2, a network f with three relu units and an output for each class:
///
///     f_k(x) = beta1_k + sum_j omega1_kj relu(beta0_j + omega0_j x),  lambda_k = e^f_k / sum_m e^f_m
///     NLL = -sum_i ln P(y_i | x_i) = -sum_i ln lambda_y_i(x_i), a sum, not a mean
///     likelihood = exp(-NLL), which underflows to 0 from NLL = 745 on
///     best beta1_c: sum_i lambda_c(x_i) = number of y_i = c
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta0, omega0 | beta0_j, omega0_j: offset and slope of hidden unit j = 0, 1, 2 | any |
/// | beta1, omega1 | beta1_k, omega1_kj: offset and weights of class k = 0, 1, 2 | any |
/// | c | component: the class whose best offset is sought | 0, 1, 2 |
/// | x, y | x, y: a point whose lambda(x) and -ln P(y | x) are written | any; 0, 1, 2 |
///
/// Method: losses from logits with the largest taken out first (engine/softmax.hpp); gradient by the chain rule,
/// written out; best beta1_c as that of the binary problem "class c or not", whose logits are f_c less the log-sum-exp
/// of the others, by bracketed Newton (studies/models/logit_shift.hpp). Error: rounding;
/// tests/studies/multiclass_cross_entropy_test.cpp compares the gradient with dual numbers and differences. Cost: 2 us.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 5.3, "Multiclass cross-entropy loss".
class MulticlassCrossEntropy final : public TypedStudy<MulticlassCrossEntropyParameters> {
 public:
  MulticlassCrossEntropy();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 128; }

 protected:
  void evaluate(const MulticlassCrossEntropyParameters& p, const RandomStream& random,
                const Outputs& out) const override;
};

}  // namespace trawl::studies
