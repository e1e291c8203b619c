#include "studies/gradient_flow/gradient_flow.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "studies/gradient_flow/linear_flow.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using gradient_flow::LinearFlow;
using nlohmann::json;
using Line = LinearFlow<2, 3>;

const GradientFlow study;

/// The parameters that a case names; the others have their defaults.
Settings settings_of(const json& inputs) {
  Settings settings;
  if (inputs.contains("phi0"))
    settings.insert({{"start_slope", inputs.at("phi0")[0]}, {"start_intercept", inputs.at("phi0")[1]}});
  for (const auto& [from, to] : {std::pair{"t", "t"},
                                 {"T", "t"},
                                 {"eta", "euler_step"},
                                 {"prior_var", "prior_var"},
                                 {"sigma_sq", "sigma_sq"},
                                 {"sigma_sq_p", "sigma_sq_p"}})
    if (inputs.contains(from)) settings[to] = inputs.at(from);
  return settings;
}

TEST(GradientFlowGolden, has_the_estimates_and_the_rates) {
  const json& one = golden("gradient_flow/static");
  Settings settings = settings_of(one.at("inputs"));
  settings["t"] = 0;
  const Values values = evaluate_point(study, settings);
  const auto& lambda = values.at("eigenvalues");
  expect_golden(one, "eigenvalues_ascending", lambda);
  expect_golden(one, "time_constants", {1 / lambda[0], 1 / lambda[1]});
  expect_golden(one, "max_stable_step_euler", 2 / lambda[1]);
  expect_golden(one, "ML_slope_intercept", values.at("ml"));
  expect_golden(one, "MAP_slope_intercept", values.at("map"));
  expect_golden(one, "min_loss", values.at("min_loss"));
  expect_golden(one, "initial_loss", values.at("loss"));
  std::vector<double> prediction = values.at("residual");
  for (std::size_t i = 0; i < 3; ++i) prediction[i] += one.at("inputs").at("y")[i].get<double>();
  expect_golden(one, "f0", prediction);
}

TEST(GradientFlowGolden, is_where_the_flow_and_the_discrete_descent_are) {
  int flows = 0, descents = 0;
  for (const json& one : golden_cases("gradient_flow")) {
    const json& expected = one.at("expected");
    const Values values = evaluate_point(study, settings_of(one.at("inputs")));
    if (expected.contains("MAP_slope_intercept")) expect_golden(one, "MAP_slope_intercept", values.at("map"));
    if (!expected.contains("phi_slope_intercept")) continue;
    const bool discrete = expected.contains("stable");
    ++(discrete ? descents : flows);
    expect_golden(one, "phi_slope_intercept", values.at(discrete ? "euler_phi" : "phi"));
    expect_golden(one, "loss_half_sum_sq", values.at(discrete ? "euler_loss" : "loss"));
    if (expected.contains("residual_f_minus_y")) expect_golden(one, "residual_f_minus_y", values.at("residual"));
    if (!discrete) continue;
    expect_golden(one, "distance_to_flow", values.at("euler_distance"));
    EXPECT_EQ(values.at("euler_contraction")[0] < 1, expected.at("stable").get<bool>());
  }
  EXPECT_EQ(flows, 8);
  EXPECT_EQ(descents, 3);
}

TEST(GradientFlowGolden, has_the_predictive_distribution) {
  int cases = 0;
  for (const json& one : golden_cases("gradient_flow")) {
    if (!one.at("inputs").contains("prior_var")) continue;
    ++cases;
    const Values values = evaluate_point(study, settings_of(one.at("inputs")));
    std::vector<double> mean, variance;
    for (const double x : one.at("inputs").at("x")) {
      const auto k = static_cast<std::size_t>(std::lround(100 * x));
      mean.push_back(values.at("predictive_mean")[k]);
      variance.push_back(values.at("predictive_variance")[k]);
    }
    expect_golden(one, "mean", mean);
    expect_golden(one, "var_no_noise", variance);
  }
  EXPECT_EQ(cases, 5);
}

TEST(GradientFlowGolden, flows_in_more_dimensions) {
  const json& one = golden("gradient_flow/general_D4_I7_t0.2");
  const json& inputs = one.at("inputs");
  using Flow = LinearFlow<4, 7>;
  Flow::Design x;
  Flow::Data y;
  Flow::Weights start;
  for (int i = 0; i < 7; ++i) {
    y[i] = inputs.at("y")[i];
    for (int k = 0; k < 4; ++k) x(k, i) = inputs.at("X")[k][i];
  }
  for (int k = 0; k < 4; ++k) start[k] = inputs.at("phi0")[k];
  const Flow flow(x, y);
  const Flow::Weights phi = flow.flow(start, inputs.at("t"));
  expect_golden(one, "phi", {phi.begin(), phi.end()});
  expect_golden(one, "loss_half_sum_sq", flow.loss(phi));
}

