#include "studies/infomax_ica/infomax.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/activation.hpp"
#include "studies/infomax_ica/kernel.hpp"

namespace trawl::studies::ica {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, most_signals, most_signals>;

Matrix matrix(std::size_t d, const double* w) {
  const auto size = static_cast<Eigen::Index>(d);
  return Eigen::Map<const Matrix>(w, size, size);
}

/// ln cosh u.
double log_cosh(double u) {
  return std::abs(u) + std::log1p(std::exp(-2 * std::abs(u))) - std::numbers::ln2;
}

}  // namespace

double phi(Density density, double u) {
  switch (density) {
    case Density::logistic:
      return std::tanh(u / 2);
    case Density::sech:
      return std::tanh(u);
    case Density::quartic:
      return u * u * u;
    default:
      return u - std::tanh(u);
  }
}

double phi_derivative(Density density, double u) {
  switch (density) {
    case Density::logistic:
      return tanh_derivative(u / 2) / 2;
    case Density::sech:
      return tanh_derivative(u);
    case Density::quartic:
      return 3 * u * u;
    default:
      return 1 - tanh_derivative(u);
  }
}

double log_density(Density density, double u) {
  switch (density) {
    case Density::logistic:
      return -2 * (log_cosh(u / 2) + std::numbers::ln2);
    case Density::sech:
      return -log_cosh(u) - std::log(std::numbers::pi);
    case Density::quartic:
      return -std::pow(u, 4) / 4 - std::log(std::tgamma(0.25) / std::numbers::sqrt2);
    default:
      return log_cosh(u) - u * u / 2 - 0.5 * (std::log(2 * std::numbers::pi) + 1);
  }
}

Signals::Signals(std::size_t d, std::size_t samples)
    : count(d), size(samples), stride((samples + 7) / 8 * 8), x(d * stride) {}

void correlate(Density density, Rule rule, const Signals& signals, const double* w, double* result) {
  const std::size_t d = signals.count;
  std::array<double, lanes * most_signals * most_signals> sums;
  sum_correlations(density, rule, signals, w, sums.data());
  for (std::size_t e = 0; e < d * d; ++e) result[e] = lane_sum(&sums[lanes * e]) / static_cast<double>(signals.size);
}

void ascent_direction(Density density, Rule rule, const Signals& signals, const double* w, double* result) {
  const std::size_t d = signals.count;
  std::array<double, most_signals * most_signals> mean;
  correlate(density, rule, signals, w, mean.data());
  const Matrix current = matrix(d, w), correlations = matrix(d, mean.data());
  const auto size = static_cast<Eigen::Index>(d);
  Eigen::Map<Matrix> direction(result, size, size);
  if (rule == Rule::natural) direction = current - correlations * current;
  else direction = current.inverse().transpose() - correlations;
}

double mean_log_likelihood(Density density, const Signals& signals, const double* w) {
  const std::size_t d = signals.count;
  std::array<double, lanes> sums = {};
  add_log_densities(density, signals, w, sums.data());
  const double determinant = matrix(d, w).determinant();
  return std::log(std::abs(determinant)) + static_cast<double>(d) * log_density(density, 0) +
         lane_sum(sums.data()) / static_cast<double>(signals.size);
}

double amari_index(std::size_t d, const double* p) {
  if (d == 1) return 0;
  const Matrix gains = matrix(d, p).cwiseAbs();
  const double rows = (gains.rowwise().sum().array() / gains.rowwise().maxCoeff().array() - 1).sum();
  const double columns = (gains.colwise().sum().array() / gains.colwise().maxCoeff().array() - 1).sum();
  return (rows + columns) / static_cast<double>(2 * d * (d - 1));
}

}  // namespace trawl::studies::ica
