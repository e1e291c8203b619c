#include "studies/gd_linear/gd_linear.hpp"

#include <algorithm>
#include <cmath>

#include "studies/gd_linear/line_loss.hpp"
#include "studies/gd_linear/walkers.hpp"

namespace trawl::studies {
namespace {

using namespace gd_linear;
using namespace models;
using P = GdLinearParameters;

enum Output : std::size_t { distance = walk_outputs, contraction };

Declaration declaration() {
  return {.name = "gd_linear",
          .group = "Fitting",
          .summary = "Gradient descent on a straight line through 12 points, with fixed steps or a line search.",
          .maths = "phi <- phi - a grad L, L = sum (phi0 + phi1 x - y)^2",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.2, \"Gradient descent\"",
          .parameters = {}};
}

void set_walk(Walkers& walkers, std::size_t i, const P& p) {
  walkers.steps_left[i] = static_cast<double>(p.steps);
  walkers.phi0[i] = p.start_phi0;
  walkers.phi1[i] = p.start_phi1;
  walkers.fixed[i] = p.rule == StepRule::fixed;
  walkers.alpha[i] = p.alpha;
  walkers.max_dist[i] = p.max_dist;
  walkers.thresh[i] = p.thresh;
  walkers.max_iter[i] = static_cast<double>(p.max_iter);
  walkers.absolute[i] = p.halving == Halving::absolute;
}

/// Largest |1 - alpha lambda| over the eigenvalues of the Hessian.
double contraction_of(double alpha) {
  static const Vector2 lambda = line_loss.hessian_eigenvalues();
  return std::max(std::abs(1 - alpha * lambda.x0), std::abs(1 - alpha * lambda.x1));
}

}  // namespace

GdLinear::GdLinear() : BlockStudy(studies::declaration(), descent_bindings<P>()) {}

OutputLayout GdLinear::outputs(std::span<const Extent> extents) const {
  OutputLayout layout = descent_layout(extents);
  layout.outputs.push_back({.name = "distance", .description = "|phi - optimum| at the end"});
  layout.outputs.push_back({.name = "contraction",
                            .description = "largest |1 - alpha lambda| over the Hessian's eigenvalues; stable below 1",
                            .nan_means = "the step is not fixed"});
  return layout;
}

void GdLinear::evaluate(const Tasks& tasks, const Columns& columns) const {
  for_each_eight<P>(*this, tasks, [&](std::span<const P> points, std::size_t first) {
    Walkers walkers;
    for (std::size_t i = 0; i < points.size(); ++i) set_walk(walkers, i, points[i]);
    const auto gradient = [](Vector2 phi) { return line_loss.gradient(phi); };
    descend_together(walkers, points, quadratic_loss, gradient, first, columns);
    for (std::size_t i = 0; i < points.size(); ++i) {
      columns.of(distance, first + i)[0] = norm(walkers.phi(i) - line_loss.optimum());
      if (points[i].rule == StepRule::fixed) columns.of(contraction, first + i)[0] = contraction_of(points[i].alpha);
    }
  });
}

double GdLinear::cost(const P& p) const {
  const double iterations = p.rule == StepRule::fixed ? 0.0 : static_cast<double>(p.max_iter);
  return 1 + static_cast<double>(p.steps) * (0.05 + 0.04 * iterations) +
         0.2 * static_cast<double>(std::min(p.steps, p.path_steps));
}

}  // namespace trawl::studies
