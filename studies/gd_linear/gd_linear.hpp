// Gradient descent on a straight line through twelve points, with a fixed step or a line search.
#pragma once

#include "engine/typed_study.hpp"
#include "studies/models/descent.hpp"
#include "studies/models/step_rule.hpp"

namespace trawl::studies {

struct GdLinearParameters {
  double start_phi0 = 1.6;
  double start_phi1 = -0.5;
  models::StepRule rule = models::StepRule::line_search;
  double alpha = 0.03;
  std::int64_t steps = 10;
  double max_dist = 0.1;
  double thresh = 1e-5;
  std::int64_t max_iter = 15;
  models::Halving halving = models::Halving::towards_a;
  std::int64_t path_steps = models::all_steps;
};

/// How does gradient descent approach the least-squares line?
///
///     f(x) = phi0 + phi1 x,   L = sum over the 12 data of r^2,  r = f(x) - y,   grad L = (2 sum r, 2 sum r x)
///     phi <- phi - a grad L,  a = alpha (fixed) or from the line search along -grad L within [0, max_dist]
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | phi at the start | start_phi0, start_phi1 | [-1e6, 1e6] |
/// | a, and how it is found | alpha; rule = line_search, fixed | >= 0 |
/// | steps taken, and kept in the file | steps, path_steps | 0 .. 10^6 |
/// | line search (studies/models/line_search.hpp) | max_dist, thresh, max_iter, halving | > 0, >= 0, 1 .. 1000 |
///
/// L is quadratic with the Hessian H = 2 sum (1, x)(1, x)^T: a fixed step shrinks the distance to the optimum in the
/// eigendirections of H by |1 - alpha lambda|, so it converges for alpha < 2 / lambda_max = 0.03998. A sum over the
/// data, not a mean: the steps depend on their number. halving = absolute is the source's first rule.
/// Method: gradient and loss along a line from the 5 numbers of the quadratic form, in place of sums over the data;
/// eight walks at a time (walkers.hpp).
/// Error: 1e-13 relative in the gradient; tests/studies/gd_linear_test.cpp measures it and the closed form of n steps.
/// Cost: about 60 ns for each step with a line search of 15 iterations, 3 ns for a fixed one, 0.1 us for a point.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.2, "Gradient descent".
class GdLinear final : public BlockStudy<GdLinearParameters> {
 public:
  GdLinear();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }
  std::size_t max_block() const override { return 256; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 protected:
  double cost(const GdLinearParameters& p) const override;
};

}  // namespace trawl::studies
