// Logistic regression on the breast-cancer data: gradients by the chain rule, descent, and the penalised optimum.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

/// Where the weights start, and how they descend.
struct LogisticBcParameters {
  double initial_scale = 1;
  double learning_rate = 0.1;
  std::int64_t steps = 100;
  double penalty = 0;
  std::int64_t batch = 569;
  double bias = 0;
  double weight = 0;
  double weight_slope = 0;
};

/// How well does the chain rule, link by link, give the gradient, and where does descent along it lead?
///
///     z = b + X w, a = 1 / (1 + e^-z), bce = -(1/m) sum_i [y_i ln a_i + (1 - y_i) ln(1 - a_i)]
///     dbce/db = mean(a - y), dbce/dw = X^T (a - y) / m
///     start   b = bias + s n_0, w_j = weight + weight_slope j + s n_j, n iid N(0, 1), j = 0 .. 29
///     step    (b, w) -= learning_rate * gradient of bce + penalty / 2 |w|^2
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | s | initial_scale | >= 0 |
/// | the rest of the start | bias, weight, weight_slope | any |
/// | step | learning_rate | >= 0 |
/// | number of steps | steps | 0 .. 10^6 |
/// | lambda | penalty, of the weights only | >= 0 |
/// | rows in a step, in a new random order each pass | batch | 1 .. 569, all 569 draw no numbers |
///
/// X has 569 rows of 30 features, each column less its mean and over its population standard deviation; y is 1 for
/// benign. The classes can be separated by a plane, so that without a penalty bce has no minimum: the optimum, by
/// Newton's method, is given for penalty > 0 only, NaN otherwise.
/// Method: the gradient is formed from a - y, which stays exact where a rounds to 0 or 1. `mape` sets the source's
/// chain of derivatives, which loses digits there and divides by zero from |z| = 37 on (NaN), beside dual numbers.
/// Error: 1e-11 in loss and gradient, 1e-9 after 200 steps, 1e-8 at the optimum (tests/studies/logistic_bc_test.cpp).
/// Cost: about 15 us a step, 3 ms for the optimum; the table is read once per process.
/// Source: the notebook on logistic regression by the chain rule; data: UCI, "Breast Cancer Wisconsin (Diagnostic)".
class LogisticBc final : public TypedStudy<LogisticBcParameters> {
 public:
  LogisticBc();

  /// The largest number of steps of the sweep sets the size of the step dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const LogisticBcParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const LogisticBcParameters& p) const override;
};

}  // namespace trawl::studies
