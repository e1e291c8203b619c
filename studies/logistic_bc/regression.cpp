#include "studies/logistic_bc/regression.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/activation.hpp"
#include "engine/dense.hpp"
#include "engine/softmax.hpp"

namespace trawl::studies::logistic {
namespace {

constexpr std::size_t unknowns = features + 1;
using Matrix = Eigen::Matrix<double, unknowns, unknowns>;
using Vector = Eigen::Matrix<double, unknowns, 1>;

/// Hessian of the objective with curvature[i] in the place of a (1 - a) in row i; b comes first.
Matrix hessian(const Table& table, const std::vector<double>& row_curvature, double penalty) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, features, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(table.rows());
  const Eigen::Map<const Rows> x(table.x.data(), rows, features);
  const Eigen::Map<const Eigen::VectorXd> d(row_curvature.data(), rows);
  const Rows weighted = d.asDiagonal() * x;
  Matrix h;
  h(0, 0) = d.sum();
  h.block<features, 1>(1, 0) = x.transpose() * d;
  h.block<1, features>(0, 1) = h.block<features, 1>(1, 0).transpose();
  h.block<features, features>(1, 1) = x.transpose() * weighted;
  h /= static_cast<double>(rows);
  for (std::size_t j = 1; j < unknowns; ++j) h(j, j) += penalty;
  return h;
}

std::vector<double> row_curvature(const std::vector<double>& z) {
  std::vector<double> d(z.size());
  std::transform(z.begin(), z.end(), d.begin(), sigmoid_derivative);
  return d;
}

Vector as_vector(const Weights& weights) {
  Vector v;
  v << weights.b, Eigen::Map<const Eigen::Matrix<double, features, 1>>(weights.w.data());
  return v;
}

Weights as_weights(const Vector& v) {
  Weights weights = {v[0], {}};
  std::copy(v.data() + 1, v.data() + unknowns, weights.w.begin());
  return weights;
}

}  // namespace

std::vector<double> logits(const Table& table, const Weights& weights) {
  const std::vector<double> b(table.rows(), weights.b);
  std::vector<double> z(table.rows());
  dense_forward({1, features, table.rows()}, weights.w.data(), table.columns.data(), b.data(), z.data());
  return z;
}

double cross_entropy(const Table& table, const std::vector<double>& z) {
  double sum = 0;
  for (std::size_t i = 0; i < z.size(); ++i) sum += binary_cross_entropy(z[i], table.y[i]);
  return sum / static_cast<double>(z.size());
}

double objective(const Table& table, const Weights& weights, double penalty) {
  double squares = 0;
  for (const double w : weights.w) squares += w * w;
  return cross_entropy(table, logits(table, weights)) + 0.5 * penalty * squares;
}

Weights gradient(const Table& table, const Weights& weights, const std::vector<double>& z, double penalty) {
  Weights g;
  const auto rows = static_cast<double>(z.size());
  std::vector<double> residual(z.size());
  for (std::size_t i = 0; i < z.size(); ++i) g.b += residual[i] = (sigmoid(z[i]) - table.y[i]) / rows;
  dense_forward({1, table.rows(), features}, residual.data(), table.x.data(), nullptr, g.w.data());
  for (std::size_t j = 0; j < features; ++j) g.w[j] += penalty * weights.w[j];
  return g;
}

double accuracy(const Table& table, const std::vector<double>& z) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < z.size(); ++i) right += (z[i] > 0) == (table.y[i] == 1) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(z.size());
}

double smallest_margin(const Table& table, const std::vector<double>& z) {
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < z.size(); ++i) smallest = std::min(smallest, (2 * table.y[i] - 1) * z[i]);
  return smallest;
}

Curvature curvature(const Table& table, const std::vector<double>& z, double penalty) {
  const Matrix h = hessian(table, row_curvature(z), penalty);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(h, Eigen::EigenvaluesOnly);
  return {.smallest = solver.eigenvalues()[0],
          .largest = solver.eigenvalues()[features],
          .trace_w = h.trace() - h(0, 0) - penalty * features};
}

double gradient_lipschitz(const Table& table, double penalty) {
  const Matrix h = hessian(table, std::vector(table.rows(), 0.25), penalty);
  return Eigen::SelfAdjointEigenSolver<Matrix>(h, Eigen::EigenvaluesOnly).eigenvalues()[features];
}

std::optional<Weights> optimum(const Table& table, double penalty) {
  constexpr int most_steps = 200;
  Weights weights;
  for (int step = 0; step < most_steps; ++step) {
    const std::vector<double> z = logits(table, weights);
    const Vector g = as_vector(gradient(table, weights, z, penalty));
    if (g.lpNorm<Eigen::Infinity>() < 1e-12) return weights;
    const Vector change = hessian(table, row_curvature(z), penalty).ldlt().solve(g);
    const double before = objective(table, weights, penalty);
    double part = 1;
    Weights next = as_weights(as_vector(weights) - change);
    // Close to the optimum the objective no longer tells two points apart: a step may leave it where it was.
    while (part > 1e-6 && objective(table, next, penalty) > before * (1 + 1e-14)) {
      part /= 2;
      next = as_weights(as_vector(weights) - part * change);
    }
    weights = next;
  }
  return std::nullopt;
}

}  // namespace trawl::studies::logistic
