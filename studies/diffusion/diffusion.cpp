#include "studies/diffusion/diffusion.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/distances.hpp"
#include "studies/diffusion/forward.hpp"
#include "studies/diffusion/forward_outputs.hpp"
#include "studies/diffusion/predictor.hpp"
#include "studies/diffusion/sampling.hpp"

namespace trawl::studies {

using namespace diffusion;

namespace {

enum OutputIndex : std::size_t {
  histogram,
  total_variation,
  wasserstein_1,
  ks,
  sample_mean,
  sample_sd,
  trajectory,
  alpha_end,
  terminal_kl,
  first_forward_output,
};

Declaration declaration_of_diffusion() {
  return {.name = "diffusion",
          .version = 2,
          .group = "Generative",
          .summary = "A one-dimensional diffusion model of a mixture of four Gaussians, with four samplers.",
          .maths =
              "z_t = sqrt(alpha_t) x + sqrt(1-alpha_t) eps, alpha_t = (1-beta)^t; "
              "z_s = a_t z_t + b_t g_t(z_t) + sigma e from z_T ~ N(0,1) down to z_0",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), chapter 18 and notebooks 18.2, 18.3, 18.4",
          .parameters = {}};
}

std::vector<Binding<Parameters>> bindings() {
  return {
      bind<&Parameters::timesteps>({.name = "timesteps",
                                    .domain = between(1, 10'000),
                                    .long_name = "diffusion steps",
                                    .description = "number of diffusion steps T"}),
      bind<&Parameters::beta>({.name = "beta",
                               .domain = strictly_between(0, 1),
                               .long_name = "noise share of a step",
                               .description = "share of the variance that a step replaces by noise"}),
      bind<&Parameters::sampler>({.name = "sampler",
                                  .choices = {"direct", "reparameterised", "ddim", "accelerated"},
                                  .description = "how z_t becomes z_{t-1}"}),
      bind<&Parameters::sampler_steps>(
          {.name = "sampler_steps",
           .domain = between(1, 10'000),
           .long_name = "steps of the accelerated sampler",
           .description = "steps of the accelerated sampler, which is ddim in equal strides; a divisor of timesteps"}),
      bind<&Parameters::sigma>({.name = "sigma",
                                .domain = between(0, 100),
                                .long_name = "sd of a step's noise",
                                .description =
                                    "sd of the noise added by a step if sigma_rule is constant; the source "
                                    "has 0.12288 (direct, reparameterised), 0.001 (ddim), 0.11 (accelerated)"}),
      bind<&Parameters::sigma_rule>({.name = "sigma_rule",
                                     .choices = {"constant", "posterior"},
                                     .long_name = "rule for sigma",
                                     .description = "posterior: sigma of each step is the sd of z_s given z_t and x"}),
      bind<&Parameters::noise_at_last_step>(
          {.name = "noise_at_last_step",
           .description = "whether noise is added to the final sample, as the source does"}),
      bind<&Parameters::samples>({.name = "samples",
                                  .domain = between(1, 1e9),
                                  .long_name = "samples drawn",
                                  .description = "number of samples drawn"}),
      bind<&Parameters::model>(
          {.name = "model",
           .choices = {"binned", "exact"},
           .description = "binned: trained tables; exact: the ideal predictor, which needs no training"}),
      bind<&Parameters::n_train>({.name = "n_train",
                                  .domain = between(1, 1e8),
                                  .long_name = "training points",
                                  .description = "training points, shared by the models of all times (binned only)"}),
      bind<&Parameters::bins>({.name = "bins",
                               .domain = between(1, 10'000),
                               .long_name = "bins of a table",
                               .description = "bins of a model's table (binned only)"}),
      bind<&Parameters::bin_limit>({.name = "bin_limit",
                                    .domain = between(0.01, 100),
                                    .long_name = "limit of the bins",
                                    .description = "the bins cover [-bin_limit, bin_limit] (binned only)"}),
      bind<&Parameters::indexing>({.name = "indexing",
                                   .choices = {"correct", "source"},
                                   .description =
                                       "source: models trained one step early, and alpha one step late for ddim "
                                       "and accelerated; direct is right in the source"}),
      bind<&Parameters::forward_time>({.name = "forward_time",
                                       .domain = between(0, 10'000),
                                       .long_name = "diffusion time",
                                       .description =
                                           "t of the density of z_t and of the expectations given z_t; they do not "
                                           "depend on the samplers, nor these on it"}),
  };
}

std::vector<double> histogram_centres() {
  std::vector<double> centres(histogram_bins);
  for (std::size_t i = 0; i < histogram_bins; ++i) {
    centres[i] = -histogram_limit + histogram_width * (static_cast<double>(i) + 0.5);
  }
  return centres;
}

std::vector<double> whole_numbers(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

}  // namespace

Diffusion::Diffusion() : TypedStudy(declaration_of_diffusion(), bindings()) {}

OutputLayout Diffusion::outputs(std::span<const Extent> extents) const {
  constexpr std::size_t timesteps_parameter = 0;
  const auto times = static_cast<std::size_t>(extents[timesteps_parameter].upper) + 1;
  OutputLayout layout = {
      .dimensions = {{.name = "x", .description = "centre of a bin of width 0.05", .values = histogram_centres()},
                     {.name = "chain",
                      .long_name = "sample",
                      .description = "number of a sample",
                      .values = whole_numbers(static_cast<std::size_t>(trajectory_count))},
                     {.name = "time",
                      .long_name = "time t",
                      .description = "t of z_t, 0 for the sample",
                      .values = whole_numbers(times)},
                     z_dimension()},
      .outputs = {
          {.name = "histogram",
           .long_name = "density of the samples",
           .description = "density of the samples in each bin",
           .dimensions = {"x"}},
          {.name = "total_variation",
           .long_name = "total variation distance",
           .description = "total variation distance to the true distribution on the histogram's bins"},
          {.name = "wasserstein_1",
           .long_name = "1-Wasserstein distance",
           .description = "1-Wasserstein distance to the true distribution"},
          {.name = "ks",
           .long_name = "Kolmogorov-Smirnov distance",
           .description = "Kolmogorov-Smirnov distance to the true distribution"},
          {.name = "mean", .long_name = "mean of the samples", .description = "mean of the samples"},
          {.name = "sd",
           .long_name = "standard deviation of the samples",
           .description = "standard deviation of the samples"},
          {.name = "trajectory",
           .long_name = "z_t",
           .description = "z_t of the first samples",
           .dimensions = {"chain", "time"},
           .nan_means = "time above the point's timesteps or not visited by its sampler, or no such sample"},
          {.name = "alpha_end",
           .long_name = "alpha_T",
           .description = "alpha_T, the share of the data's variance left in z_T"},
          {.name = "terminal_kl",
           .long_name = "divergence of z_T from the normal",
           .description = "divergence of q(z_T) from N(0, 1), where the samplers start"},
      }};
  std::vector<Output> forward = forward_outputs();
  for (Output& output : forward) layout.outputs.push_back(std::move(output));
  return layout;
}

void Diffusion::evaluate(const Parameters& p, const RandomStream& random, const Outputs& out) const {
  const auto chain = make_chain(p);
  const auto predictor = make_predictor(p, chain, random);
  const auto times = out[trajectory].size() / static_cast<std::size_t>(trajectory_count);
  const auto samples = draw_samples(p, chain, *predictor, random, out[trajectory], times);

  const auto bins = density(samples.tally);
  std::copy(bins.begin(), bins.end(), out[histogram].begin());
  const auto distance = distances(samples.tally, samples.excess);
  out.set(total_variation, distance.total_variation);
  out.set(wasserstein_1, distance.wasserstein_1);
  out.set(ks, distance.ks);
  out.set(sample_mean, samples.mean);
  out.set(sample_sd, samples.sd);

  const auto end = noise_level(p.beta, p.timesteps);
  out.set(alpha_end, end.alpha);
  out.set(terminal_kl, divergence_from_standard_normal(marginal(true_distribution, end)));
  write_forward_outputs(p, first_forward_output, out);
}

double Diffusion::cost(const Parameters& p) const {
  // Measured in nanoseconds on one machine; only the ratios matter.
  constexpr double normal = 6, binning = 1, look_up = 2, ideal = 8, comparison = 1e6;
  const bool trained = p.model == ModelKind::binned;
  const bool noisy = p.sigma > 0 || p.sigma_rule == SigmaRule::posterior;
  const double steps = static_cast<double>(p.sampler == Sampler::accelerated ? p.sampler_steps : p.timesteps);
  const double training = trained ? binning + normal * (p.sampler == Sampler::direct ? 2 : 1) : 0;
  const double sampling = (trained ? look_up : ideal) + (noisy ? normal : 0);
  return comparison + steps * (training * static_cast<double>(p.n_train) + sampling * static_cast<double>(p.samples));
}

}  // namespace trawl::studies
