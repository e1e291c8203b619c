#include "studies/importance_sampling/importance_sampling.hpp"

#include <cmath>
#include <limits>

#include "studies/importance_sampling/estimator.hpp"
#include "studies/importance_sampling/moments.hpp"
#include "studies/models/repeated_estimates.hpp"

namespace trawl::studies {

using namespace importance;

namespace {

Declaration make_declaration() {
  return {
      .name = "importance_sampling",
      .version = 2,
      .group = "Probability",
      .summary = "Variance of plain Monte Carlo against importance sampling with a Gaussian proposal.",
      .maths = "I_n = (1/n) sum f(y_i) p(y_i)/q(y_i), y_i ~ q = N(m, sigma^2), p = N(0, 1), f(y) = s exp(-(y - c)^4)",
      .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.3, \"Importance sampling\"",
  };
}

std::vector<Binding<Parameters>> make_bindings() {
  return {
      bind<&Parameters::samples>({.name = "samples",
                                  .domain = between(1, 1e12),
                                  .long_name = "samples in an estimate",
                                  .description = "samples in one estimate, n"}),
      bind<&Parameters::repeats>({.name = "repeats",
                                  .domain = between(1, 1e9),
                                  .long_name = "repeated estimates",
                                  .description = "independent estimates, whose variance is taken"}),
      bind<&Parameters::estimator>({.name = "estimator",
                                    .choices = {"plain", "importance"},
                                    .description = "sample from N(0, 1), or from the proposal with weights"}),
      bind<&Parameters::proposal_mean>({.name = "proposal_mean",
                                        .long_name = "mean of the proposal",
                                        .description = "mean of the proposal, m; unused by plain sampling"}),
      bind<&Parameters::proposal_sd>(
          {.name = "proposal_sd",
           .domain = above(0),
           .long_name = "standard deviation of the proposal",
           .description = "standard deviation of the proposal, sigma; unused by plain sampling"}),
      bind<&Parameters::integrand>({.name = "integrand",
                                    .choices = {"centred", "shifted", "custom"},
                                    .description = "exp(-(y-1)^4), 20.446 exp(-(y-3)^4), or scale exp(-(y-centre)^4)"}),
      bind<&Parameters::centre>({.name = "centre",
                                 .domain = between(-25, 25),
                                 .long_name = "centre of the custom integrand",
                                 .description = "c of the custom integrand"}),
      bind<&Parameters::scale>({.name = "scale",
                                .domain = above(0),
                                .long_name = "scale of the custom integrand",
                                .description = "s of the custom integrand"}),
  };
}

Integrand integrand_of(const Parameters& p) {
  switch (p.integrand) {
    case IntegrandChoice::centred:
      return {.centre = 1, .scale = 1};
    case IntegrandChoice::shifted:
      return {.centre = 3, .scale = 20.446};
    case IntegrandChoice::custom:
      break;
  }
  return {.centre = p.centre, .scale = p.scale};
}

Normal proposal_of(const Parameters& p) {
  return p.estimator == Estimator::plain ? Normal{} : Normal{.mean = p.proposal_mean, .sd = p.proposal_sd};
}

enum OutputIndex {
  estimate,
  exact,
  error,
  mean_estimate,
  estimator_variance,
  exact_variance,
  variance_ratio,
  kurtosis,
  effective_sample_size,
};

constexpr const char* too_large = "larger than the largest double";

double or_nan(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ImportanceSampling::ImportanceSampling() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout ImportanceSampling::outputs(std::span<const Extent>) const {
  return {.dimensions = {},
          .outputs = {
              {.name = "estimate", .long_name = "first estimate", .description = "the first estimate of E[f(y)]"},
              {.name = "exact", .long_name = "exact value", .description = "E[f(y)] by quadrature"},
              {.name = "error", .long_name = "error of the first estimate", .description = "estimate - exact"},
              {.name = "mean_estimate",
               .long_name = "mean of the estimates",
               .description = "mean of all repeated estimates"},
              {.name = "estimator_variance",
               .long_name = "measured variance of an estimate",
               .description = "sample variance of the repeated estimates",
               .nan_means = "a single estimate has no variance"},
              {.name = "exact_variance",
               .long_name = "exact variance of an estimate",
               .description = "variance of an estimate by quadrature: the variance of one sample divided by samples",
               .nan_means = too_large},
              {.name = "variance_ratio",
               .long_name = "variance ratio to plain sampling",
               .description = "exact variance of plain sampling divided by exact_variance; 0 if that is too large"},
              {.name = "kurtosis",
               .long_name = "kurtosis of a sample",
               .description = "of one sample of f p/q, by quadrature; 3 for a normal distribution",
               .nan_means = too_large},
              {.name = "effective_sample_size",
               .description = "(sum w)^2 / sum w^2 of the weights w = p/q of the first estimate; 0 if all underflow"},
          }};
}

void ImportanceSampling::evaluate(const Parameters& p, const RandomStream& random, const Outputs& out) const {
  check_draws(p.samples, p.repeats);
  const Integrand f = integrand_of(p);
  const Normal proposal = proposal_of(p);
  const Moments moments = exact_moments(f, proposal);
  const auto samples = static_cast<double>(p.samples);
  const Estimates estimates = sample_estimates(f, proposal, static_cast<std::uint64_t>(p.samples),
                                               static_cast<std::uint64_t>(p.repeats), random);
  out.set(estimate, estimates.first);
  out.set(exact, moments.mean);
  out.set(error, estimates.first - moments.mean);
  out.set(mean_estimate, estimates.mean);
  out.set(estimator_variance, estimates.variance);
  out.set(exact_variance, or_nan(moments.variance / samples));
  out.set(variance_ratio, exact_moments(f, Normal{}).variance / moments.variance);
  out.set(kurtosis, or_nan(moments.kurtosis));
  out.set(effective_sample_size, estimates.effective_sample_size);
}

double ImportanceSampling::cost(const Parameters& p) const {
  constexpr double exact_values = 10000;  // in samples
  return exact_values + static_cast<double>(p.samples) * static_cast<double>(p.repeats);
}

}  // namespace trawl::studies
