#include "studies/adam_2d/adam_2d.hpp"

#include <algorithm>

#include "studies/adam_2d/valley.hpp"
#include "studies/adam_2d/walkers.hpp"

namespace trawl::studies {
namespace {

using namespace adam_2d;
using namespace models;
using P = Adam2dParameters;

enum Output : std::size_t { distance = walk_outputs, hessian_eigenvalues };

constexpr std::size_t steps_place = 8, path_steps_place = 9;  // in the declaration

Declaration declaration() {
  return {.name = "adam_2d",
          .group = "Fitting",
          .summary = "Plain, normalised and Adam steps down a valley that is steep one way and gentle the other.",
          .maths = "phi <- phi - alpha mhat / (sqrt(vhat) + eps), L = 1 - exp(-2 phi1^2 - (phi0 - 0.7)^2 / 8)",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.5, \"Adam\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::start_phi0>(start_parameter("start_phi0")),
      bind<&P::start_phi1>(start_parameter("start_phi1")),
      bind<&P::optimizer>({.name = "optimizer",
                           .choices = {"gradient", "normalised", "adam"},
                           .description = "the gradient, its sign in each component, or Adam's mean of gradients"}),
      bind<&P::alpha>(
          {.name = "alpha", .domain = at_least(0), .long_name = "step size alpha", .description = "size of a step"}),
      bind<&P::beta>(decay_parameter("beta", "Adam's decay of the mean of the gradients")),
      bind<&P::gamma>(decay_parameter("gamma", "Adam's decay of the mean of their squares")),
      bind<&P::epsilon>({.name = "epsilon", .domain = at_least(0), .description = "added to what g is divided by"}),
      bind<&P::bias_correction>({.name = "bias_correction", .description = "whether Adam makes up for m = v = 0"}),
      bind<&P::steps>(steps_parameter()),
      bind<&P::path_steps>(path_steps_parameter())};
}

void set_walk(Walkers& walkers, std::size_t i, const P& p) {
  const bool adam = p.optimizer == Adam2dOptimizer::adam;
  walkers.steps_left[i] = static_cast<double>(p.steps);
  walkers.plain[i] = p.optimizer == Adam2dOptimizer::gradient;
  walkers.corrected[i] = adam && p.bias_correction;
  walkers.alpha[i] = p.alpha;
  walkers.beta[i] = adam ? p.beta : 0.0;
  walkers.gamma[i] = adam ? p.gamma : 0.0;
  walkers.epsilon[i] = p.epsilon;
  walkers.phi0[i] = p.start_phi0;
  walkers.phi1[i] = p.start_phi1;
}

}  // namespace

Adam2d::Adam2d() : BlockStudy(studies::declaration(), bindings()) {}

OutputLayout Adam2d::outputs(std::span<const Extent> extents) const {
  OutputLayout layout = walk_layout(extents[steps_place], extents[path_steps_place]);
  layout.dimensions.push_back(
      {.name = "curvature", .description = "eigenvalue of the Hessian", .labels = {"smaller", "larger"}});
  layout.outputs.push_back({.name = "distance", .description = "|phi - (0.7, 0)| at the end"});
  layout.outputs.push_back({.name = "hessian_eigenvalues",
                            .description = "curvatures of the loss at the end; plain steps above 2 / larger overshoot",
                            .dimensions = {"curvature"}});
  return layout;
}

void Adam2d::evaluate(const Tasks& tasks, const Columns& columns) const {
  for_each_eight<P>(*this, tasks, [&](std::span<const P> points, std::size_t first) {
    Walkers walkers;
    for (std::size_t i = 0; i < points.size(); ++i) set_walk(walkers, i, points[i]);
    descend_together(walkers, points, loss, gradient, first, columns);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Vector2 end = walkers.phi(i);
      columns.of(distance, first + i)[0] = norm(end - optimum);
      write(eigenvalues(hessian(end)), columns.of(hessian_eigenvalues, first + i));
    }
  });
}

double Adam2d::cost(const P& p) const {
  const auto steps = static_cast<double>(p.steps), kept = static_cast<double>(std::min(p.steps, p.path_steps));
  return 1 + 0.08 * steps + 0.3 * kept;
}

}  // namespace trawl::studies
