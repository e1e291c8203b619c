#include "studies/latent_variable/latent_variable.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "studies/latent_variable/sampling.hpp"

namespace trawl::studies {

using namespace latent;

namespace {

using P = latent::Parameters;

constexpr double curve_lower = -3, curve_step = 0.02;
constexpr std::size_t curve_size = 301;

Declaration make_declaration() {
  return {.name = "latent_variable",
          .group = "Probability",
          .summary = "Density, posterior and samples of a nonlinear model with one latent variable.",
          .maths = "z ~ N(0, 1), x|z ~ N(f(z), sigma^2 I), f(z) = (exp(sin(2 + 3.675 z))/2, cos(2 + 2.85 z))",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.1, \"Latent variable models\"",
          .parameters = {}};
}

std::vector<Binding<P>> make_bindings() {
  return {
      bind<&P::x1>({.name = "x1", .long_name = "first observed number", .description = "first observed number"}),
      bind<&P::x2>({.name = "x2", .long_name = "second observed number", .description = "second observed number"}),
      bind<&P::sigma_sq>({.name = "sigma_sq",
                          .domain = between(1e-4, 100),
                          .long_name = "noise variance",
                          .description = "variance of the noise, sigma^2"}),
      bind<&P::z>({.name = "z",
                   .domain = between(-100, 100),
                   .long_name = "latent value z",
                   .description = "latent value at which f and the likelihood are given"}),
      bind<&P::second_coordinate>({.name = "second_coordinate",
                                   .choices = {"cosine", "sine"},
                                   .description = "cos(2 + 2.85 z), or the sine that the source's text has"}),
      bind<&P::grid_lower>(
          {.name = "grid_lower", .domain = between(-100, 100), .description = "first z of the source's grid"}),
      bind<&P::grid_upper>(
          {.name = "grid_upper", .domain = between(-100, 100), .description = "end of the source's grid, left out"}),
      bind<&P::grid_step>(
          {.name = "grid_step", .domain = between(1e-4, 100), .description = "step of the source's grid"}),
      bind<&P::samples>({.name = "samples", .domain = between(1, 1e12), .description = "samples drawn"}),
      bind<&P::scored_samples>({.name = "scored_samples",
                                .domain = between(0, 1e12),
                                .description = "samples whose log density is averaged; at most all"}),
      bind<&P::with_expected_log_density>(
          {.name = "with_expected_log_density", .description = "whether to compute the expectation of ln p(x)"}),
  };
}

enum OutputIndex : std::size_t {
  map,
  likelihood,
  log_density,
  density,
  posterior_mean,
  posterior_variance,
  posterior_mode_output,
  posterior,
  grid_density,
  grid_posterior_mean,
  grid_largest_mass,
  prior_mass_outside,
  exact_mean,
  exact_covariance,
  sample_mean,
  sample_covariance,
  mean_log_density,
  expected_log_density_output,
};

std::size_t grid_size(const P& p) {
  // A last point within rounding of the end is the end, which is left out.
  const double points = std::ceil((p.grid_upper - p.grid_lower) / p.grid_step - 1e-9);
  if (!(points >= 1))
    throw std::domain_error("the grid has no points (grid_upper is not above grid_lower). Give it a range?");
  return static_cast<std::size_t>(points);
}

/// What does not depend on x, kept by each thread while the parameters that it follows from stay the same.
class Tables {
 public:
  const Grid& quadrature(const Map& f, double sigma_sq) {
    if (!quadrature_ || !is_quadrature_grid(*quadrature_, f, sigma_sq) || sigma_sq != sigma_sq_) {
      quadrature_ = std::make_unique<Grid>(quadrature_grid(f, sigma_sq));
      sigma_sq_ = sigma_sq;
      moments_ = moments(*quadrature_, sigma_sq);
      expected_log_density_ = std::numeric_limits<double>::quiet_NaN();
    }
    return *quadrature_;
  }

  // Of the last quadrature().
  const Moments& exact_moments() const { return moments_; }
  double expected_log_density() {
    if (std::isnan(expected_log_density_))
      expected_log_density_ = latent::expected_log_density(*quadrature_, sigma_sq_);
    return expected_log_density_;
  }

  const Grid& curve(const Map& f) { return grid(curve_, f, curve_lower, curve_step, curve_size); }
  const Grid& source(const Map& f, const P& p) { return grid(source_, f, p.grid_lower, p.grid_step, grid_size(p)); }

  std::vector<double> scratch;

 private:
  static const Grid& grid(std::unique_ptr<Grid>& kept, const Map& f, double lower, double step, std::size_t size) {
    if (!kept || !kept->is(f, lower, step, size)) kept = std::make_unique<Grid>(f, lower, step, size);
    return *kept;
  }

