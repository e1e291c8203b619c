#include "studies/logistic_bc/logistic_bc.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "studies/logistic_bc/derivatives.hpp"
#include "studies/logistic_bc/regression.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using namespace logistic;

const LogisticBc logistic_bc;
const Study& study = logistic_bc;

const Json& expected(const char* name) {
  return golden(std::string("logistic_bc/") + name)["expected"];
}

TEST(LogisticBc, holds_the_reference_table) {
  const Json& data = expected("data");
  const BreastCancer& ours = breast_cancer();
  EXPECT_EQ(ours.table.rows(), data["shape"][0].get<std::size_t>());
  EXPECT_EQ(std::count(ours.table.y.begin(), ours.table.y.end(), 0), data["class_counts_0_1"][0].get<int>());
  expect_near(ours.means, flat(data["column_means"]), 1e-11);
  expect_near(ours.deviations, flat(data["column_sd_population"]), 1e-11);
  EXPECT_EQ(ours.names.front(), "mean_radius");
  EXPECT_EQ(ours.names.back(), "worst_fractal_dimension");

  const Json& rows = golden("logistic_bc/standardised_rows");
  for (std::size_t k = 0; k < rows["inputs"]["rows"].size(); ++k) {
    const auto row = rows["inputs"]["rows"][k].get<std::size_t>();
    expect_near(std::span(ours.table.x).subspan(row * features, features), flat(rows["expected"]["x"][k]), 1e-10);
  }
}

TEST(LogisticBc, loss_and_gradient_equal_the_reference_at_its_points) {
  const std::pair<const char*, Settings> points[] = {
      {"point_zero", {}},
      {"point_ramp", {{"bias", 0.1}, {"weight", -0.3}, {"weight_slope", 0.02}}},
      {"point_neg", {{"bias", 0.6}, {"weight", -0.2}}}};
  for (const auto& [name, start] : points) {
    SCOPED_TRACE(name);
    Settings settings = start;
    settings["initial_scale"] = 0;
    settings["steps"] = 0;
    const Values values = evaluate_point(study, settings);
    const Json& reference = expected(name);
    EXPECT_NEAR(values.at("initial_bce")[0], reference["bce"], 1e-11);
    EXPECT_NEAR(values.at("initial_grad_b")[0], reference["grad_b"], 1e-11);
    expect_near(values.at("initial_grad_w"), flat(reference["grad_w"]), 1e-11);
    EXPECT_NEAR(values.at("initial_accuracy")[0], reference["accuracy"], 1e-12);
    EXPECT_NEAR(values.at("initial_hessian_trace")[0], reference["hessian_trace_w"], 1e-9);
    EXPECT_NEAR(values.at("max_abs_logit")[0], reference["max_abs_logit"], 1e-9);
    EXPECT_EQ(values.at("final_bce"), values.at("initial_bce"));
  }
}

TEST(LogisticBc, gradient_equals_dual_numbers_of_boost_and_central_differences) {
  const Table& table = breast_cancer().table;
  Weights weights;
  for (std::size_t j = 0; j < features; ++j) weights.w[j] = 0.05 * std::sin(static_cast<double>(j));
  weights.b = -0.3;
  constexpr double penalty = 0.7, step = 1e-5;  // differences: 1e-10 by truncation, 1e-11 by rounding
  const Weights g = gradient(table, weights, logits(table, weights), penalty);
  for (std::size_t j = 0; j < features; ++j) {
    Weights above = weights, below = weights;
    above.w[j] += step;
    below.w[j] -= step;
    EXPECT_NEAR(g.w[j], (objective(table, above, penalty) - objective(table, below, penalty)) / (2 * step), 1e-8);
  }
  using boost::math::differentiation::make_fvar;
  const auto b = make_fvar<double, 1>(weights.b);
  const auto z = logits(table, weights);
  auto sum = make_fvar<double, 1>(0.0) * 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const auto a = 1.0 / (1.0 + exp(-(b + (z[i] - weights.b))));
    sum += table.y[i] == 1 ? -log(a) : -log(1.0 - a);
  }
  EXPECT_NEAR(g.b, sum.derivative(1) / static_cast<double>(z.size()), 1e-12);
}

TEST(LogisticBc, descent_equals_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("logistic_bc")) {
    if (!one["id"].get<std::string>().starts_with("logistic_bc/gd_")) continue;
    const Json &inputs = one["inputs"], &reference = one["expected"];
    const auto steps = inputs["n_steps"].get<std::size_t>();
    const Values values = evaluate_point(
        study, {{"initial_scale", 0}, {"learning_rate", inputs["lr"]}, {"steps", static_cast<double>(steps)}});
    const auto curve = flat(reference["bce_every_tenth"]);
    const std::size_t stride = std::max<std::size_t>(1, steps / (curve.size() - 1));
    for (std::size_t k = 0; k < curve.size(); ++k) EXPECT_NEAR(values.at("bce")[k * stride], curve[k], 1e-9);
    EXPECT_NEAR(values.at("final_b")[0], reference["final_b"], 1e-8);
    expect_near(values.at("final_w"), flat(reference["final_w"]), 1e-8);
    EXPECT_NEAR(values.at("final_bce")[0], reference["final_bce"], 1e-9);
    EXPECT_NEAR(values.at("final_accuracy")[0], reference["accuracy"], 1e-12);
    ++cases;
  }
  EXPECT_EQ(cases, 3u);
}

