#include "cluster/scale/scaling_law.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include <boost/math/distributions/students_t.hpp>

namespace trawl::cluster {
namespace {

constexpr std::size_t most_parameters = 3;  // log lambda, alpha, beta
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

using Vector = std::array<double, most_parameters>;
using Matrix = std::array<Vector, most_parameters>;

double denominator(const Vector& parameters, double n) {
  return 1 + parameters[1] * (n - 1) + parameters[2] * n * (n - 1);
}

double log_throughput(const Vector& parameters, double n) {
  return parameters[0] + std::log(n / denominator(parameters, n));
}

/// Sum of squares; infinity where the law makes no sense.
double squares(std::span<const Observation> observations, const Vector& parameters) {
  double sum = 0;
  for (const Observation& o : observations) {
    if (!(denominator(parameters, o.nodes) > 0)) return infinity;
    const double residual = std::log(o.throughput) - log_throughput(parameters, o.nodes);
    sum += residual * residual;
  }
  return sum;
}

/// J'J and J'r of the first p parameters.
void normal_equations(std::span<const Observation> observations, const Vector& parameters, std::size_t p,
                      Matrix& matrix, Vector& right) {
  matrix = {};
  right = {};
  for (const Observation& o : observations) {
    const double n = o.nodes, d = denominator(parameters, n);
    const Vector gradient = {1, -(n - 1) / d, -n * (n - 1) / d};
    const double residual = std::log(o.throughput) - log_throughput(parameters, n);
    for (std::size_t i = 0; i < p; ++i) {
      right[i] += gradient[i] * residual;
      for (std::size_t j = 0; j < p; ++j) matrix[i][j] += gradient[i] * gradient[j];
    }
  }
}

/// Gauss-Jordan; the matrix is positive definite, so no pivot is sought.
Matrix inverse(Matrix matrix, std::size_t p) {
  Matrix result{};
  for (std::size_t i = 0; i < p; ++i) result[i][i] = 1;
  for (std::size_t k = 0; k < p; ++k) {
    const double pivot = matrix[k][k];
    for (std::size_t j = 0; j < p; ++j) matrix[k][j] /= pivot, result[k][j] /= pivot;
    for (std::size_t i = 0; i < p; ++i) {
      if (i == k) continue;
      const double factor = matrix[i][k];
      for (std::size_t j = 0; j < p; ++j) {
        matrix[i][j] -= factor * matrix[k][j];
        result[i][j] -= factor * result[k][j];
      }
    }
  }
  return result;
}

/// Moves the parameters by one step. False if no step lowers the sum of squares any more.
bool improve(std::span<const Observation> observations, Vector& parameters, std::size_t p) {
  Matrix matrix;
  Vector right;
  normal_equations(observations, parameters, p, matrix, right);
  const Matrix inverted = inverse(matrix, p);
  Vector step{};
  for (std::size_t i = 0; i < p; ++i)
    for (std::size_t j = 0; j < p; ++j) step[i] += inverted[i][j] * right[j];
  const double before = squares(observations, parameters);
  for (double fraction = 1; fraction > 1e-6; fraction /= 2) {
    Vector moved = parameters;
    for (std::size_t i = 0; i < p; ++i) moved[i] += fraction * step[i];
    if (squares(observations, moved) < before * (1 - 1e-12)) {
      parameters = moved;
      return true;
    }
  }
  return false;
}

ScalingLaw fit(std::span<const Observation> observations, std::size_t p) {
  constexpr int most_steps = 100;
  std::set<double> nodes;
  for (const Observation& o : observations) nodes.insert(o.nodes);
  const Estimate95 unknown{nan, nan, nan};
  if (nodes.size() < p) return {unknown, unknown, unknown};

  Vector parameters{};
  for (const Observation& o : observations)
    parameters[0] += std::log(o.throughput / o.nodes) / static_cast<double>(observations.size());
  for (int i = 0; i < most_steps && improve(observations, parameters, p); ++i) {
  }

  std::array<Estimate95, most_parameters> estimates{};
  const double free = static_cast<double>(observations.size() - p);
  Matrix matrix;
  Vector right;
  normal_equations(observations, parameters, p, matrix, right);
  const Matrix inverted = inverse(matrix, p);
  for (std::size_t i = 0; i < p; ++i) {
    double width = nan;
    if (free > 0) {
      const double t = boost::math::quantile(boost::math::students_t(free), 0.975);
      width = t * std::sqrt(squares(observations, parameters) / free * inverted[i][i]);
    }
    estimates[i] = {parameters[i], parameters[i] - width, parameters[i] + width};
  }
  const Estimate95& log_lambda = estimates[0];
  return {
      {std::exp(log_lambda.value), std::exp(log_lambda.lower), std::exp(log_lambda.upper)}, estimates[1], estimates[2]};
}

}  // namespace

double ScalingLaw::throughput(double nodes) const {
  return lambda.value * nodes / denominator({0, alpha.value, beta.value}, nodes);
}

double ScalingLaw::peak_nodes() const {
  if (std::isnan(beta.value)) return nan;
  return beta.value > 0 ? std::sqrt(std::max(0.0, 1 - alpha.value) / beta.value) : infinity;
}

/// 1 + alpha (N - 1) + beta N (N - 1) = 1 / efficiency, solved for N > 1.
double ScalingLaw::nodes_at(double efficiency) const {
  const double a = alpha.value, b = beta.value, excess = 1 / efficiency - 1;
  if (std::isnan(a) || std::isnan(b)) return nan;
  if (b == 0) return a > 0 ? 1 + excess / a : infinity;
  const double linear = a - b, discriminant = linear * linear + 4 * b * (a + excess);
  if (discriminant < 0) return infinity;
  // The larger root for b > 0; for b < 0 the first crossing, which is the smaller one and the same expression.
  const double nodes = (-linear + std::sqrt(discriminant)) / (2 * b);
  return nodes > 1 ? nodes : infinity;
}

ScalingLaw fit_amdahl(std::span<const Observation> observations) {
  return fit(observations, 2);
}

ScalingLaw fit_usl(std::span<const Observation> observations) {
  return fit(observations, 3);
}

}  // namespace trawl::cluster
