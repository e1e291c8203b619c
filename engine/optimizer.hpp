// Optimisers: one step changes a vector of parameters by its gradient. The bits do not depend on the vector width:
// fused multiply-add, division and square root are exact operations rounded once.
#pragma once

#include <span>
#include <vector>

namespace trawl {

/// m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, p <- p - lr mhat / (sqrt(vhat) + eps)
/// with mhat = m / (1 - b1^t), vhat = v / (1 - b2^t), t = 1, 2, ...
/// Source: Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015.
struct Adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  /// `params` and `grads` have the same size at every call; memory is taken at the first.
  void step(std::span<double> params, std::span<const double> grads);

  std::vector<double> m = {};
  std::vector<double> v = {};
  double beta1_power = 1;  ///< beta1^t after t steps
  double beta2_power = 1;
};

/// v <- mu v + g, p <- p - lr v; mu = 0 is plain gradient descent.
struct Sgd {
  double learning_rate = 1e-2;
  double momentum = 0;

  /// As Adam::step.
  void step(std::span<double> params, std::span<const double> grads);

  std::vector<double> v = {};
};

}  // namespace trawl
