#include "studies/logistic_bc/derivatives.hpp"

#include <cmath>
#include <vector>

#include "engine/activation.hpp"

namespace trawl::studies::logistic {
namespace {

/// A number and its derivative with respect to one variable.
struct Dual {
  double value;
  double slope;
};

Dual operator+(Dual a, Dual b) {
  return {a.value + b.value, a.slope + b.slope};
}
Dual operator-(Dual a, Dual b) {
  return {a.value - b.value, a.slope - b.slope};
}
Dual operator*(Dual a, Dual b) {
  return {a.value * b.value, a.slope * b.value + a.value * b.slope};
}
Dual operator/(Dual a, Dual b) {
  return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value};
}
Dual constant(double value) {
  return {value, 0};
}
Dual variable(double value) {
  return {value, 1};
}
Dual log(Dual a) {
  return {std::log(a.value), a.slope / a.value};
}
Dual exp(Dual a) {
  return {std::exp(a.value), a.slope * std::exp(a.value)};
}
Dual log1p(Dual a) {
  return {std::log1p(a.value), a.slope / (1 + a.value)};
}

/// -y ln a - (1 - y) ln(1 - a), y 0 or 1: the other term is left out, so that its logarithm of 0 does no harm.
Dual entropy_of_probability(Dual a, double y) {
  return constant(0) - log(y == 1 ? a : constant(1) - a);
}

/// e^z / (1 + e^z), by e^-|z|, which does not overflow.
Dual stable_sigmoid(Dual z) {
  const Dual e = exp(z.value >= 0 ? constant(0) - z : z);
  return (z.value >= 0 ? constant(1) : e) / (constant(1) + e);
}

/// softplus(z) - y z.
Dual entropy_of_logit(Dual z, double y) {
  const Dual tail = log1p(exp(z.value >= 0 ? constant(0) - z : z));
  return (z.value >= 0 ? z + tail : tail) - constant(y) * z;
}

}  // namespace

double mean_absolute_percentage_error(std::span<const double> prediction, std::span<const double> truth) {
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    sum += truth[i] == 0 ? std::abs(prediction[i]) : std::abs(truth[i] - prediction[i]) / std::abs(truth[i]);
  return sum / static_cast<double>(truth.size());
}

std::array<double, derivative_names.size()> chain_rule_errors(const Table& table, const Weights& weights) {
  const std::size_t rows = table.rows();
  const auto m = static_cast<double>(rows);
  const std::vector<double> z = logits(table, weights);
  struct Pair {
    std::vector<double> chain, exact;
  };
  Pair da{std::vector<double>(rows), std::vector<double>(rows)}, a_dz = da, dz = da;
  Pair dw{std::vector<double>(features), std::vector<double>(features)}, db{{0}, {0}};
  Pair z_db{std::vector<double>(rows, 1.0), std::vector<double>(rows)},
      z_dw{table.x, std::vector<double>(table.x.size())};
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = sigmoid(z[i]), y = table.y[i];
    da.chain[i] = -(y / a - (1 - y) / (1 - a)) / m;
    da.exact[i] = entropy_of_probability(variable(a), y).slope / m;
    a_dz.chain[i] = a * sigmoid(-z[i]);
    a_dz.exact[i] = stable_sigmoid(variable(z[i])).slope;
    dz.chain[i] = da.chain[i] * a_dz.chain[i];
    dz.exact[i] = entropy_of_logit(variable(z[i]), y).slope / m;
    z_db.exact[i] = (variable(weights.b) + constant(z[i] - weights.b)).slope;
    db.chain[0] += dz.chain[i] * z_db.chain[i];
    db.exact[0] += dz.exact[i];
    for (std::size_t j = 0; j < features; ++j) {
      const double x = table.x[i * features + j];
      z_dw.exact[i * features + j] = (variable(weights.w[j]) * constant(x)).slope;
      dw.chain[j] += dz.chain[i] * x;
      dw.exact[j] += dz.exact[i] * x;
    }
  }
  const auto error = [](const Pair& pair) { return mean_absolute_percentage_error(pair.chain, pair.exact); };
  return {error(da), error(a_dz), error(z_db), error(z_dw), error(dz), error(db), error(dw)};
}

}  // namespace trawl::studies::logistic
