#include "studies/reparam_gradient/reparam_gradient.hpp"

#include <cmath>
#include <numeric>

#include "studies/models/repeated_estimates.hpp"
#include "studies/reparam_gradient/exact.hpp"
#include "studies/reparam_gradient/kernel.hpp"

namespace trawl::studies {

using namespace reparam;

namespace {

using P = reparam::Parameters;

constexpr std::size_t steps_parameter = 9;  // its position in the declaration
constexpr std::uint32_t repeats_stream = 0;
constexpr std::uint32_t descent_stream = 1;

Declaration make_declaration() {
  return {.name = "reparam_gradient",
          .group = "Probability",
          .summary = "Gradient of an expectation by the reparameterisation trick and by the score function.",
          .maths = "d/dphi E[x^2 + sin x], x ~ N(phi^3, e^(2 phi)): mean of f'(x) dx/dphi or of f(x) d ln p(x)/dphi",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.2, \"Reparameterization trick\"",
          .parameters = {}};
}

std::vector<Binding<P>> make_bindings() {
  return {
      bind<&P::phi>({.name = "phi", .domain = between(-10, 6), .description = "where the gradient is taken"}),
      bind<&P::samples>({.name = "samples", .domain = between(1, 1e12), .description = "samples in one estimate, n"}),
      bind<&P::estimator>({.name = "estimator",
                           .choices = {"reparameterised", "score", "function"},
                           .description = "gradient through the sample, gradient through its density, or E[f] itself"}),
      bind<&P::baseline>({.name = "baseline",
                          .choices = {"none", "optimal", "custom"},
                          .description = "constant taken off f in the score estimator: 0, the best, baseline_value"}),
      bind<&P::baseline_value>({.name = "baseline_value", .description = "the custom baseline, b"}),
      bind<&P::repeats>({.name = "repeats",
                         .domain = between(1, 1e9),
                         .description = "independent estimates, whose mean and variance are taken"}),
      bind<&P::descent>({.name = "descent",
                         .choices = {"exact", "estimated"},
                         .description = "gradient that the descent follows: exact, or estimated afresh in each step"}),
      bind<&P::start>({.name = "start", .domain = between(-10, 6), .description = "phi where the descent starts"}),
      bind<&P::learning_rate>({.name = "learning_rate", .domain = at_least(0), .description = "of the descent, alpha"}),
      bind<&P::steps>({.name = "steps", .domain = between(0, 1e6), .description = "steps of the descent"}),
  };
}

enum OutputIndex : std::size_t {
  estimate,
  mean_estimate,
  estimator_variance,
  exact_expectation,
  exact_derivative,
  exact_variance,
  function_variance,
  reparameterised_variance,
  score_variance,
  variance_ratio,
  best_baseline,
  minimum_phi,
  minimum_expectation,
  phi_path,
  expectation_path,
};

double baseline_of(const P& p, double phi) {
  switch (p.baseline) {
    case Baseline::none:
      return 0;
    case Baseline::optimal:
      return optimal_baseline(phi);
    case Baseline::custom:
      break;
  }
  return p.baseline_value;
}

/// One term of the estimator chosen, at some phi.
struct Term final : Quantity<> {
  Term(const P& p, double phi)
      : at(phi), estimator(p.estimator), baseline(estimator == Estimator::score ? baseline_of(p, phi) : 0) {}

  void values(const double* z, std::size_t count, double* values) const override {
    switch (estimator) {
      case Estimator::reparameterised:
        return reparameterised_terms(at, z, count, values);
      case Estimator::score:
        return score_terms(at, baseline, z, count, values);
      case Estimator::function:
        return function_terms(at, z, count, values);
    }
  }

