#include "studies/latent_variable/density.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "studies/latent_variable/kernel.hpp"

namespace trawl::studies::latent {
namespace {

constexpr double quadrature_end = 9;
const double log_2_pi = std::log(2 * std::numbers::pi);

double quadrature_points(double sigma_sq) {
  return std::ceil(2 * quadrature_end / std::min(std::sqrt(sigma_sq) / 8, 0.05));
}

/// Unnormalised logarithms into scratch; returns the largest.
double fill(const Grid& grid, const Point& x, double sigma_sq, std::vector<double>& scratch) {
  if (scratch.size() < grid.padded_size()) scratch.resize(grid.padded_size());
  return log_joint(x, 0.5 / sigma_sq, grid.f1(), grid.f2(), grid.log_prior(), grid.padded_size(), scratch.data());
}

/// ln of the normaliser of p(x|z).
double log_normaliser(double sigma_sq) {
  return log_2_pi + std::log(sigma_sq);
}

}  // namespace

Grid::Grid(const Map& map, double lower, double step, std::size_t size)
    : offset2_(map.offset2), lower_(lower), step_(step), size_(size) {
  const std::size_t padded = (size + 7) / 8 * 8;
  z_.assign(padded, 0);
  f1_.assign(padded, 0);
  f2_.assign(padded, 0);
  log_prior_.assign(padded, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < size; ++i) {
    z_[i] = lower + static_cast<double>(i) * step;
    log_prior_[i] = -(z_[i] * z_[i] + log_2_pi) / 2;
  }
  map_points(map, z_.data(), padded, f1_.data(), f2_.data());
}

Posterior posterior_on(const Grid& grid, const Point& x, double sigma_sq, std::vector<double>& logs) {
  const double largest = fill(grid, x, sigma_sq, logs);
  const ExpSums sums = exp_sums(logs.data(), largest, grid.z(), grid.padded_size());
  const double mean = sums.first / sums.total;
  return {.log_density = largest + std::log(sums.total * grid.step()) - log_normaliser(sigma_sq),
          .mean = mean,
          .variance = sums.second / sums.total - mean * mean,
          .largest_mass = 1 / sums.total,
          .largest_log = largest};
}

void posterior_density(const Grid& grid, const Point& x, double sigma_sq, double log_density,
                       std::vector<double>& scratch, double* density) {
  fill(grid, x, sigma_sq, scratch);
  exp_shifted(scratch.data(), log_density + log_normaliser(sigma_sq), grid.padded_size(), scratch.data());
  std::copy_n(scratch.data(), grid.size(), density);
}

bool is_quadrature_grid(const Grid& grid, const Map& map, double sigma_sq) {
  const double points = quadrature_points(sigma_sq);
  return grid.is(map, -quadrature_end, 2 * quadrature_end / points, static_cast<std::size_t>(points) + 1);
}

Grid quadrature_grid(const Map& map, double sigma_sq) {
  const double points = quadrature_points(sigma_sq);
  return Grid(map, -quadrature_end, 2 * quadrature_end / points, static_cast<std::size_t>(points) + 1);
}

double posterior_mode(const Grid& grid, const Map& map, const Point& x, double sigma_sq,
                      const std::vector<double>& logs, double largest) {
  const double enough = largest - 0.2;
  double mode = 0;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i + 1 < grid.size(); ++i) {
    // A maximum between two points of the grid is at most 0.2 above the logarithm at the nearer one.
    if (logs[i] < enough || logs[i] < logs[i - 1] || logs[i] < logs[i + 1]) continue;
    double z = grid.z()[i];
    for (int step = 0; step < 8; ++step) {
      const Slopes f = slopes(map, z);
      const double d1 = x.x1 - f.value.x1, d2 = x.x2 - f.value.x2;
      const double gradient = (d1 * f.first.x1 + d2 * f.first.x2) / sigma_sq - z;
      const double curvature =
          (d1 * f.second.x1 - f.first.x1 * f.first.x1 + d2 * f.second.x2 - f.first.x2 * f.first.x2) / sigma_sq - 1;
      if (curvature >= 0) break;
      const double last = z;
      z = std::clamp(z - gradient / curvature, grid.z()[i - 1], grid.z()[i + 1]);
      if (std::abs(z - last) < 1e-8) break;  // quadratic: z is right to the last bits
    }
    const Point f = map(z);
    const double log = -((x.x1 - f.x1) * (x.x1 - f.x1) + (x.x2 - f.x2) * (x.x2 - f.x2)) / (2 * sigma_sq) - z * z / 2;
    if (log > best) {
      best = log;
      mode = z;
    }
  }
  return mode;
}

Moments moments(const Grid& quadrature, double sigma_sq) {
  const auto mean_of = [&](auto term) {
    double sum = 0;
    for (std::size_t i = 0; i < quadrature.size(); ++i)
      sum += std::exp(quadrature.log_prior()[i]) * term(quadrature.f1()[i], quadrature.f2()[i]);
    return sum * quadrature.step();
  };
  const double mean1 = mean_of([](double f1, double) { return f1; });
  const double mean2 = mean_of([](double, double f2) { return f2; });
  return {.mean = {mean1, mean2},
          .variance1 = sigma_sq + mean_of([&](double f1, double) { return (f1 - mean1) * (f1 - mean1); }),
          .variance2 = sigma_sq + mean_of([&](double, double f2) { return (f2 - mean2) * (f2 - mean2); }),
          .covariance = mean_of([&](double f1, double f2) { return (f1 - mean1) * (f2 - mean2); })};
}

double expected_log_density(const Grid& quadrature, double sigma_sq) {
  const double sigma = std::sqrt(sigma_sq), step = sigma / 2, margin = 7 * sigma;
  std::vector<double> scratch;
  double sum = 0;
  for (double x1 = 0.5 / std::numbers::e - margin; x1 < 0.5 * std::numbers::e + margin; x1 += step)
    for (double x2 = -1 - margin; x2 < 1 + margin; x2 += step) {
      const double log_density = posterior_on(quadrature, {x1, x2}, sigma_sq, scratch).log_density;
      sum += std::exp(log_density) * log_density;
    }
  return sum * step * step;
}

}  // namespace trawl::studies::latent
