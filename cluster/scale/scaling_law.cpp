#include "cluster/scale/scaling_law.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/toms748_solve.hpp>

namespace trawl::cluster {
namespace {

constexpr std::size_t most_parameters = 3;  // log lambda, alpha, beta
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

using Vector = std::array<double, most_parameters>;
using Matrix = std::array<Vector, most_parameters>;
using Choice = std::array<bool, most_parameters>;  ///< of parameters

constexpr Vector lowest = {-infinity, 0, 0};
constexpr Vector highest = {infinity, 1, infinity};

/// Observations of one number of nodes.
struct Group {
  double nodes = 1;
  double count = 0;
  double mean = 0;  ///< of log X
};

struct Data {
  std::vector<Group> groups;
  double count = 0;
  double within = 0;  ///< sum of squares about the groups' means, which no law explains
};

Data grouped(std::span<const Observation> observations) {
  std::map<double, Group> groups;
  for (const Observation& o : observations) {
    Group& group = groups[o.nodes];
    group.nodes = o.nodes;
    group.count += 1;
    group.mean += std::log(o.throughput);
  }
  Data data;
  for (auto& [nodes, group] : groups) {
    group.mean /= group.count;
    data.count += group.count;
    data.groups.push_back(group);
  }
  for (const Observation& o : observations) {
    const double residual = std::log(o.throughput) - groups[o.nodes].mean;
    data.within += residual * residual;
  }
  return data;
}

double denominator(const Vector& parameters, double n) {
  return 1 + parameters[1] * (n - 1) + parameters[2] * n * (n - 1);
}

double log_throughput(const Vector& parameters, double n) {
  return parameters[0] + std::log(n / denominator(parameters, n));
}

double squares(const Data& data, const Vector& parameters) {
  double sum = data.within;
  for (const Group& group : data.groups) {
    const double residual = group.mean - log_throughput(parameters, group.nodes);
    sum += group.count * residual * residual;
  }
  return sum;
}

/// J'J and J'r.
void normal_equations(const Data& data, const Vector& parameters, Matrix& matrix, Vector& right) {
  matrix = {};
  right = {};
  for (const Group& group : data.groups) {
    const double n = group.nodes, d = denominator(parameters, n);
    const Vector gradient = {1, -(n - 1) / d, -n * (n - 1) / d};
    const double residual = group.mean - log_throughput(parameters, n);
    for (std::size_t i = 0; i < most_parameters; ++i) {
      right[i] += group.count * gradient[i] * residual;
      for (std::size_t j = 0; j < most_parameters; ++j) matrix[i][j] += group.count * gradient[i] * gradient[j];
    }
  }
}

/// Solves for the chosen unknowns, 0 for the others. Gauss-Jordan; the matrix is positive definite, so no pivot is
/// sought.
Vector solve(Matrix matrix, Vector right, const Choice& chosen) {
  for (std::size_t i = 0; i < most_parameters; ++i) {
    if (chosen[i]) continue;
    for (std::size_t j = 0; j < most_parameters; ++j) matrix[i][j] = matrix[j][i] = i == j ? 1 : 0;
    right[i] = 0;
  }
  for (std::size_t k = 0; k < most_parameters; ++k) {
    right[k] /= matrix[k][k];
    for (std::size_t j = most_parameters; j-- > k;) matrix[k][j] /= matrix[k][k];
    for (std::size_t i = 0; i < most_parameters; ++i) {
      if (i == k) continue;
      const double factor = matrix[i][k];
      right[i] -= factor * right[k];
      for (std::size_t j = k; j < most_parameters; ++j) matrix[i][j] -= factor * matrix[k][j];
    }
  }
  return right;
}

/// Free parameters that do not push against a bound of their domain.
Choice movable(const Vector& parameters, const Vector& descent, Choice free) {
  for (std::size_t i = 0; i < most_parameters; ++i) {
    if (parameters[i] <= lowest[i] && descent[i] < 0) free[i] = false;
    if (parameters[i] >= highest[i] && descent[i] > 0) free[i] = false;
  }
  return free;
}

/// Moves the free parameters by one step inside their domains. False if no step lowers the sum of squares any more.
bool improve(const Data& data, Vector& parameters, const Choice& free, double& damping) {
  constexpr double least_damping = 1e-9, most_damping = 1e6;
  Matrix matrix;
  Vector descent;
  normal_equations(data, parameters, matrix, descent);
  const Choice moving = movable(parameters, descent, free);
  const double before = squares(data, parameters);
  for (; damping <= most_damping; damping *= 10) {
    Matrix damped = matrix;
    for (std::size_t i = 0; i < most_parameters; ++i) damped[i][i] *= 1 + damping;
    const Vector step = solve(damped, descent, moving);
    Vector moved = parameters;
    for (std::size_t i = 0; i < most_parameters; ++i) {
      if (moving[i]) moved[i] = std::clamp(moved[i] + step[i], lowest[i], highest[i]);
    }
    if (squares(data, moved) >= before * (1 - 1e-12)) continue;
    parameters = moved;
    damping = std::max(damping / 100, least_damping);
    return true;
  }
  return false;
}

Vector minimise(const Data& data, Vector parameters, const Choice& free) {
  constexpr int most_steps = 200;
  double damping = 1e-6;
  for (int i = 0; i < most_steps && improve(data, parameters, free, damping); ++i) {
  }
  return parameters;
}

/// The least squares over the whole domain, from several starts.
Vector best_fit(const Data& data, const Choice& free) {
  Vector best{};
  double least = infinity;
  for (const double alpha : {0.0, 0.05, 0.5}) {
    for (const double beta : {0.0, 1e-4, 0.05}) {
      if (beta != 0 && !free[2]) continue;
      Vector start = {0, alpha, beta};
      double shift = 0;
      for (const Group& group : data.groups) shift += group.count * (group.mean - log_throughput(start, group.nodes));
      start[0] = shift / data.count;
      const Vector found = minimise(data, start, free);
      if (const double sum = squares(data, found); sum < least) {
        least = sum;
        best = found;
      }
    }
  }
  return best;
}

/// Where the least sum of squares with parameter `i` fixed comes to `allowed`, from the best fit towards the bound, or
/// the bound itself if it stays below.
double end_of_interval(const Data& data, const Vector& best, Choice free, std::size_t i, double bound, double allowed) {
  free[i] = false;
  const auto excess = [&](double value) {
    Vector fixed = best;
    fixed[i] = value;
    return squares(data, minimise(data, fixed, free)) - allowed;
  };
  const double sign = bound < best[i] ? -1 : 1;
  constexpr double widest = 1e9;
  double inside = best[i], outside = best[i];
  for (double step = 1e-5 * (1 + std::abs(best[i]));; step *= 4) {
    outside = sign < 0 ? std::max(bound, best[i] - step) : std::min(bound, best[i] + step);
    if (excess(outside) > 0) break;
    if (outside == bound || step > widest) return bound;
    inside = outside;
  }
  if (excess(inside) >= 0) return inside;  // without noise nothing but the estimate itself is allowed
  std::uintmax_t steps = 60;
  const auto [low, high] =
      boost::math::tools::toms748_solve(excess, std::min(inside, outside), std::max(inside, outside),
                                        boost::math::tools::eps_tolerance<double>(24), steps);
  return (low + high) / 2;
}

std::optional<ScalingLaw> fit(std::span<const Observation> observations, std::size_t p) {
  const Data data = grouped(observations);
  if (data.groups.size() < p) return std::nullopt;
  const Choice free = {true, true, p > 2};
  const Vector best = best_fit(data, free);
  const double freedom = data.count - static_cast<double>(p);
  double allowed = nan;
  if (freedom > 0) {
    const double t = boost::math::quantile(boost::math::students_t(freedom), 0.975);
    allowed = squares(data, best) * (1 + t * t / freedom);
  }
  std::array<Estimate95, most_parameters> estimates{};
  for (std::size_t i = 0; i < p; ++i) {
    estimates[i] = {best[i], nan, nan};
    if (freedom <= 0) continue;
    estimates[i].lower = end_of_interval(data, best, free, i, lowest[i], allowed);
    estimates[i].upper = end_of_interval(data, best, free, i, highest[i], allowed);
  }
  const Estimate95& log_lambda = estimates[0];
  return ScalingLaw{
      {std::exp(log_lambda.value), std::exp(log_lambda.lower), std::exp(log_lambda.upper)}, estimates[1], estimates[2]};
}

}  // namespace

double ScalingLaw::throughput(double nodes) const {
  return lambda.value * nodes / denominator({0, alpha.value, beta.value}, nodes);
}

double ScalingLaw::peak_nodes() const {
  return beta.value > 0 ? std::max(1.0, std::sqrt((1 - alpha.value) / beta.value)) : infinity;
}

/// 1 + alpha (N - 1) + beta N (N - 1) = 1 / efficiency, solved for N > 1.
double ScalingLaw::nodes_at(double efficiency) const {
  const double a = alpha.value, b = beta.value, excess = 1 / efficiency - 1;
  if (b == 0) return a > 0 ? 1 + excess / a : infinity;
  const double linear = a - b, root = std::sqrt(linear * linear + 4 * b * (a + excess));
  return linear > 0 ? 2 * (a + excess) / (linear + root) : (root - linear) / (2 * b);
}

std::optional<ScalingLaw> fit_amdahl(std::span<const Observation> observations) {
  return fit(observations, amdahl_needs);
}

std::optional<ScalingLaw> fit_usl(std::span<const Observation> observations) {
  return fit(observations, usl_needs);
}

}  // namespace trawl::cluster
