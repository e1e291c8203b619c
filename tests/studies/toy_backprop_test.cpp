#include "studies/toy_backprop/toy_backprop.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace toy_backprop;
using nlohmann::json;

const ToyBackprop study;
constexpr double forwards = 0, central = 1;

/// The named numbers of an object against outputs that carry these names as labels.
void expect_named(const json& expected, const std::vector<std::string>& names, const std::vector<double>& got,
                  double absolute, double relative) {
  ASSERT_EQ(names.size(), got.size());
  for (std::size_t k = 0; k < names.size(); ++k) {
    const double value = expected.at(names[k]);
    EXPECT_NEAR(got[k], value, absolute + relative * std::abs(value)) << names[k];
  }
}

const std::vector<std::string> node_names = {"f0", "h1", "f1", "h2", "f2", "h3", "f3", "l"};
const std::vector<std::string> back_names = {"dl_df3", "dl_dh3", "dl_df2", "dl_dh2", "dl_df1", "dl_dh1", "dl_df0"};
const std::vector<std::string> weight_names = {"beta0",  "beta1",  "beta2",  "beta3",
                                               "omega0", "omega1", "omega2", "omega3"};

TEST(ToyBackpropGolden, has_every_value_of_the_passes) {
  for (const json& one : golden_cases("toy_backprop")) {
    SCOPED_TRACE(one.at("id"));
    Settings settings = {{"x", one.at("inputs").at("x")}, {"y", one.at("inputs").at("y")}};
    for (std::size_t k = 0; k < 8; ++k) settings[weight_names[k]] = one.at("inputs").at("params")[k];
    const Values values = evaluate_point(study, settings);
    const json& expected = one.at("expected");
    const double absolute = one.at("tolerance").at("abs"), relative = one.at("tolerance").at("rel");
    expect_named(expected.at("forward"), node_names, values.at("forward"), absolute, relative);
    expect_named(expected.at("backward"), back_names, values.at("backward"), absolute, relative);
    expect_named(expected.at("gradient"), weight_names, values.at("gradient"), absolute, relative);
    if (!expected.contains("printed_3_decimals")) continue;
    const double printed = one.at("tolerance").at("per_field").at("printed_3_decimals").at("abs");
    expect_named(expected.at("printed_3_decimals"), node_names, values.at("forward"), printed, 0);
    expect_named(expected.at("printed_3_decimals"), back_names, values.at("backward"), printed, 0);
    expect_named(expected.at("printed_3_decimals"), weight_names, values.at("gradient"), printed, 0);
  }
}

constexpr ToyBackpropParameters other = {
    {0.2, -0.5, 0.3, 1.0}, {1.5, 0.8, -0.7, 2.0}, -1.1, 0.5};  // another set than the default

TEST(ToyBackprop, has_the_derivatives_that_dual_numbers_have) {
  for (const ToyBackpropParameters& p : {ToyBackpropParameters(), other}) {
    Weights<Dual> weights;
    for (std::size_t k = 0; k < 4; ++k) {
      weights.beta[k] = p.beta[k];
      weights.omega[k] = p.omega[k];
    }
    const Forward<double> pass = forward(Weights<double>{p.beta, p.omega}, p.x, p.y);
    const Weights<double> g = gradient(pass, backward({p.beta, p.omega}, pass, p.y));
    for (std::size_t k = 0; k < 4; ++k) {
      const auto slope_by = [&](Dual& weight) {
        weight.slope = 1;
        const double slope = forward(weights, Dual(p.x), Dual(p.y)).loss.slope;
        weight.slope = 0;
        return slope;
      };
      EXPECT_NEAR(g.beta[k], slope_by(weights.beta[k]), 1e-13 * (1 + std::abs(g.beta[k])));
      EXPECT_NEAR(g.omega[k], slope_by(weights.omega[k]), 1e-13 * (1 + std::abs(g.omega[k])));
    }
  }
}

TEST(ToyBackprop, differences_have_the_orders_that_theory_gives) {
  const auto error = [](double difference, double step) {
    return evaluate_point(study, {{"difference", difference}, {"fd_step", step}}).at("fd_error");
  };
  for (const auto& [difference, order, step] : {std::tuple{forwards, 1.0, 1e-4}, {central, 2.0, 1e-3}}) {
    const auto coarse = error(difference, step), fine = error(difference, step / 2);
    for (std::size_t k = 0; k < 8; ++k) {
      const bool exact = difference == central && (k == 3 || k == 7);  // the loss is a parabola of beta3 and omega3
      if (exact) EXPECT_LT(coarse[k], 1e-11);
      else EXPECT_NEAR(std::log2(coarse[k] / fine[k]), order, 0.02) << weight_names[k];
    }
  }
}

TEST(ToyBackprop, forward_differences_err_by_half_the_second_derivative_until_rounding) {
  const double step = 1e-4, h = 1e-4;
  for (const std::string& name : {std::string("beta0"), std::string("omega0"), std::string("omega2")}) {
    const std::size_t k =
        static_cast<std::size_t>(std::find(weight_names.begin(), weight_names.end(), name) - weight_names.begin());
    const double value = row_of(study, {})[k];
    const auto slope = [&](double shift) { return evaluate_point(study, {{name, value + shift}}).at("gradient")[k]; };
    const double second = (slope(h) - slope(-h)) / (2 * h);
    const double error = evaluate_point(study, {{"fd_step", step}}).at("fd_error")[k];
    EXPECT_NEAR(error, step / 2 * std::abs(second), 0.02 * error) << name;
  }
  // With a step of 1e-13 rounding of the loss, up to 1e-16 each, is up to 1e-3 of the quotient; it is seen.
  EXPECT_GT(evaluate_point(study, {{"fd_step", 1e-13}}).at("fd_error")[4], 1e-6);
}

TEST(ToyBackprop, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
