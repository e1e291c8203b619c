#include "studies/shallow_net_2d/shallow_net_2d.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "engine/random.hpp"
#include "studies/shallow_net_2d/regions.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

const ShallowNet2d study;

TEST(ShallowNet2dGolden, has_both_outputs_of_the_sources_network) {
  const auto& one = golden("shallow_net_2d/values");
  const auto& in = one.at("inputs");
  Settings settings;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      settings["theta" + std::to_string(i + 1) + std::to_string(j)] = in["theta"][i][j];
  for (std::size_t i = 0; i < 4; ++i) {
    settings["phi1_" + std::to_string(i)] = in["phi_1"][i];
    settings["phi2_" + std::to_string(i)] = in["phi_2"][i];
  }
  EXPECT_EQ(row_of(study, settings), row_of(study, {}));
  std::vector<double> y1, y2;
  for (std::size_t n = 0; n < in["x1"].size(); ++n) {
    settings["x1"] = in["x1"][n];
    settings["x2"] = in["x2"][n];
    const Values values = evaluate_point(study, settings);
    y1.push_back(values.at("y")[0]);
    y2.push_back(values.at("y")[1]);
  }
  expect_golden(one, "y1", y1);
  expect_golden(one, "y2", y2);
}

TEST(ShallowNet2dGolden, has_the_statistics_of_the_grid) {
  const auto& one = golden("shallow_net_2d/grid_100x100");
  const Values values = evaluate_point(study, {});
  for (std::size_t k = 0; k < 2; ++k)
    for (const char* name : {"min", "max", "mean"})
      expect_golden(one, "y" + std::to_string(k + 1) + "_" + name, values.at(std::string("y_") + name)[k]);
  expect_golden(one, "activation_patterns_present", values.at("patterns_present"));
  EXPECT_EQ(values.at("pattern_share")[7], 0);  // all three units are never active at once
}

TEST(ShallowNet2dGolden, counts_regions_and_parameters) {
  for (const char* name : {"Di1_D3", "Di2_D3", "Di10_D50", "Di10_D8"}) {
    const auto& one = golden(std::string("shallow_net_2d/max_regions_") + name);
    const Values values = evaluate_point(
        study, {{"region_inputs", one.at("inputs").at("Di")}, {"region_units", one.at("inputs").at("D")}});
    expect_golden(one, "N", values.at("max_regions"));
    expect_golden(one, "n_parameters_one_output", values.at("n_parameters"));
    EXPECT_NEAR(values.at("log10_max_regions")[0], std::log10(values.at("max_regions")[0]), 1e-13);
  }
}

TEST(ShallowNet2dGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("shallow_net_2d").size(), 6u);
}

TEST(ShallowNet2d, regions_follow_the_recursion_of_one_more_unit) {
  // One more hyperplane adds as many regions as the others cut on it: N(i, D) = N(i, D-1) + N(i-1, D-1), N(0, D) = 1.
  std::map<std::pair<int, int>, std::uint64_t> n;
  for (int units = 0; units <= 50; ++units)
    for (int inputs = 0; inputs <= 50; ++inputs) {
      n[{inputs, units}] = units == 0 || inputs == 0 ? 1 : n[{inputs, units - 1}] + n[{inputs - 1, units - 1}];
      const auto count = shallow_net_2d::most_regions(inputs, units);
      EXPECT_EQ(count.number, static_cast<double>(n[{inputs, units}])) << inputs << ' ' << units;
    }
}

TEST(ShallowNet2d, logarithm_of_the_regions_outlives_the_number) {
  // With at least as many inputs as units every pattern occurs: 2^D.
  for (const double units : {10.0, 1000.0, 100000.0})
    EXPECT_NEAR(
        shallow_net_2d::most_regions(1000000, static_cast<std::int64_t>(units)).log10 / (units * std::log10(2.0)), 1,
        1e-12);
  const Values values = evaluate_point(study, {{"region_inputs", 5000.0}, {"region_units", 5000.0}});
  EXPECT_TRUE(std::isnan(values.at("max_regions")[0]));
  EXPECT_NEAR(values.at("log10_max_regions")[0], 5000 * std::log10(2.0), 1e-9);
}

TEST(ShallowNet2d, never_has_more_patterns_than_regions) {
  std::set<double> seen;
  for (std::uint64_t index = 0; index < 50; ++index) {
    double values[9];
    RandomStream(41, index).normal(0, 0, values);
    Settings settings;
    for (std::size_t p = 0; p < 9; ++p) settings[study.declaration().parameters[p].name] = values[p] * (p < 3 ? 5 : 1);
    const Values result = evaluate_point(study, settings);
    EXPECT_LE(result.at("patterns_present")[0], 7);
    seen.insert(result.at("patterns_present")[0]);
    double sum = 0;
    for (const double share : result.at("pattern_share")) sum += share;
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  EXPECT_GT(seen.size(), 3u);
}

TEST(ShallowNet2d, pattern_tells_the_active_units) {
  // At (9.9, 9.9): -4 + 8.91 > 0, 5 - 8.91 - 4.95 < 0, -7 + 4.95 + 8.91 > 0: units 1 and 3.
  EXPECT_EQ(evaluate_point(study, {{"x1", 9.9}, {"x2", 9.9}}).at("pattern_at")[0], 5);
  EXPECT_EQ(evaluate_point(study, {{"x1", 0.0}, {"x2", 0.0}}).at("pattern_at")[0], 2);
}

TEST(ShallowNet2d, map_is_the_network_at_its_inputs) {
  const Values values = evaluate_point(study, {{"map_points", 11.0}});
  ASSERT_EQ(values.at("map").size(), 242u);
  for (std::size_t m = 0; m < 11; m += 5)
    for (std::size_t n = 0; n < 11; n += 2) {
      const auto y = evaluate_point(study, {{"x1", static_cast<double>(m)}, {"x2", static_cast<double>(n)}}).at("y");
      EXPECT_NEAR(values.at("map")[11 * m + n], y[0], 1e-13);
      EXPECT_NEAR(values.at("map")[121 + 11 * m + n], y[1], 1e-13);
    }
}

TEST(ShallowNet2d, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