TEST(LogisticBc, the_penalised_optimum_equals_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("logistic_bc")) {
    if (!one["id"].get<std::string>().starts_with("logistic_bc/l2_")) continue;
    const Json& reference = one["expected"];
    const Values values = evaluate_point(study, {{"penalty", one["inputs"]["lambda"]}, {"steps", 0}});
    EXPECT_NEAR(values.at("optimum_b")[0], reference["b"], 1e-8);
    expect_near(values.at("optimum_w"), flat(reference["w"]), 1e-8);
    EXPECT_NEAR(values.at("optimum_bce")[0], reference["bce"], 1e-8);
    EXPECT_NEAR(values.at("optimum_objective")[0], reference["objective"], 1e-8);
    EXPECT_NEAR(values.at("optimum_accuracy")[0], reference["accuracy"], 1e-12);
    ++cases;
  }
  EXPECT_EQ(cases, 3u);
}

TEST(LogisticBc, descent_with_a_penalty_ends_at_the_optimum) {
  // 1 - 0.3 * 1 * (1 - 0.3 * 1)...: each step leaves at most 0.7 of the distance in w, 0.95 in b: 0.95^400 = 1e-9.
  const Values values = evaluate_point(study, {{"penalty", 1}, {"learning_rate", 0.23}, {"steps", 600}}, 3);
  EXPECT_NEAR(values.at("final_objective")[0], values.at("optimum_objective")[0], 1e-12);
  expect_near(values.at("final_w"), values.at("optimum_w"), 1e-6);
}

TEST(LogisticBc, the_guaranteed_step_follows_from_the_largest_eigenvalue) {
  const Json& reference = expected("lipschitz_constant");
  const Values values = evaluate_point(study, {{"steps", 0}});
  EXPECT_NEAR(values.at("lipschitz")[0], reference["largest_eigenvalue_of_XtX_over_4m_with_bias"], 1e-9);
  EXPECT_NEAR(values.at("guaranteed_step")[0], reference["gd_guaranteed_step"], 1e-9);
  EXPECT_NEAR(evaluate_point(study, {{"steps", 0}, {"penalty", 0.5}}).at("lipschitz")[0],
              values.at("lipschitz")[0] + 0.5, 1e-9);  // its eigenvector has no part in b: the columns have mean 0
  const Values down = evaluate_point(study, {{"learning_rate", reference["gd_guaranteed_step"]}, {"steps", 300}}, 2);
  EXPECT_TRUE(std::is_sorted(down.at("bce").rbegin(), down.at("bce").rend()));
}

TEST(LogisticBc, a_plane_separates_the_classes) {
  EXPECT_EQ(expected("linear_separability")["separable_with_intercept"], true);
  const Table& table = breast_cancer().table;
  double margin = -1;  // of ever weaker penalties; one positive margin proves it
  for (double penalty = 1e-6; margin <= 0 && penalty > 1e-13; penalty /= 10)
    if (const auto plane = optimum(table, penalty)) margin = smallest_margin(table, logits(table, *plane));
  EXPECT_GT(margin, 0);
  EXPECT_TRUE(std::isnan(evaluate_point(study, {{"steps", 0}}).at("optimum_bce")[0]));
}

TEST(LogisticBc, relative_errors_are_those_of_the_reference) {
  const Json& reference = golden("logistic_bc/mape_metric");
  for (std::size_t k = 0; k < reference["inputs"]["pred"].size(); ++k)
    EXPECT_NEAR(
        mean_absolute_percentage_error(flat(reference["inputs"]["pred"][k]), flat(reference["inputs"]["true"][k])),
        reference["expected"]["mape"][k].get<double>(), 1e-14);
}

TEST(LogisticBc, the_chain_rule_keeps_within_the_references_bounds_at_normal_weights) {
  const Json& bounds = expected("mape_bounds")["upper_bounds"];
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Values values = evaluate_point(study, {{"steps", 0}}, seed);
    if (values.at("max_abs_logit")[0] > 30) continue;  // there 1 - a is 1e-13 and good to a thousandth
    for (std::size_t k = 0; k < derivative_names.size(); ++k)
      EXPECT_LE(values.at("mape")[k], bounds[derivative_names[k]].get<double>()) << derivative_names[k];
    EXPECT_GT(values.at("mape")[4], 0);
  }
}

TEST(LogisticBc, a_saturated_sigmoid_leaves_loss_and_gradient_exact_and_the_chain_rule_nan) {
  const Values values = evaluate_point(study, {{"initial_scale", 100}, {"steps", 1}});
  EXPECT_GT(values.at("max_abs_logit")[0], 1000);
  EXPECT_TRUE(std::isfinite(values.at("initial_bce")[0]));
  EXPECT_TRUE(std::isnan(values.at("mape")[0]));
  EXPECT_EQ(values.at("mape")[2], 0);
}

TEST(LogisticBc, batches_descend_and_a_batch_of_all_rows_needs_no_order) {
  const Settings start = {{"initial_scale", 0}, {"learning_rate", 0.2}, {"steps", 150}};
  Settings with_batch = start;
  with_batch["batch"] = 64;
  const Values all = evaluate_point(study, start, 1), batch = evaluate_point(study, with_batch, 1);
  EXPECT_LT(batch.at("final_bce")[0], 0.12);
  EXPECT_NE(batch.at("final_bce"), all.at("final_bce"));
  EXPECT_NE(batch.at("final_bce"), evaluate_point(study, with_batch, 2).at("final_bce"));
  EXPECT_EQ(all.at("final_bce"), evaluate_point(study, start, 2).at("final_bce"));
}

}  // namespace
}  // namespace trawl::studies