Line::Design design_of(double x0, double x1, double x2) {
  Line::Design x;
  x << x0, x1, x2, 1, 1, 1;
  return x;
}

const Line::Design source_design = design_of(0.2, 0.4, 0.8);
const Line source_line(source_design, {-0.1, 0.15, 0.3});
const Line::Weights source_start = {-0.05, -0.4};

TEST(GradientFlow, obeys_its_equation) {
  const double h = 1e-4;  // central differences: h^2 / 6 times a third derivative of at most 3.7^3
  for (const double t : {0.1, 1.0, 5.0}) {
    const Line::Weights rate =
        (source_line.flow(source_start, t + h) - source_line.flow(source_start, t - h)) / (2 * h);
    EXPECT_LT((rate + source_design * source_line.residual(source_line.flow(source_start, t))).norm(), 1e-6) << t;
  }
}

TEST(GradientFlow, composes_in_time_and_ends_at_maximum_likelihood) {
  const Line::Weights twice = source_line.flow(source_line.flow(source_start, 0.7), 1.6);
  EXPECT_LT((twice - source_line.flow(source_start, 2.3)).norm(), 1e-14);
  EXPECT_LT((source_line.flow(source_start, 1e3) - source_line.ridge(0)).norm(), 1e-13);
  EXPECT_LT((source_line.flow(source_start, 0) - source_start).norm(), 1e-16);
}

TEST(GradientFlow, steps_of_the_discrete_descent_are_what_the_closed_form_says) {
  for (const double eta : {0.01, 0.3, 0.55}) {
    Line::Weights phi = source_start;
    for (int n = 1; n <= 30; ++n) {
      phi -= eta * (source_design * source_line.residual(phi));
      EXPECT_LT((phi - source_line.euler(source_start, eta, n)).norm(), 1e-12 * (1 + phi.norm())) << eta << ' ' << n;
    }
  }
}

TEST(GradientFlow, discrete_descent_is_first_order_in_its_step) {
  const auto distance = [](double eta) {
    return evaluate_point(study, {{"t", 2}, {"euler_step", eta}}).at("euler_distance")[0];
  };
  EXPECT_NEAR(std::log2(distance(0.02) / distance(0.01)), 1, 0.02);
  EXPECT_NEAR(std::log2(distance(0.01) / distance(0.005)), 1, 0.01);
}

TEST(GradientFlow, counts_the_steps_that_fit_into_t) {  // 0.3 / 0.1 is a rounding error below 3
  for (const auto& [t, steps] : {std::pair{0.3, 3}, {0.29, 2}, {0.05, 0}}) {
    const Line::Weights expected = source_line.euler(source_start, 0.1, steps);
    const auto phi = evaluate_point(study, {{"t", t}, {"euler_step", 0.1}}).at("euler_phi");
    EXPECT_NEAR(phi[0], expected[0], 1e-15);
    EXPECT_NEAR(phi[1], expected[1], 1e-15);
  }
}

TEST(GradientFlow, stands_still_along_directions_that_no_datum_sees) {
  const Line flow(design_of(0.5, 0.5, 0.5), {0.1, 0.2, 0.3});
  const Line::Weights unseen = Line::Weights{1, -0.5}.normalized();
  const Line::Weights moved = flow.flow(source_start, 3) - source_start;
  EXPECT_NEAR(unseen.dot(moved), 0, 1e-13);
  EXPECT_THROW(evaluate_point(study, {{"x0", 0.5}, {"x1", 0.5}, {"x2", 0.5}}), std::domain_error);
}

TEST(GradientFlow, leaves_places_beyond_its_own_empty) {
  const auto block =
      evaluate_block(study, {row_of(study, {{"predict_points", 10}}), row_of(study, {{"predict_points", 20}})});
  EXPECT_FALSE(std::isnan(block[0].at("predictive_mean")[9]));
  EXPECT_TRUE(std::isnan(block[0].at("predictive_mean")[10]));
  EXPECT_EQ(block[0].at("predictive_mean")[3], block[1].at("predictive_mean")[6]);
}

TEST(GradientFlow, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
