// A nonlinear latent variable model: its density, posterior, samples.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/latent_variable/model.hpp"

namespace trawl::studies {

namespace latent {

struct Parameters {
  double x1 = 0.9;
  double x2 = -0.9;
  double sigma_sq = 0.04;
  double z = 1.8;
  Second second_coordinate = Second::cosine;
  double grid_lower = -3;
  double grid_upper = 3;
  double grid_step = 0.01;
  std::int64_t samples = 500;
  std::int64_t scored_samples = 500;
  bool with_expected_log_density = true;
};

}  // namespace latent

/// One latent number that makes two observed ones:
///
///     z ~ N(0, 1),   x | z ~ N(f(z), sigma^2 I),   f(z) = (exp(sin(2 + 3.675 z)) / 2, cos(2 + 2.85 z))
///     p(x)   = integral of p(z) p(x|z) dz
///     p(z|x) = p(z) p(x|z) / p(x)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | x | x1, x2: where density and posterior are taken | any |
/// | sigma^2 | sigma_sq | 1e-4 .. 100 |
/// | z | z: where f and the likelihood p(x|z) are taken | -100 .. 100 |
/// | | second_coordinate: cosine; sine, which the source's text has in place of its code's cosine | |
/// | | grid_lower, grid_upper, grid_step: the source's sum over z = lower, lower + step, .. < upper | |
/// | | samples drawn; scored_samples: how many of them have their ln p(x) averaged | 1 .. 10^12; 0 .. 10^12 |
/// | | with_expected_log_density: whether to compute E[ln p(x)] | |
///
/// The sum over the source's grid leaves out the prior's mass beyond it (0.0027), and its posterior is a probability
/// of each grid point rather than a density. Posteriors have several modes: mean and variance alone say little.
/// Method: the trapezoidal rule over z (density.hpp), sums vectorised (kernel.hpp), samples in parallel (sampling.hpp).
/// f on the grids is kept by each thread for as long as the parameters that it depends on stay the same.
/// Error: 1e-12 relative for density and posterior, 2e-7 for E[ln p(x)]; of sample moments as usual.
/// tests/studies/latent_variable_test.cpp measures them.
/// Cost: about 2 ns for each of 144 / sigma + 900 grid points; 10 ns a sample and 144 / sigma grid points more for each
/// that is scored; for E[ln p(x)] once in a thread 140 grid points / sigma for each of some 2000 x at sigma = 0.2.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.1, "Latent variable models".
class LatentVariable final : public TypedStudy<latent::Parameters> {
 public:
  LatentVariable();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const latent::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const latent::Parameters& p) const override;
};

}  // namespace trawl::studies
