#include "studies/sgd_gabor/sgd_gabor.hpp"

#include "studies/models/batches.hpp"
#include "studies/models/gabor.hpp"
#include "studies/sgd_gabor/batch_noise.hpp"
#include "studies/sgd_gabor/valleys.hpp"

namespace trawl::studies {
namespace {

using namespace sgd_gabor;
using namespace models;
using P = SgdGaborParameters;

enum Output : std::size_t {
  valley_phi = walk_outputs,
  valley_loss,
  valley_rank,
  in_global_valley,
  batch_gradient_mean,
  batch_gradient_covariance
};

enum Stream : std::uint32_t { batches };

constexpr double data_count = Gabor::data.size();

Declaration declaration() {
  return {
      .name = "sgd_gabor",
      .group = "Fitting",
      .summary = "Gradient descent on the Gabor model, with mini-batches, schedules or line searches.",
      .maths = "phi <- phi - alpha grad sum (sin(u) exp(-u^2 / 32) - y)^2 over a batch, u = phi0 + 0.06 phi1 x",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 6.3, \"Stochastic gradient descent\"",
      .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  std::vector<Binding<P>> all = descent_bindings<P>();
  all.insert(all.end(),
             {bind<&P::batch>({.name = "batch",
                               .domain = between(1, data_count),
                               .description = "data in a step of rule = fixed, drawn without replacement; 30 is all"}),
              bind<&P::schedule_factor>({.name = "schedule_factor",
                                         .domain = at_least(0),
                                         .description = "what alpha is multiplied by every schedule_every steps"}),
              bind<&P::schedule_every>({.name = "schedule_every",
                                        .domain = at_least(1),
                                        .description = "steps from one change of alpha to the next"})});
  return all;
}

const std::vector<Minimum>& all_valleys() {
  static const std::vector<Minimum> minima = local_minima(default_window);
  return minima;
}

/// What NaN stands for otherwise: a walk that ended where no minimum lies downhill, or one that is not in the list.
void write_valley(Vector2 end, const Outputs& out) {
  const auto minimum = settle(end);
  out.set(in_global_valley, 0);
  if (!minimum) return;
  write(minimum->phi, out[valley_phi]);
  out.set(valley_loss, minimum->loss);
  const auto rank = rank_of(*minimum, all_valleys());
  if (!rank) return;
  out.set(valley_rank, static_cast<double>(*rank));
  out.set(in_global_valley, *rank == 0);
}

}  // namespace

SgdGabor::SgdGabor() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout SgdGabor::outputs(std::span<const Extent> extents) const {
  OutputLayout layout = descent_layout(extents);
  layout.dimensions.push_back(
      {.name = "other_component", .description = "component of phi", .labels = {"phi0", "phi1"}});
  const char* none = "no local minimum lies downhill from the end";
  layout.outputs.insert(
      layout.outputs.end(),
      {{.name = "valley_phi",
        .description = "local minimum downhill from the end",
        .dimensions = {"component"},
        .nan_means = none},
       {.name = "valley_loss", .description = "loss there", .nan_means = none},
       {.name = "valley_rank",
        .description = "its rank by loss among those with phi0 in [-10, 10], phi1 in [2.5, 22.5]; 0 is the global one",
        .nan_means = "none, or one outside"},
       {.name = "in_global_valley", .description = "1 if it is the global minimum, else 0"},
       {.name = "batch_gradient_mean",
        .description = "mean of a batch's gradient at the end",
        .dimensions = {"component"}},
       {.name = "batch_gradient_covariance",
        .description = "its covariance",
        .dimensions = {"component", "other_component"}}});
  return layout;
}

void SgdGabor::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const LineSearch rules = {p.thresh, static_cast<std::size_t>(p.max_iter), p.halving};
  const Schedule schedule = {p.alpha, p.schedule_factor, p.schedule_every};
  Batches<Gabor::data.size()> batch(random, batches, static_cast<std::size_t>(p.batch));
  const auto next = [&](Vector2 phi, std::int64_t k) {
    if (p.rule == StepRule::fixed) return phi - schedule(k) * gradient<Gabor>(phi, batch.next());
    const Vector2 g = gradient<Gabor>(phi);
    const auto loss_along = [&](double a) { return loss<Gabor>(phi - a * g); };
    return phi - line_search(loss_along, bracket_from_zero(p.max_dist), rules) * g;
  };
  const Vector2 end = descend(
      {{p.start_phi0, p.start_phi1}, p.steps, p.path_steps}, next, loss<Gabor>,
      [](Vector2 phi) { return gradient<Gabor>(phi); }, out);
  write_valley(end, out);
  const auto [mean, covariance] = batch_noise<Gabor>(end, static_cast<double>(p.batch));
  write(mean, out[batch_gradient_mean]);
  write({covariance.a00, covariance.a01}, out[batch_gradient_covariance].first(2));
  write({covariance.a01, covariance.a11}, out[batch_gradient_covariance].last(2));
}

double SgdGabor::cost(const P& p) const {
  const double data_in_step =
      p.rule == StepRule::fixed ? static_cast<double>(p.batch) : data_count * (1 + 4 * static_cast<double>(p.max_iter));
  const auto kept = static_cast<double>(std::min(p.steps, p.path_steps));
  return 1000 + static_cast<double>(p.steps) * data_in_step + kept * data_count;
}

}  // namespace trawl::studies
