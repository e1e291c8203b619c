#include "studies/gd_linear/gd_linear.hpp"

#include <algorithm>
#include <cmath>

#include "studies/gd_linear/line_loss.hpp"

namespace trawl::studies {
namespace {

using namespace gd_linear;
using namespace models;
using P = GdLinearParameters;

enum Output : std::size_t { distance = walk_outputs, contraction };

constexpr std::size_t steps_parameter_place = 4, path_steps_parameter_place = 9;

Declaration declaration() {
  return {.name = "gd_linear",
          .group = "Fitting",
          .summary = "Gradient descent on a straight line through 12 points, with fixed steps or a line search.",
          .maths = "phi <- phi - a grad L, L = sum (phi0 + phi1 x - y)^2",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.2, \"Gradient descent\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {bind<&P::start_phi0>(start_parameter("start_phi0")),
          bind<&P::start_phi1>(start_parameter("start_phi1")),
          bind<&P::rule>(rule_parameter()),
          bind<&P::alpha>({.name = "alpha", .domain = at_least(0), .description = "step of rule = fixed"}),
          bind<&P::steps>(steps_parameter()),
          bind<&P::max_dist>(max_dist_parameter()),
          bind<&P::thresh>(thresh_parameter()),
          bind<&P::max_iter>(max_iter_parameter()),
          bind<&P::halving>(halving_parameter()),
          bind<&P::path_steps>(path_steps_parameter())};
}

}  // namespace

GdLinear::GdLinear() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout GdLinear::outputs(std::span<const Extent> extents) const {
  OutputLayout layout = walk_layout(extents[steps_parameter_place], extents[path_steps_parameter_place]);
  layout.outputs.push_back({.name = "distance", .description = "|phi - optimum| at the end"});
  layout.outputs.push_back({.name = "contraction",
                            .description = "largest |1 - alpha lambda| over the Hessian's eigenvalues; stable below 1",
                            .nan_means = "the step is not fixed"});
  return layout;
}

void GdLinear::evaluate(const P& p, const RandomStream&, const Outputs& out) const {
  const Walk walk = {{p.start_phi0, p.start_phi1}, p.steps, p.path_steps};
  const LineSearch rules = {p.thresh, static_cast<std::size_t>(p.max_iter), p.halving};
  const Bracket bracket = bracket_from_zero(p.max_dist);
  const auto gradient = [](Vector2 phi) { return line_loss.gradient(phi); };
  const auto next = [&](Vector2 phi, std::int64_t) {
    const Vector2 g = gradient(phi);
    const double step = p.rule == StepRule::fixed ? p.alpha : line_search(LossAlongGradient(g), bracket, rules);
    return phi - step * g;
  };
  const Vector2 end = descend(walk, next, loss<Line>, gradient, out);
  out.set(distance, norm(end - line_loss.optimum()));
  if (p.rule == StepRule::fixed) {
    const Vector2 lambda = line_loss.hessian_eigenvalues();
    out.set(contraction, std::max(std::abs(1 - p.alpha * lambda.x0), std::abs(1 - p.alpha * lambda.x1)));
  }
}

double GdLinear::cost(const P& p) const {
  const double iterations = p.rule == StepRule::fixed ? 0.0 : static_cast<double>(p.max_iter);
  return 1 + static_cast<double>(p.steps) * (0.03 + 0.07 * iterations) +
         0.4 * static_cast<double>(std::min(p.steps, p.path_steps));
}

}  // namespace trawl::studies
