#include "studies/momentum/momentum.hpp"

#include <algorithm>

#include "studies/models/batches.hpp"
#include "studies/models/gabor.hpp"
#include "studies/models/line.hpp"
#include "studies/momentum/momentum_step.hpp"

namespace trawl::studies {
namespace {

using namespace models;
using P = MomentumParameters;

enum Stream : std::uint32_t { batches };

constexpr std::size_t steps_place = 7, path_steps_place = 8;  // in the declaration

Declaration declaration() {
  return {.name = "momentum",
          .group = "Fitting",
          .summary = "Stochastic gradient descent with momentum and with Nesterov's momentum, on the same batches.",
          .maths = "m <- beta m + (1 - beta) g(phi - alpha beta m), phi <- phi - alpha m",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.4, \"Momentum\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::problem>({.name = "problem",
                         .choices = {"gabor", "line"},
                         .description = "the Gabor model on 30 data, or the straight line on 12"}),
      bind<&P::start_phi0>(start_parameter("start_phi0")),
      bind<&P::start_phi1>(start_parameter("start_phi1")),
      bind<&P::optimizer>({.name = "optimizer",
                           .choices = {"sgd", "momentum", "nesterov", "nesterov_full"},
                           .description = "where g is taken: at phi, ahead by alpha beta m, or ahead by alpha m"}),
      bind<&P::alpha>(
          {.name = "alpha", .domain = at_least(0), .long_name = "step size alpha", .description = "size of a step"}),
      bind<&P::beta>(decay_parameter("beta", "weight of the past in the mean of gradients; sgd has 0")),
      bind<&P::batch>({.name = "batch",
                       .domain = at_least(1),
                       .description = "data in a step, drawn without replacement; all of them from 30 or 12 on"}),
      bind<&P::steps>(steps_parameter()),
      bind<&P::path_steps>(path_steps_parameter())};
}

momentum::MomentumStep step_of(const P& p) {
  switch (p.optimizer) {
    case MomentumOptimizer::sgd:
      return {p.alpha, 0.0};
    case MomentumOptimizer::momentum:
      return {p.alpha, p.beta};
    case MomentumOptimizer::nesterov:
      return {p.alpha, p.beta, p.alpha * p.beta};
    case MomentumOptimizer::nesterov_full:
      break;
  }
  return {p.alpha, p.beta, p.alpha};
}

template <class Problem>
void walk(const P& p, const RandomStream& random, const Outputs& out) {
  Batches<Problem::data.size()> all_batches(random, batches, static_cast<std::size_t>(p.batch));
  momentum::MomentumStep step = step_of(p);
  const auto next = [&](Vector2 phi, std::int64_t) {
    const auto batch = all_batches.next();
    return step(phi, [batch](Vector2 at) { return gradient<Problem>(at, batch); });
  };
  descend(
      {{p.start_phi0, p.start_phi1}, p.steps, p.path_steps}, next, loss<Problem>,
      [](Vector2 phi) { return gradient<Problem>(phi); }, out);
}

}  // namespace

Momentum::Momentum() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout Momentum::outputs(std::span<const Extent> extents) const {
  return walk_layout(extents[steps_place], extents[path_steps_place]);
}

void Momentum::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  if (p.problem == MomentumProblem::gabor) walk<Gabor>(p, random, out);
  else walk<Line>(p, random, out);
}

double Momentum::cost(const P& p) const {
  const double n = p.problem == MomentumProblem::gabor ? Gabor::data.size() : Line::data.size();
  const auto steps = static_cast<double>(p.steps), kept = static_cast<double>(std::min(p.steps, p.path_steps));
  return 10 + steps * std::min(static_cast<double>(p.batch), n) + kept * n;
}

}  // namespace trawl::studies
