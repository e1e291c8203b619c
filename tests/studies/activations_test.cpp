#include "studies/activations/activations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "engine/random.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"
#include "tests/studies/theta_net_settings.hpp"

namespace trawl::studies {
namespace {

const Activations study;
constexpr double sigmoid = 0, heaviside = 1, linear = 2, relu = 3;

void expect_curve(const std::string& name, const Settings& choice) {
  const auto& one = golden("activations/" + name);
  Settings settings = theta_net_settings(one.at("inputs"));
  settings.insert(choice.begin(), choice.end());
  expect_golden(one, "y", outputs_along_x(study, settings, flat(one.at("inputs").at("x")), "y"));
}

TEST(ActivationsGolden, has_the_curves_of_the_source) {
  expect_curve("sigmoid10", {{"activation", sigmoid}});
  expect_curve("sigmoid_gain3", {{"activation", sigmoid}, {"gain", 3.0}});
  expect_curve("heaviside", {{"activation", heaviside}});
  expect_curve("linear_0_1", {{"activation", linear}});
  expect_curve("linear_a0.5_b-0.4", {{"activation", linear}, {"a", 0.5}, {"b", -0.4}});
}

TEST(ActivationsGolden, has_the_sources_network_as_default) {
  EXPECT_EQ(row_of(study, theta_net_settings(golden("activations/sigmoid10").at("inputs"))), row_of(study, {}));
}

TEST(ActivationsGolden, makes_a_straight_line_of_the_linear_one) {
  const auto& one = golden("activations/linear_a0.5_b-0.4");
  const Values values = evaluate_point(study, {{"activation", linear}, {"a", 0.5}, {"b", -0.4}});
  expect_golden(one, "slope", values.at("line_slope"));
  expect_golden(one, "intercept", values.at("line_intercept"));
}

TEST(ActivationsGolden, has_the_activations_themselves) {
  const auto& one = golden("activations/point_values");
  for (const auto& [name, activation] : {std::pair{"sigmoid10", sigmoid}, {"heaviside", heaviside}, {"relu", relu}})
    expect_golden(one, name,
                  outputs_along_x(study, {{"theta10", 0}, {"theta11", 1}, {"activation", activation}},
                                  flat(one.at("inputs").at("z")), "hidden"));
}

TEST(ActivationsGolden, has_the_distance_to_the_step_functions) {
  const auto& one = golden("activations/L1_distance_sigmoid_to_heaviside_gain10");
  expect_golden(one, "L1", evaluate_point(study, {{"gain", one.at("inputs").at("gain")}}).at("heaviside_distance"));
}

TEST(ActivationsGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("activations").size(), 7u);
}

TEST(Activations, distance_is_that_of_quadrature) {
  for (std::uint64_t index = 0; index < 12; ++index) {
    double values[10];
    RandomStream(5, index).normal(0, 0, values);
    Settings settings = {{"activation", static_cast<double>(index % 4)}, {"gain", std::pow(3, index % 5)}, {"a", 0.3}};
    for (std::size_t p = 0; p < 10; ++p) settings[study.declaration().parameters[p].name] = values[p];
    Settings steps = settings;
    steps["activation"] = heaviside;
    std::vector<double> breaks = {0, 1};
    for (std::size_t i = 0; i < 3; ++i)
      if (const double joint = -values[i] / values[3 + i]; joint > 0 && joint < 1) breaks.push_back(joint);
    std::sort(breaks.begin(), breaks.end());
    double expected = 0;
    for (std::size_t k = 1; k < breaks.size(); ++k)
      expected += boost::math::quadrature::gauss_kronrod<double, 15>::integrate(
          [&](double x) {
            return std::abs(outputs_along_x(study, settings, {x}, "y")[0] - outputs_along_x(study, steps, {x}, "y")[0]);
          },
          breaks[k - 1], breaks[k], 8, 1e-9);
    EXPECT_NEAR(evaluate_point(study, settings).at("heaviside_distance")[0], expected, 1e-6) << index;
  }
}

TEST(Activations, distance_to_the_step_is_that_of_constants_where_the_slopes_all_but_vanish) {
  const double constant =
      evaluate_point(study, {{"theta11", 0}, {"theta21", 0}, {"theta31", 0}}).at("heaviside_distance")[0];
  EXPECT_GT(constant, 0.01);
  for (const double slope : {5e-324, 1e-160, 1e-20, 1e-12, -1e-12, 1e-9}) {
    const Settings settings = {{"theta11", slope}, {"theta21", slope}, {"theta31", slope}};
    EXPECT_NEAR(evaluate_point(study, settings).at("heaviside_distance")[0], constant, 1e-12 + 100 * std::abs(slope));
  }
}

TEST(Activations, distance_falls_as_one_over_the_gain) {
  // Away from 0 and 1 and for steep sigmoids each joint adds |phi_i / theta_i1| 2 ln 2 / k.
  const double limit = 2 * std::log(2.0) * (0.5 / 1 + 1.0 / 2 + 0.9 / 0.65);
  for (const double gain : {1e3, 1e5, 1e7})
    EXPECT_NEAR(evaluate_point(study, {{"gain", gain}}).at("heaviside_distance")[0] * gain / limit, 1, 1e-8) << gain;
  EXPECT_EQ(evaluate_point(study, {{"activation", heaviside}}).at("heaviside_distance")[0], 0);
}

TEST(Activations, linear_curve_is_its_line) {
  const Values values =
      evaluate_point(study, {{"activation", linear}, {"a", -0.7}, {"b", 1.9}, {"curve_points", 11.0}});
  for (std::size_t k = 0; k < 11; ++k)
    EXPECT_NEAR(values.at("curve")[k],
                values.at("line_intercept")[0] + values.at("line_slope")[0] * 0.1 * static_cast<double>(k), 1e-14);
  EXPECT_TRUE(std::isnan(evaluate_point(study, {}).at("line_slope")[0]));
}

TEST(Activations, units_that_never_switch_add_a_constant) {
  const Values values = evaluate_point(
      study,
      {{"theta11", 0.0}, {"theta21", 0.0}, {"theta31", 0.0}, {"theta10", 0.1}, {"theta20", -1e9}, {"theta30", 1e9}});
  EXPECT_NEAR(values.at("heaviside_distance")[0], 0.5 / (1 + std::exp(1.0)), 1e-15);
}

TEST(Activations, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