  Place at;
  Estimator estimator;
  double baseline;
};

double descent_gradient(const P& p, double phi, std::uint64_t step, const RandomStream& random) {
  if (p.descent == Gradient::exact || p.estimator == Estimator::function) return derivative(phi);
  const auto samples = static_cast<std::uint64_t>(p.samples);
  return repeated_estimates(Term(p, phi), samples, 1, random, descent_stream, step * samples).first;
}

/// Ends early if the descent runs away.
void descend(const P& p, const RandomStream& random, const Outputs& out) {
  double phi = p.start;
  for (std::uint64_t step = 0; std::abs(phi) <= 10; ++step) {
    out[phi_path][step] = phi;
    out[expectation_path][step] = expectation(phi);
    if (step == static_cast<std::uint64_t>(p.steps)) return;
    phi -= p.learning_rate * descent_gradient(p, phi, step, random);
  }
}

}  // namespace

ReparamGradient::ReparamGradient() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout ReparamGradient::outputs(std::span<const Extent> extents) const {
  Dimension step = {.name = "step", .description = "steps of the descent done"};
  step.values.resize(static_cast<std::size_t>(extents[steps_parameter].upper) + 1);
  std::iota(step.values.begin(), step.values.end(), 0.0);
  const char* beyond = "step beyond the point's own, or after the descent has left -10 .. 10";
  return {.dimensions = {step},
          .outputs = {
              {.name = "estimate", .description = "the first estimate"},
              {.name = "mean_estimate", .description = "mean of all repeated estimates"},
              {.name = "estimator_variance",
               .description = "sample variance of the repeated estimates",
               .nan_means = "a single estimate has no variance"},
              {.name = "exact_expectation", .description = "E[f] in closed form"},
              {.name = "exact_derivative", .description = "dE[f]/dphi in closed form"},
              {.name = "exact_variance", .description = "variance of an estimate: that of one term divided by samples"},
              {.name = "function_variance", .description = "variance of f(x)"},
              {.name = "reparameterised_variance", .description = "variance of one reparameterised term"},
              {.name = "score_variance", .description = "variance of one score term, with the baseline"},
              {.name = "variance_ratio", .description = "score_variance divided by reparameterised_variance"},
              {.name = "optimal_baseline", .description = "baseline of least variance for the score estimator"},
              {.name = "minimum_phi", .description = "phi of the least expectation"},
              {.name = "minimum_expectation", .description = "the least expectation"},
              {.name = "phi_path", .description = "phi along the descent", .dimensions = {"step"}, .nan_means = beyond},
              {.name = "expectation_path",
               .description = "E[f] along the descent",
               .dimensions = {"step"},
               .nan_means = beyond},
          }};
}

void ReparamGradient::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  check_draws(p.samples, p.repeats);
  if (p.descent == Gradient::estimated && p.steps > 0) check_draws(p.samples, p.steps);
  const auto estimates = repeated_estimates(Term(p, p.phi), static_cast<std::uint64_t>(p.samples),
                                            static_cast<std::uint64_t>(p.repeats), random, repeats_stream);
  out.set(estimate, estimates.first);
  out.set(mean_estimate, estimates.mean);
  out.set(estimator_variance, estimates.variance);

  const double baseline = baseline_of(p, p.phi);
  const Variances one = variances(p.phi, baseline);
  const double of_term[] = {one.reparameterised, one.score, one.function};
  out.set(exact_expectation, expectation(p.phi));
  out.set(exact_derivative, derivative(p.phi));
  out.set(exact_variance, of_term[static_cast<int>(p.estimator)] / static_cast<double>(p.samples));
  out.set(function_variance, one.function);
  out.set(reparameterised_variance, one.reparameterised);
  out.set(score_variance, one.score);
  out.set(variance_ratio, one.score / one.reparameterised);
  out.set(best_baseline, optimal_baseline(p.phi));

  static const Minimum least = minimum();
  out.set(minimum_phi, least.phi);
  out.set(minimum_expectation, least.expectation);
  descend(p, random, out);
}

double ReparamGradient::cost(const P& p) const {
  constexpr double exact_values = 3000;  // in samples
  const auto samples = static_cast<double>(p.samples);
  const double per_step = p.descent == Gradient::estimated ? 30 + samples : 30;
  return exact_values + samples * static_cast<double>(p.repeats) + per_step * static_cast<double>(p.steps);
}

}  // namespace trawl::studies
