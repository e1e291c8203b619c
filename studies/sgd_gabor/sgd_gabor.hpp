// Stochastic gradient descent on the Gabor model, whose loss has many valleys.
#pragma once

#include <cmath>

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"
#include "studies/models/step_rule.hpp"

namespace trawl::studies {

struct SgdGaborParameters {
  double start_phi0 = 3.5;
  double start_phi1 = 6.5;
  models::StepRule rule = models::StepRule::fixed;
  double alpha = 0.8;
  std::int64_t batch = 5;
  double schedule_factor = 1.0;
  std::int64_t schedule_every = 10;
  std::int64_t steps = 41;
  double max_dist = 2.0;
  double thresh = 1e-5;
  std::int64_t max_iter = 15;
  models::Halving halving = models::Halving::towards_a;
  std::int64_t path_steps = models::all_steps;
};

namespace sgd_gabor {

/// alpha_k of step k = 0, 1, ...: alpha, multiplied by `factor` before each step k > 0 that `every` divides.
struct Schedule {
  double alpha;
  double factor;
  std::int64_t every;

  double operator()(std::int64_t k) const { return alpha * std::pow(factor, static_cast<double>(k / every)); }
};

}  // namespace sgd_gabor

/// Does the noise of mini-batches lead out of the wrong valley?
///
///     u = phi0 + 0.06 phi1 x,   f(x) = sin(u) exp(-u^2 / 32),   L = sum over the 30 data of (f(x) - y)^2
///     rule = fixed         phi <- phi - alpha_k sum over the batch of grad (f(x) - y)^2
///     rule = line_search   phi <- phi - a grad L, a from the line search along -grad L within [0, max_dist]
///     batch                the first entries of a fresh permutation of the data, in each step
///     schedule             alpha_k = alpha schedule_factor^floor(k / schedule_every), k = 0, 1, ...
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi at the start (offset, frequency) | start_phi0, start_phi1 | [-1e6, 1e6] |
/// | alpha; size of a batch, 30 is the whole sum | alpha; batch | >= 0; 1 .. 30 |
/// | alpha's schedule; a factor of 1 is none | schedule_factor, schedule_every | >= 0, >= 1 |
/// | steps taken, and kept in the file | steps, path_steps | 0 .. 10^6 |
/// | line search (studies/models/line_search.hpp) | max_dist, thresh, max_iter, halving | > 0, >= 0, 1 .. 1000 |
///
/// The gradient of a batch is a sum over the batch, not scaled up to 30: the rate grows with its size. At the end the
/// study gives the law of this gradient (batch_noise.hpp) and the local minimum that lies downhill from there
/// (valleys.hpp); the mean of in_global_valley over replicates is the share of runs that find the right valley.
/// Method: analytic gradients. halving = absolute is the source's line search.
/// Error: rounding, but alpha of 0.4 and more amplifies it up to 1e7 in 21 steps. tests/studies/sgd_gabor_test.cpp
/// checks gradients and Hessian by dual numbers and differences, the noise against every pair of data.
/// Cost: 0.06 us for each datum of a step, 60 us for the valley; the list of valleys, once a process, 30 ms.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.3, "Stochastic gradient descent".
class SgdGabor final : public TypedStudy<SgdGaborParameters> {
 public:
  SgdGabor();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const SgdGaborParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const SgdGaborParameters& p) const override;
};

}  // namespace trawl::studies
