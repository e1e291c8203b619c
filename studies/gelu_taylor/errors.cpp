#include "studies/gelu_taylor/errors.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace trawl::studies::taylor {
namespace {

constexpr double inv_sqrt_2pi = std::numbers::inv_sqrtpi / std::numbers::sqrt2;

/// A step for e that resolves functions of z + s e: the GELU's poles are 2 or more from the real axis.
double resolving_step(double s) {
  return std::min(0.25, 0.4 / s);
}

struct Rule {
  Eigen::VectorXd nodes, weights;
};

/// Gauss's rule for the distribution of one component of a random direction in d dimensions.
/// Golub and Welsch, "Calculation of Gauss quadrature rules", Mathematics of Computation 23 (1969).
Rule component_rule(int d, int size) {
  const double lambda = (d - 2) / 2.0;
  Eigen::VectorXd off_diagonal(size - 1);
  for (int k = 1; k < size; ++k) {
    const double square =
        k == 1 ? 1 / (2 * (1 + lambda)) : k * (k + 2 * lambda - 1) / (4 * (k + lambda) * (k + lambda - 1));
    off_diagonal[k - 1] = std::sqrt(square);
  }
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(Eigen::VectorXd::Zero(size), off_diagonal);
  return {solver.eigenvalues(), solver.eigenvectors().row(0).array().square()};
}

}  // namespace

ErrorMoments error_moments(Form form, int order, double z, double s) {
  const Expansion expansion(form, order, z);
  const auto error = [&](double e) { return gelu(form, z + s * e) - expansion(s * e); };
  ErrorMoments moments;
  const int half = static_cast<int>(std::ceil(10 / resolving_step(s)));
  const double step = 10.0 / half;
  for (int i = -half; i <= half; ++i) {
    const double e = i * step, weight = step * inv_sqrt_2pi * std::exp(-e * e / 2), value = error(e);
    moments.bias += weight * value;
    moments.mean_square += weight * value * value;
  }
  for (int i = -120; i <= 120; ++i) moments.largest = std::max(moments.largest, std::abs(error(i / 40.0)));
  return moments;
}

double population_mean_square(Form form, int order, int d, double r) {
  const Rule component = component_rule(d, static_cast<int>(std::min(24 + 16 * r, 256.0)));
  const double log_normaliser = (1 - d / 2.0) * std::numbers::ln2 - std::lgamma(d / 2.0);
  const double log_step = std::min(0.12, 0.5 / std::sqrt(2.0 * d));
  const double last = std::log(std::sqrt(d) + 9);
  double sum = 0;
  for (double x = -6; x < last; x += log_step) {
    const double length = std::exp(x);  // W
    const double weight = log_step * std::exp(log_normaliser + d * x - length * length / 2);
    if (weight * std::min(1.0, std::pow(length, 4)) < 1e-17) continue;
    const int count = static_cast<int>(std::ceil(9 / resolving_step(length)));
    const double step = 9.0 / count;
    double at_length = 0;
    for (int i = 0; i <= count; ++i) {
      const double xi = i * step;
      const Expansion expansion(form, order, length * xi);
      double at_xi = 0;
      for (Eigen::Index k = 0; k < component.nodes.size(); ++k) {
        const double displacement = r * length * component.nodes[k];
        const double error = gelu(form, length * xi + displacement) - expansion(displacement);
        at_xi += component.weights[k] * error * error;
      }
      at_length += (i == 0 ? 1 : 2) * step * inv_sqrt_2pi * std::exp(-xi * xi / 2) * at_xi;
    }
    sum += weight * at_length;
  }
  return sum;
}

}  // namespace trawl::studies::taylor
