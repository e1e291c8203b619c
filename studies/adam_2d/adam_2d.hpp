// Plain, normalised and Adam steps down a valley that is sixteen times steeper one way than the other.
#pragma once

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"

namespace trawl::studies {

enum class Adam2dOptimizer { gradient, normalised, adam };

struct Adam2dParameters {
  double start_phi0 = -0.7;
  double start_phi1 = -0.9;
  Adam2dOptimizer optimizer = Adam2dOptimizer::adam;
  double alpha = 0.05;
  double beta = 0.9;
  double gamma = 0.99;
  double epsilon = 1e-20;
  bool bias_correction = true;
  std::int64_t steps = 60;
  std::int64_t path_steps = models::all_steps;
};

/// Why divide each component of the gradient by its own size?
///
///     L = 1 - exp(-2 phi1^2) exp(-(phi0 - 0.7)^2 / 8),   g = grad L
///     gradient     phi <- phi - alpha g
///     normalised   phi <- phi - alpha g / (sqrt(g^2) + epsilon), in each component: a step of alpha by the sign of g
///     adam         phi <- phi - alpha mhat / (sqrt(vhat) + epsilon),  m <- beta m + (1 - beta) g,
///                  v <- gamma v + (1 - gamma) g^2,  mhat = m / (1 - beta^t),  vhat = v / (1 - gamma^t),  t = 1, 2, ...
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi at the start | start_phi0, start_phi1 | [-1e6, 1e6] |
/// | alpha, epsilon | alpha, epsilon | >= 0 |
/// | beta, gamma | beta, gamma | [0, 1) |
/// | mhat = m, vhat = v without | bias_correction | true, false |
/// | steps taken, and kept in the file | steps, path_steps | 0 .. 10^6 |
///
/// The Hessian at the minimum is diag(1/4, 4): plain steps above alpha = 0.5 do not settle in phi1. A normalised step
/// never gets smaller and bounces for ever; where it lands on the optimum exactly it divides 0 by epsilon.
/// Method: eight walks at a time (walkers.hpp), the analytic gradient; the source takes central differences of width
/// 1e-5, which differ by about 1e-10.
/// Error: rounding, a few 1e-16 a step; tests/studies/adam_2d_test.cpp compares with a plain walk of one point.
/// Cost: about 12 ns a step, 0.1 us for a point, 15 ns for each step kept.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.5, "Adam".
class Adam2d final : public BlockStudy<Adam2dParameters> {
 public:
  Adam2d();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }
  std::size_t max_block() const override { return 256; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 protected:
  double cost(const Adam2dParameters& p) const override;
};

}  // namespace trawl::studies