  std::unique_ptr<Grid> quadrature_, curve_, source_;
  double sigma_sq_ = 0;
  Moments moments_{};
  double expected_log_density_ = 0;
};

double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

void write_moments(const Moments& m, std::span<double> mean, std::span<double> covariance) {
  mean[0] = m.mean.x1;
  mean[1] = m.mean.x2;
  covariance[0] = m.variance1;
  covariance[1] = covariance[2] = m.covariance;
  covariance[3] = m.variance2;
}

}  // namespace

LatentVariable::LatentVariable() : TypedStudy(make_declaration(), make_bindings()) {}

OutputLayout LatentVariable::outputs(std::span<const Extent>) const {
  Dimension latent = {.name = "latent", .description = "latent value z of the posterior's curve"};
  for (std::size_t i = 0; i < curve_size; ++i)
    latent.values.push_back(curve_lower + static_cast<double>(i) * curve_step);
  const Dimension coordinate = {.name = "coordinate", .description = "observed number", .labels = {"x1", "x2"}};
  const Dimension other = {.name = "other_coordinate", .description = "observed number", .labels = {"x1", "x2"}};
  const char* single = "a single sample has no covariance";
  return {
      .dimensions = {latent, coordinate, other},
      .outputs = {
          {.name = "map", .long_name = "f(z)", .description = "f(z) at the parameter z", .dimensions = {"coordinate"}},
          {.name = "likelihood", .description = "density of x given the parameter z"},
          {.name = "log_density", .description = "ln p(x)"},
          {.name = "density", .description = "p(x)"},
          {.name = "posterior_mean", .description = "mean of z given x"},
          {.name = "posterior_variance", .description = "variance of z given x"},
          {.name = "posterior_mode", .description = "the most probable z given x"},
          {.name = "posterior", .description = "density of z given x", .dimensions = {"latent"}},
          {.name = "grid_density", .description = "p(x) as the source has it: a sum over its grid times the step"},
          {.name = "grid_posterior_mean", .description = "mean of z given x over the source's grid"},
          {.name = "grid_largest_mass", .description = "largest posterior probability of a point of that grid"},
          {.name = "prior_mass_outside", .description = "prior probability below grid_lower or above grid_upper"},
          {.name = "exact_mean", .description = "mean of x", .dimensions = {"coordinate"}},
          {.name = "exact_covariance",
           .description = "covariance of x",
           .dimensions = {"coordinate", "other_coordinate"}},
          {.name = "sample_mean", .description = "mean of the samples", .dimensions = {"coordinate"}},
          {.name = "sample_covariance",
           .description = "covariance of the samples",
           .dimensions = {"coordinate", "other_coordinate"},
           .nan_means = single},
          {.name = "mean_log_density",
           .description = "mean of ln p(x) over the scored samples",
           .nan_means = "no sample is scored"},
          {.name = "expected_log_density", .description = "expectation of ln p(x)", .nan_means = "not asked for"},
      }};
}

void LatentVariable::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  thread_local Tables tables;
  const Map f(p.second_coordinate);
  const Point x{p.x1, p.x2};
  const Point at = f(p.z);
  out[map][0] = at.x1;
  out[map][1] = at.x2;
  const double distance = (x.x1 - at.x1) * (x.x1 - at.x1) + (x.x2 - at.x2) * (x.x2 - at.x2);
  out.set(likelihood, std::exp(-distance / (2 * p.sigma_sq)) / (2 * std::numbers::pi * p.sigma_sq));

  const Grid& quadrature = tables.quadrature(f, p.sigma_sq);
  const Posterior exact = posterior_on(quadrature, x, p.sigma_sq, tables.scratch);
  out.set(log_density, exact.log_density);
  out.set(density, std::exp(exact.log_density));
  out.set(posterior_mean, exact.mean);
  out.set(posterior_variance, exact.variance);
  out.set(posterior_mode_output, posterior_mode(quadrature, f, x, p.sigma_sq, tables.scratch, exact.largest_log));
  posterior_density(tables.curve(f), x, p.sigma_sq, exact.log_density, tables.scratch, out[posterior].data());

  const Posterior on_grid = posterior_on(tables.source(f, p), x, p.sigma_sq, tables.scratch);
  out.set(grid_density, std::exp(on_grid.log_density));
  out.set(grid_posterior_mean, on_grid.mean);
  out.set(grid_largest_mass, on_grid.largest_mass);
  out.set(prior_mass_outside, normal_cdf(p.grid_lower) + normal_cdf(-p.grid_upper));

  const Moments expected = tables.exact_moments();
  write_moments(expected, out[exact_mean], out[exact_covariance]);
  if (p.with_expected_log_density) out.set(expected_log_density_output, tables.expected_log_density());
  const auto samples = static_cast<std::uint64_t>(p.samples);
  const auto scored = std::min(samples, static_cast<std::uint64_t>(p.scored_samples));
  const SampleStatistics drawn = draw_samples(f, p.sigma_sq, quadrature, expected.mean, samples, scored, random);
  write_moments(drawn.moments, out[sample_mean], out[sample_covariance]);
  out.set(mean_log_density, drawn.mean_log_density);
}

double LatentVariable::cost(const P& p) const {
  const double quadrature = 144 / std::sqrt(p.sigma_sq);
  const auto scored = static_cast<double>(std::min(p.samples, p.scored_samples));
  return 1000 + quadrature * (1 + scored) + 5 * static_cast<double>(p.samples);
}

}  // namespace trawl::studies
