#include "studies/logistic_bc/logistic_bc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "studies/logistic_bc/derivatives.hpp"
#include "studies/logistic_bc/regression.hpp"
#include "studies/models/minibatches.hpp"

namespace trawl::studies {
namespace {

using namespace logistic;
using P = LogisticBcParameters;

enum Output : std::size_t {
  initial_bce,
  initial_accuracy,
  initial_grad_b,
  initial_grad_w,
  initial_hessian_trace,
  initial_condition,
  max_abs_logit,
  mape,
  bce,
  final_b,
  final_w,
  final_bce,
  final_objective,
  final_accuracy,
  final_margin,
  lipschitz,
  guaranteed_step,
  optimum_b,
  optimum_w,
  optimum_bce,
  optimum_objective,
  optimum_accuracy
};

enum Stream : std::uint32_t { initial_weights, row_order };

constexpr std::size_t steps_parameter = 2;  // its position in the declaration

Declaration declaration() {
  return {
      .name = "logistic_bc",
      .group = "Backpropagation and training",
      .summary = "Logistic regression on the breast-cancer table: chain-rule gradients, descent, penalised optimum",
      .maths = "z = b + X w, a = 1 / (1 + e^-z), bce = -mean(y ln a + (1 - y) ln(1 - a)), dbce/dw = X^T (a - y) / m",
      .source = "Notebook on logistic regression by the chain rule; data: UCI, \"Breast Cancer Wisconsin\"",
      .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::initial_scale>({.name = "initial_scale",
                               .domain = at_least(0),
                               .description = "standard deviation of the normal part of the first weights"}),
      bind<&P::learning_rate>(
          {.name = "learning_rate", .domain = at_least(0), .description = "step along the negative gradient"}),
      bind<&P::steps>({.name = "steps", .domain = between(0, 1e6), .description = "steps of gradient descent"}),
      bind<&P::penalty>({.name = "penalty", .domain = at_least(0), .description = "lambda in bce + lambda / 2 |w|^2"}),
      bind<&P::batch>({.name = "batch",
                       .domain = between(1, 569),
                       .description = "rows in a step; the last of a pass may have fewer"}),
      bind<&P::bias>({.name = "bias", .description = "first b, without its normal part"}),
      bind<&P::weight>({.name = "weight", .description = "first w_0, without its normal part"}),
      bind<&P::weight_slope>({.name = "weight_slope", .description = "first w_j less w_j-1, without normal parts"}),
  };
}

Weights first_weights(const P& p, const RandomStream& random) {
  std::array<double, features + 1> normal = {};
  random.normal(initial_weights, 0, normal);
  Weights weights = {p.bias + p.initial_scale * normal[0], {}};
  for (std::size_t j = 0; j < features; ++j)
    weights.w[j] = p.weight + p.weight_slope * static_cast<double>(j) + p.initial_scale * normal[j + 1];
  return weights;
}

void descend(const Table& rows, const P& p, Weights& weights) {
  const Weights g = gradient(rows, weights, logits(rows, weights), p.penalty);
  weights.b -= p.learning_rate * g.b;
  for (std::size_t j = 0; j < features; ++j) weights.w[j] -= p.learning_rate * g.w[j];
}

/// curve[k] becomes the loss on the whole table after k steps, k = 0 .. p.steps.
void train(const Table& table, const P& p, const RandomStream& random, Weights& weights, std::span<double> curve) {
  const auto steps = static_cast<std::size_t>(p.steps);
  const auto record = [&](std::size_t step) { curve[step] = cross_entropy(table, logits(table, weights)); };
  record(0);
  if (static_cast<std::size_t>(p.batch) >= table.rows()) {
    for (std::size_t step = 1; step <= steps; ++step) {
      descend(table, p, weights);
      record(step);
    }
    return;
  }
  Minibatches batches(table.rows(), static_cast<std::size_t>(p.batch), RandomSequence(random, row_order));
  for (std::size_t step = 0; step < steps;)
    batches.epoch([&](std::span<const std::uint32_t> chosen) {
      if (step == steps) return;
      descend(select(table, chosen), p, weights);
      record(++step);
    });
}

}  // namespace

LogisticBc::LogisticBc() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout LogisticBc::outputs(std::span<const Extent> extents) const {
  Dimension step = {.name = "step", .description = "steps of gradient descent so far"};
  step.values.resize(static_cast<std::size_t>(extents[steps_parameter].upper) + 1);
  std::iota(step.values.begin(), step.values.end(), 0.0);
  Dimension feature = {.name = "feature", .description = "column of the table"};
  feature.labels.assign(breast_cancer().names.begin(), breast_cancer().names.end());
  Dimension derivative = {.name = "derivative", .description = "link of the chain rule or product of links"};
  derivative.labels.assign(derivative_names.begin(), derivative_names.end());
  const char* const no_optimum = "without a penalty, or with one too small to reach it, there is no optimum";
  return {
      .dimensions = {step, feature, derivative},
      .outputs = {
          {.name = "initial_bce",
           .long_name = "initial binary cross-entropy",
           .description = "loss at the first weights"},
          {.name = "initial_accuracy", .description = "part of the rows classified rightly by the first weights"},
          {.name = "initial_grad_b",
           .long_name = "initial derivative in b",
           .description = "derivative of the loss in b at the first weights"},
          {.name = "initial_grad_w",
           .long_name = "initial gradient in w",
           .description = "gradient of the loss in w at the first weights, without the penalty",
           .dimensions = {"feature"}},
          {.name = "initial_hessian_trace", .description = "trace of the loss's Hessian in w at the first weights"},
          {.name = "initial_condition",
           .description = "condition number of the Hessian of loss and penalty in (b, w) at the first weights"},
          {.name = "max_abs_logit", .long_name = "largest logit", .description = "largest |z| at the first weights"},
          {.name = "mape",
           .long_name = "mean relative difference of derivatives",
           .description = "mean relative difference between chain rule and dual numbers at the first weights",
           .dimensions = {"derivative"},
           .nan_means = "a rounds to 0 or 1, where the chain rule divides by zero"},
          {.name = "bce",
           .long_name = "binary cross-entropy",
           .description = "loss after each step",
           .dimensions = {"step"},
           .nan_means = "step beyond the point's own"},
          {.name = "final_b", .description = "b after the last step"},
          {.name = "final_w", .description = "w after the last step", .dimensions = {"feature"}},
          {.name = "final_bce", .long_name = "final binary cross-entropy", .description = "loss after the last step"},
          {.name = "final_objective", .description = "loss and penalty after the last step"},
          {.name = "final_accuracy", .description = "part of the rows classified rightly after the last step"},
          {.name = "final_margin",
           .description = "smallest z on the side of a row's class after the last step; positive if all are right"},
          {.name = "lipschitz", .description = "Lipschitz constant of the gradient of loss and penalty"},
          {.name = "guaranteed_step", .description = "1 / lipschitz: descent with it never goes up"},
          {.name = "optimum_b", .description = "b at the optimum", .nan_means = no_optimum},
          {.name = "optimum_w", .description = "w at the optimum", .dimensions = {"feature"}, .nan_means = no_optimum},
          {.name = "optimum_bce",
           .long_name = "binary cross-entropy at the optimum",
           .description = "loss at the optimum",
           .nan_means = no_optimum},
          {.name = "optimum_objective", .description = "loss and penalty at the optimum", .nan_means = no_optimum},
          {.name = "optimum_accuracy",
           .description = "part of the rows classified rightly at the optimum",
           .nan_means = no_optimum},
      }};
}

void LogisticBc::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const Table& table = breast_cancer().table;
  Weights weights = first_weights(p, random);
  const auto z = logits(table, weights);
  const Weights g = gradient(table, weights, z, 0);
  const Curvature bend = curvature(table, z, p.penalty);
  out.set(initial_bce, cross_entropy(table, z));
  out.set(initial_accuracy, accuracy(table, z));
  out.set(initial_grad_b, g.b);
  std::copy(g.w.begin(), g.w.end(), out[initial_grad_w].begin());
  out.set(initial_hessian_trace, bend.trace_w);
  out.set(initial_condition, bend.largest / bend.smallest);
  out.set(max_abs_logit, std::abs(*std::max_element(z.begin(), z.end(),
                                                    [](double a, double b) { return std::abs(a) < std::abs(b); })));
  std::ranges::transform(chain_rule_errors(table, weights), out[mape].begin(), [](double error) {
    return std::isfinite(error) ? error : std::numeric_limits<double>::quiet_NaN();
  });

