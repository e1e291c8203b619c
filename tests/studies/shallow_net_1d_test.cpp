#include "studies/shallow_net_1d/shallow_net_1d.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/random.hpp"
#include "studies/data/x20.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"
#include "tests/studies/theta_net_settings.hpp"

namespace trawl::studies {
namespace {

const ShallowNet1d study;

Settings random_net(std::uint64_t index) {
  double values[10];
  RandomStream(11, index).normal(0, 0, values);
  Settings settings;
  for (std::size_t p = 0; p < 10; ++p) settings[study.declaration().parameters[p].name] = values[p];
  return settings;
}

TEST(ShallowNet1dGolden, has_the_curves_joints_and_slopes) {
  for (const char* name : {"default_relu", "variant_phi_half", "variant_theta20", "variant_rescaled_unit2"}) {
    const auto& one = golden(std::string("shallow_net_1d/") + name);
    const Settings settings = theta_net_settings(one.at("inputs"));
    expect_golden(one, "y", outputs_along_x(study, settings, flat(one.at("inputs").at("x")), "y"));
    const Values values = evaluate_point(study, settings);
    if (one.at("expected").contains("joints")) expect_golden(one, "joints", values.at("joint"));
    if (one.at("expected").contains("slopes")) expect_golden(one, "slopes", values.at("slope"));
    if (one.at("expected").contains("loss_on_3_1_data")) expect_golden(one, "loss_on_3_1_data", values.at("loss"));
  }
}

TEST(ShallowNet1dGolden, has_the_sources_network_and_data_as_defaults) {
  const auto& one = golden("shallow_net_1d/loss_3_1");
  EXPECT_EQ(row_of(study, theta_net_settings(one.at("inputs"))), row_of(study, {}));
  EXPECT_EQ(flat(one.at("inputs").at("x_train")), std::vector<double>(data::x20.begin(), data::x20.end()));
  const Values values = evaluate_point(study, {});
  expect_golden(one, "sum_sq", values.at("loss"));
  expect_golden(one, "printed_in_source", values.at("loss"));
  EXPECT_NEAR(values.at("best_phi0")[0], 0.25924348, 1e-8);  // as the catalogue quotes
  EXPECT_NEAR(values.at("best_phi0_loss")[0], 3.1298085, 1e-7);
}

TEST(ShallowNet1dGolden, fits_phi_whatever_it_starts_from) {
  const auto& one = golden("shallow_net_1d/best_phi_given_theta");
  for (const double phi : {-1.0, 7.0}) {
    Settings settings = theta_net_settings(one.at("inputs"));
    settings["phi1"] = phi;
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "phi", values.at("best_phi"));
    expect_golden(one, "sum_sq", values.at("best_phi_loss"));
  }
}

TEST(ShallowNet1dGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("shallow_net_1d").size(), 6u);
}

TEST(ShallowNet1d, is_linear_between_its_joints_with_the_slopes_it_gives) {
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Settings settings = random_net(index);
    const Values values = evaluate_point(study, settings);
    auto joints = values.at("joint");
    std::sort(joints.begin(), joints.end());
    for (std::size_t r = 0; r < 4; ++r) {
      const double a = r == 0 ? joints[0] - 1 : joints[r - 1], b = r == 3 ? joints[2] + 1 : joints[r];
      const auto y = outputs_along_x(study, settings, {a, a + 0.3 * (b - a), b}, "y");
      const double slope = values.at("slope")[r], scale = 1e-12 * (1 + std::abs(y[0]) + std::abs(a) + std::abs(b));
      EXPECT_NEAR(y[2] - y[0], slope * (b - a), scale) << index;
      EXPECT_NEAR(y[1] - y[0], slope * 0.3 * (b - a), scale) << index;
    }
  }
}

TEST(ShallowNet1d, rescaling_a_unit_by_a_positive_number_changes_nothing_by_a_negative_one_something) {
  const Values values = evaluate_point(study, {});
  const auto rescaled = [](double c) {
    return evaluate_point(study, {{"theta20", -c}, {"theta21", 2 * c}, {"phi2", -1 / c}});
  };
  for (std::size_t k = 0; k < 101; ++k) EXPECT_NEAR(rescaled(0.5).at("curve")[k], values.at("curve")[k], 1e-15);
  EXPECT_NEAR(rescaled(0.5).at("loss")[0], values.at("loss")[0], 1e-13);
  EXPECT_GT(std::abs(rescaled(-0.5).at("loss")[0] - values.at("loss")[0]), 0.1);
}

TEST(ShallowNet1d, no_other_phi_fits_better) {
  for (std::uint64_t index = 50; index < 70; ++index) {
    Settings settings = random_net(index);
    const Values values = evaluate_point(study, settings);
    for (std::size_t k = 0; k < 4; ++k) settings["phi" + std::to_string(k)] = values.at("best_phi")[k];
    const double least = evaluate_point(study, settings).at("loss")[0];
    EXPECT_NEAR(least, values.at("best_phi_loss")[0], 1e-9);
    EXPECT_LE(least, values.at("best_phi0_loss")[0] + 1e-9);
    for (std::size_t k = 0; k < 4; ++k)
      for (const double step : {-1e-3, 1e-3}) {
        Settings moved = settings;
        moved["phi" + std::to_string(k)] += step;
        EXPECT_GE(evaluate_point(study, moved).at("loss")[0], least - 1e-12);
      }
  }
}

TEST(ShallowNet1d, units_without_a_joint_or_with_a_shared_one_leave_fewer_regions) {
  const Values flat_unit = evaluate_point(study, {{"theta11", 0.0}});
  EXPECT_TRUE(std::isnan(flat_unit.at("joint")[0]));
  EXPECT_TRUE(std::isnan(flat_unit.at("slope")[3]));
  EXPECT_NEAR(flat_unit.at("slope")[2], -2 + 4.55, 1e-15);
  EXPECT_NEAR(flat_unit.at("best_phi_loss")[0],
              evaluate_point(study, {{"theta11", 0.0}, {"theta10", -1.0}}).at("best_phi_loss")[0],
              1e-12);                                               // constant or dead: no help
  const Values shared = evaluate_point(study, {{"theta10", 0.5}});  // joints 0.5, 0.5, 0.77
  EXPECT_TRUE(std::isnan(shared.at("slope")[3]));
  EXPECT_EQ(shared.at("slope")[0], -2);
  EXPECT_EQ(shared.at("slope")[1], -2);
}

TEST(ShallowNet1d, curve_is_the_network_at_its_inputs) {
  const Values values = evaluate_point(study, {{"curve_points", 11.0}});
  ASSERT_EQ(values.at("curve").size(), 11u);
  const auto y = outputs_along_x(study, {}, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}, "y");
  for (std::size_t k = 0; k < 11; ++k) EXPECT_NEAR(values.at("curve")[k], y[k], 1e-15);
}

TEST(ShallowNet1d, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
