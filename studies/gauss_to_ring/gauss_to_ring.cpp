#include "studies/gauss_to_ring/gauss_to_ring.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "engine/optimizer.hpp"
#include "studies/gauss_to_ring/ring.hpp"
#include "studies/gauss_to_ring/training.hpp"

namespace trawl::studies {
namespace {

using namespace ring;
using P = GaussToRingParameters;

enum Output : std::size_t {
  train_loss,
  test_mse,
  radius_mean,
  radius_sd,
  radius_density,
  exact_radius_density,
  exact_radius_mean,
  exact_radius_variance,
  mean_norm_squared,
  covariance_diagonal,
  linear_coefficient,
  linear_squared_error,
  radius_cdf,
  radius_pdf,
  ring_point,
  net_point
};

enum Stream : std::uint32_t { first_weights, order, training_samples, test_samples };

constexpr std::size_t epochs_parameter = 5;  // its position in the declaration
constexpr std::size_t bins = 100;
constexpr double bin_width = 0.02;  // of the radius over the ring's mean radius, from 0
constexpr std::size_t evaluation_rows = 100;
constexpr double largest = 1e100;    // of a length: squares of it and their sums stay finite
constexpr double smallest = 1e-100;  // of the mean radius: densities stay finite

Declaration declaration() {
  return {.name = "gauss_to_ring",
          .version = 2,
          .group = "Generative",
          .summary = "A small perceptron learns to map a normal distribution in the plane onto a ring",
          .maths = "g(z) = a z + b z / |z|, z ~ N(0, I); loss = mean (f(z) - g(z))^2, f with one hidden layer",
          .source = "Report on mapping a normal distribution onto a ring; the map is our choice",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::a>({.name = "a",
                   .domain = between(0, largest),
                   .long_name = "stretch of the distance",
                   .description = "stretch of the distance to the origin"}),
      bind<&P::b>({.name = "b",
                   .domain = between(0, largest),
                   .long_name = "inner radius of the ring",
                   .description = "inner radius of the ring"}),
      bind<&P::hidden>({.name = "hidden",
                        .domain = between(1, 65536),
                        .long_name = "hidden units",
                        .description = "units of the hidden layer"}),
      bind<&P::activation>({.name = "activation", .choices = {"tanh", "relu"}, .description = "of the hidden units"}),
      bind<&P::samples>({.name = "samples",
                         .domain = between(1, 1e7),
                         .long_name = "training samples",
                         .description = "training samples"}),
      bind<&P::epochs>({.name = "epochs",
                        .domain = between(0, 1e6),
                        .description = "passes through the samples, each in a new random order"}),
      bind<&P::learning_rate>(
          {.name = "learning_rate", .domain = between(0, 1000), .description = "Adam's learning rate"}),
      bind<&P::batch>({.name = "batch",
                       .domain = between(1, 1e6),
                       .long_name = "samples in a step",
                       .description = "samples in a step; the last of an epoch may have fewer"}),
      bind<&P::test_samples>(
          {.name = "test_samples", .domain = between(2, 1e7), .description = "fresh samples for the test"}),
      bind<&P::radius>({.name = "radius", .description = "where radius_cdf and radius_pdf are given"}),
      bind<&P::z1>({.name = "z1",
                    .domain = between(-largest, largest),
                    .long_name = "first coordinate of the point",
                    .description = "first coordinate of the point that both maps are given at"}),
      bind<&P::z2>({.name = "z2",
                    .domain = between(-largest, largest),
                    .long_name = "second coordinate of the point",
                    .description = "second coordinate of that point"}),
  };
}

/// Errors of the net on fresh samples, and the distribution of its outputs' radius.
void test(RingNet& net, const Map& map, std::size_t samples, const RandomStream& random, const Outputs& out) {
  std::vector<double> z(samples * 2), radius(samples);
  random.normal(test_samples, 0, z);
  const auto count = static_cast<double>(samples);
  double squares = 0;
  for (std::size_t first = 0; first < samples; first += evaluation_rows) {
    const std::size_t rows = std::min(evaluation_rows, samples - first);
    const auto f = mlp_forward(net.shape, net.params, rows, &z[2 * first], net.workspace);
    for (std::size_t n = 0; n < rows; ++n) {
      const Point g = map({z[2 * (first + n)], z[2 * (first + n) + 1]});
      squares += std::pow(f[2 * n] - g[0], 2) + std::pow(f[2 * n + 1] - g[1], 2);
      radius[first + n] = std::hypot(f[2 * n], f[2 * n + 1]);
    }
  }
  const double mean = std::accumulate(radius.begin(), radius.end(), 0.0) / count;
  double spread = 0;
  for (const double r : radius) spread += (r - mean) * (r - mean);
  out.set(test_mse, squares / (2 * count));
  out.set(radius_mean, mean);
  out.set(radius_sd, std::sqrt(spread / count));

  const double width = bin_width * map.radius_mean();
  const auto density = out[radius_density], exact = out[exact_radius_density];
  std::fill(density.begin(), density.end(), 0.0);
  for (const double r : radius)
    if (r < width * bins) density[static_cast<std::size_t>(r / width)] += 1 / (count * width);
  for (std::size_t k = 0; k < bins; ++k) {
    const double left = width * static_cast<double>(k);
    exact[k] = (map.radius_cdf(left + width) - map.radius_cdf(left)) / width;
  }
}

}  // namespace

GaussToRing::GaussToRing() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout GaussToRing::outputs(std::span<const Extent> extents) const {
  Dimension epoch = {.name = "epoch", .description = "pass through the samples"};
  epoch.values.resize(static_cast<std::size_t>(std::max(1.0, extents[epochs_parameter].upper)));
  std::iota(epoch.values.begin(), epoch.values.end(), 1.0);
  Dimension bin = {.name = "relative_radius",
                   .long_name = "radius / mean radius",
                   .description = "radius over the ring's mean radius, middle of a bin"};
  for (std::size_t k = 0; k < bins; ++k) bin.values.push_back(bin_width * (static_cast<double>(k) + 0.5));
  const Dimension coordinate = {.name = "coordinate", .description = "of the plane", .values = {1, 2}};
  return {.dimensions = {epoch, bin, coordinate},
          .outputs = {
              {.name = "train_loss",
               .long_name = "training loss",
               .description = "average loss of the mini-batches while the weights move",
               .dimensions = {"epoch"},
               .nan_means = "epoch beyond the point's own"},
              {.name = "test_mse",
               .long_name = "mean squared error",
               .description = "mean over fresh samples and both outputs of (f - g)^2"},
              {.name = "radius_mean",
               .long_name = "mean radius of the net",
               .description = "mean of |f| over the fresh samples"},
              {.name = "radius_sd",
               .long_name = "spread of the net's radius",
               .description = "standard deviation of |f| over the fresh samples"},
              {.name = "radius_density",
               .long_name = "density of the net's radius",
               .description = "density of |f|",
               .dimensions = {"relative_radius"}},
              {.name = "exact_radius_density",
               .long_name = "density of the ring's radius",
               .description = "density of |g|",
               .dimensions = {"relative_radius"}},
              {.name = "exact_radius_mean", .long_name = "mean radius of the ring", .description = "mean of |g|"},
              {.name = "exact_radius_variance",
               .long_name = "variance of the ring's radius",
               .description = "variance of |g|"},
              {.name = "mean_norm_squared", .description = "mean of |g|^2"},
              {.name = "covariance_diagonal",
               .long_name = "variance of a coordinate",
               .description = "variance of either coordinate of g"},
              {.name = "linear_coefficient",
               .long_name = "factor of the best linear map",
               .description = "c of the linear map c z that is closest to g"},
              {.name = "linear_squared_error",
               .long_name = "squared error of the best linear map",
               .description = "mean of |g - c z|^2, the sum over both outputs"},
              {.name = "radius_cdf",
               .long_name = "probability of a smaller radius",
               .description = "probability that |g| is at most `radius`"},
              {.name = "radius_pdf",
               .long_name = "density at the radius",
               .description = "density of |g| at `radius`",
               .nan_means = "larger than the largest double, as at b where a = 0 leaves no spread"},
              {.name = "ring_point",
               .long_name = "point on the ring",
               .description = "g at (z1, z2)",
               .dimensions = {"coordinate"},
               .nan_means = "g has no value at the origin"},
              {.name = "net_point",
               .long_name = "point of the net",
               .description = "f at (z1, z2)",
               .dimensions = {"coordinate"}},
          }};
}

void GaussToRing::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const Map map = {p.a, p.b};
  if (map.radius_mean() < smallest)
    throw std::invalid_argument("the ring's mean radius is below 1e-100 (its densities would overflow). Raise a or b.");
  const auto samples = static_cast<std::size_t>(p.samples);
  RingNet net(
      {{2, static_cast<std::size_t>(p.hidden), 2}, p.activation == P::Unit::tanh ? Activation::tanh : Activation::relu},
      std::max(static_cast<std::size_t>(std::min(p.batch, p.samples)), evaluation_rows));
  draw_fan_in_uniform(net.shape, random, first_weights, net.params);
  const Samples set = draw_samples(map, random, training_samples, samples);
  Minibatches batches(samples, static_cast<std::size_t>(p.batch), RandomSequence(random, order));
  Adam adam = {.learning_rate = p.learning_rate};
  for (double& loss : out[train_loss].first(static_cast<std::size_t>(p.epochs)))
    loss = train_epoch(net, set, batches, adam);
  test(net, map, static_cast<std::size_t>(p.test_samples), random, out);

  out.set(exact_radius_mean, map.radius_mean());
  out.set(exact_radius_variance, map.radius_variance());
  out.set(mean_norm_squared, map.mean_norm_squared());
  out.set(covariance_diagonal, map.mean_norm_squared() / 2);
  out.set(linear_coefficient, map.linear_coefficient());
  out.set(linear_squared_error, map.linear_squared_error());
  out.set(radius_cdf, map.radius_cdf(p.radius));
  const double density = map.radius_pdf(p.radius);
  out.set(radius_pdf, std::isfinite(density) ? density : std::numeric_limits<double>::quiet_NaN());
  const Point z = {p.z1, p.z2}, g = map(z);
  std::copy(g.begin(), g.end(), out[ring_point].begin());
  const auto f = mlp_forward(net.shape, net.params, 1, z.data(), net.workspace);
  std::copy(f.begin(), f.end(), out[net_point].begin());
}

double GaussToRing::cost(const P& p) const {
  const double per_sample = 20 + 12 * static_cast<double>(p.hidden);
  return per_sample *
         (static_cast<double>(p.epochs) * static_cast<double>(p.samples) + static_cast<double>(p.test_samples));
}

}  // namespace trawl::studies
