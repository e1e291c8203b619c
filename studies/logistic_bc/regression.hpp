// Logistic regression on the breast-cancer table: loss, gradient, curvature, and the penalised optimum.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "studies/logistic_bc/table.hpp"

namespace trawl::studies::logistic {

/// z = b + x w, P(y = 1) = sigmoid(z).
struct Weights {
  double b = 0;
  std::array<double, features> w = {};
};

/// z of every row.
std::vector<double> logits(const Table& table, const Weights& weights);

/// Mean over rows of -y ln a - (1 - y) ln(1 - a), a = sigmoid(z), without forming a.
double cross_entropy(const Table& table, const std::vector<double>& z);

/// cross_entropy + penalty / 2 |w|^2.
double objective(const Table& table, const Weights& weights, double penalty);

/// Gradient of the objective: mean of a - y, and X^T (a - y) / rows + penalty w.
Weights gradient(const Table& table, const Weights& weights, const std::vector<double>& z, double penalty);

/// Part of the rows on the right side, where z > 0 is taken for class 1.
double accuracy(const Table& table, const std::vector<double>& z);

/// Smallest (2 y - 1) z over the rows: positive if the weights separate the classes.
double smallest_margin(const Table& table, const std::vector<double>& z);

/// Eigenvalues of the Hessian of the objective in (b, w), and the trace of its block in w without the penalty.
struct Curvature {
  double smallest;
  double largest;
  double trace_w;
};
Curvature curvature(const Table& table, const std::vector<double>& z, double penalty);

/// The most that the largest eigenvalue can be: a (1 - a) = 1/4 in every row.
double gradient_lipschitz(const Table& table, double penalty);

/// The optimum for penalty > 0, by Newton's method with halved steps, to a gradient of 1e-12; nothing if 200 steps do
/// not get there. Without a penalty there is none: the classes can be separated.
std::optional<Weights> optimum(const Table& table, double penalty);

}  // namespace trawl::studies::logistic
