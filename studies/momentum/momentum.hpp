// Momentum and Nesterov's momentum beside plain stochastic gradient descent.
#pragma once

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"

namespace trawl::studies {

enum class MomentumProblem { gabor, line };
enum class MomentumOptimizer { sgd, momentum, nesterov, nesterov_full };

struct MomentumParameters {
  MomentumProblem problem = MomentumProblem::gabor;
  double start_phi0 = -1.5;
  double start_phi1 = 6.5;
  MomentumOptimizer optimizer = MomentumOptimizer::momentum;
  double alpha = 0.6;
  double beta = 0.6;
  std::int64_t batch = 5;
  std::int64_t steps = 81;
  std::int64_t path_steps = models::all_steps;
};

/// Does a mean over past gradients calm the walk?
///
///     momentum        m <- beta m + (1 - beta) g(phi),                   phi <- phi - alpha m
///     nesterov        m <- beta m + (1 - beta) g(phi - alpha beta m),    phi <- phi - alpha m
///     nesterov_full   m <- beta m + (1 - beta) g(phi - alpha m),         phi <- phi - alpha m
///     sgd             momentum with beta = 0
///     g               sum over the batch of grad (f(x) - y)^2; the batch is drawn anew in each step
///     problem         gabor: as sgd_gabor;  line: as gd_linear
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi at the start | start_phi0, start_phi1 | [-1e6, 1e6] |
/// | alpha, beta | alpha, beta | >= 0, [0, 1) |
/// | size of a batch; as many as there are data (30, 12) or more is all of them | batch | >= 1 |
/// | steps taken, and kept in the file | steps, path_steps | 0 .. 10^6 |
///
/// The factor 1 - beta is there, other than in v <- mu v + g (engine/optimizer.hpp), where v is m / (1 - mu).
/// With common_random_numbers = ["optimizer"] all optimizers see the same batches.
/// Method: analytic gradients (studies/models/gabor.hpp, line.hpp).
/// Error: rounding, which the Gabor model's curvature may amplify. tests/studies/momentum_test.cpp compares the walk on
/// the line with its recurrence in the eigendirections of the Hessian.
/// Cost: 0.06 us for each datum of a step, 2 us for each step kept.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.4, "Momentum".
class Momentum final : public TypedStudy<MomentumParameters> {
 public:
  Momentum();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const MomentumParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const MomentumParameters& p) const override;
};

}  // namespace trawl::studies
