#include "studies/diffusion/forward_outputs.hpp"

#include <cmath>
#include <string>

#include "studies/diffusion/forward.hpp"

namespace trawl::studies::diffusion {
namespace {

enum ForwardOutput : std::size_t {
  kernel_factor,
  kernel_sd,
  z_mean,
  z_variance,
  reverse_z_factor,
  reverse_x_factor,
  reverse_sd,
  z_density,
  x_given_z,
  eps_given_z,
  previous_given_z,
};

// The grid of z, in steps of 1/20 from -4 to 4.
constexpr int z_steps = 20;
constexpr int z_limit = 4;

}  // namespace

Dimension z_dimension() {
  Dimension z{.name = "z", .long_name = "z_t", .description = "values of z_t, in steps of 0.05"};
  for (int i = -z_limit * z_steps; i <= z_limit * z_steps; ++i) z.values.push_back(static_cast<double>(i) / z_steps);
  return z;
}

std::vector<Output> forward_outputs() {
  const std::string beyond = "time above the point's timesteps";
  const std::string no_step_before = beyond + ", or 0, which nothing is before";
  return {
      {.name = "kernel_factor",
       .long_name = "factor of x in z_t",
       .description = "sqrt(alpha_t): z_t given x has the mean kernel_factor x",
       .dimensions = {"time"},
       .nan_means = beyond},
      {.name = "kernel_sd",
       .long_name = "standard deviation of z_t given x",
       .description = "sqrt(1 - alpha_t)",
       .dimensions = {"time"},
       .nan_means = beyond},
      {.name = "z_mean",
       .long_name = "mean of z_t",
       .description = "over all data and noise",
       .dimensions = {"time"},
       .nan_means = beyond},
      {.name = "z_variance",
       .long_name = "variance of z_t",
       .description = "over all data and noise",
       .dimensions = {"time"},
       .nan_means = beyond},
      {.name = "reverse_z_factor",
       .long_name = "factor of z_t in z_{t-1}",
       .description = "z_{t-1} given z_t and x has the mean reverse_z_factor z_t + reverse_x_factor x",
       .dimensions = {"time"},
       .nan_means = no_step_before},
      {.name = "reverse_x_factor",
       .long_name = "factor of x in z_{t-1}",
       .description = "z_{t-1} given z_t and x has the mean reverse_z_factor z_t + reverse_x_factor x",
       .dimensions = {"time"},
       .nan_means = no_step_before},
      {.name = "reverse_sd",
       .long_name = "sd of z_{t-1} given z_t and x",
       .description = "standard deviation of z_{t-1} given z_t and x",
       .dimensions = {"time"},
       .nan_means = no_step_before},
      {.name = "z_density", .long_name = "density of z_t", .description = "at t = forward_time", .dimensions = {"z"}},
      {.name = "x_given_z",
       .long_name = "E[x | z_t]",
       .description = "mean of the data that became z_t = z, t = forward_time",
       .dimensions = {"z"}},
      {.name = "eps_given_z",
       .long_name = "E[eps | z_t]",
       .description = "mean of the noise in z_t = z, t = forward_time: what an ideal model predicts",
       .dimensions = {"z"}},
      {.name = "previous_given_z",
       .long_name = "E[z_{t-1} | z_t]",
       .description = "mean of z_{t-1} before z_t = z, t = forward_time",
       .dimensions = {"z"},
       .nan_means = "forward_time is 0, which nothing is before"},
  };
}

namespace {

void write_along_time(const Parameters& p, std::size_t first, const Outputs& out) {
  for (std::int64_t time = 0; time <= p.timesteps; ++time) {
    const auto set = [&](ForwardOutput output, double value) {
      out[first + output][static_cast<std::size_t>(time)] = value;
    };
    const auto level = noise_level(p.beta, time);
    const Mixture noisy = marginal(true_distribution, level);
    set(kernel_factor, std::sqrt(level.alpha));
    set(kernel_sd, std::sqrt(level.noise));
    set(z_mean, mean(noisy));
    set(z_variance, variance(noisy));
    if (time == 0) continue;
    const auto reverse = reverse_conditional(p.beta, time);
    set(reverse_z_factor, reverse.of_z);
    set(reverse_x_factor, reverse.of_x);
    set(reverse_sd, reverse.sd);
  }
}

void write_on_grid(const Parameters& p, std::size_t first, const Outputs& out) {
  const auto level = noise_level(p.beta, p.forward_time);
  const Mixture noisy = marginal(true_distribution, level);
  const PosteriorMean posterior(true_distribution, level);
  const std::vector<double> grid = z_dimension().values;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double x = posterior(grid[i]);
    out[first + z_density][i] = pdf(noisy, grid[i]);
    out[first + x_given_z][i] = x;
    out[first + eps_given_z][i] = posterior.noise(grid[i]);
    if (p.forward_time == 0) continue;
    const auto reverse = reverse_conditional(p.beta, p.forward_time);
    out[first + previous_given_z][i] = reverse.of_z * grid[i] + reverse.of_x * x;
  }
}

}  // namespace

void write_forward_outputs(const Parameters& p, std::size_t first, const Outputs& out) {
  write_along_time(p, first, out);
  write_on_grid(p, first, out);
}

}  // namespace trawl::studies::diffusion