  train(table, p, random, weights, out[bce]);
  const auto final_z = logits(table, weights);
  out.set(final_b, weights.b);
  std::copy(weights.w.begin(), weights.w.end(), out[final_w].begin());
  out.set(final_bce, cross_entropy(table, final_z));
  out.set(final_objective, objective(table, weights, p.penalty));
  out.set(final_accuracy, accuracy(table, final_z));
  out.set(final_margin, smallest_margin(table, final_z));
  const double constant = gradient_lipschitz(table, p.penalty);
  out.set(lipschitz, constant);
  out.set(guaranteed_step, 1 / constant);

  const auto best = p.penalty > 0 ? optimum(table, p.penalty) : std::nullopt;
  if (!best) return;
  const auto best_z = logits(table, *best);
  out.set(optimum_b, best->b);
  std::copy(best->w.begin(), best->w.end(), out[optimum_w].begin());
  out.set(optimum_bce, cross_entropy(table, best_z));
  out.set(optimum_objective, objective(table, *best, p.penalty));
  out.set(optimum_accuracy, accuracy(table, best_z));
}

double LogisticBc::cost(const P& p) const {
  return 100 + static_cast<double>(p.steps) + (p.penalty > 0 ? 200 : 0);  // in steps
}

}  // namespace trawl::studies
