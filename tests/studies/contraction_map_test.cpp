#include "studies/contraction_map/contraction_map.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "studies/contraction_map/fixed_points.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace contraction;
using nlohmann::json;

const ContractionMap study;
constexpr double invert = 1;

Settings settings_of(const json& map) {
  return {{"a", map[0].get<double>()}, {"b", map[1].get<double>()}, {"c", map[2].get<double>()}};
}

TEST(ContractionMapGolden, has_the_fixed_points_and_their_derivatives) {
  for (const char* name : {"f1", "f2", "f3"}) {
    const json& one = golden(std::string("contraction_map/") + name + "_fixed_points");
    const json& inputs = one.at("inputs");
    const Values values = evaluate_point(study, {{"a", inputs.at("a").get<double>()},
                                                 {"b", inputs.at("b").get<double>()},
                                                 {"c", inputs.at("c").get<double>()},
                                                 {"search_lower", inputs.at("search_interval")[0].get<double>()},
                                                 {"search_upper", inputs.at("search_interval")[1].get<double>()}});
    expect_golden(one, "fixed_points", values.at("fixed_point"));
    expect_golden(one, "derivative_there", values.at("fixed_point_derivative"));
    expect_golden(one, "lipschitz_bound", values.at("lipschitz_bound"));
    EXPECT_EQ(values.at("fixed_point_count")[0], 1);
    EXPECT_EQ(values.at("contraction_everywhere")[0],
              one.at("expected").at("is_contraction_everywhere").get<bool>() ? 1 : 0);
  }
}

TEST(ContractionMapGolden, iterates) {
  int compared = 0;
  for (const json& one : golden_cases("contraction_map")) {
    if (!one.at("expected").contains("z_n")) continue;
    Settings settings = settings_of(one.at("inputs").at("map"));
    settings["start"] = one.at("inputs").at("z0").get<double>();
    settings["iterations"] = one.at("inputs").at("n").get<double>();
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "z_n", values.at("final_z"));
    expect_golden(one, "last_step", values.at("last_step"));
    const auto& path = values.at("trajectory");
    expect_golden(one, "first_iterates", std::vector<double>(path.begin(), path.begin() + 8));
    EXPECT_EQ(values.at("converged")[0], std::abs(values.at("final_z")[0]) < 1 ? 1 : 0);
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

TEST(ContractionMapGolden, inverts) {
  for (const char* name : {"contraction_map/f4_invert_y0.8", "contraction_map/f4_invert_y0.0"}) {
    const json& one = golden(name);
    Settings settings = settings_of(one.at("inputs").at("map"));
    settings["mode"] = invert;
    settings["y"] = one.at("inputs").at("y").get<double>();
    settings["start"] = one.at("inputs").at("z0").get<double>();
    settings["iterations"] = one.at("inputs").at("n").get<double>();
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "z_exact", values.at("fixed_point"));
    expect_golden(one, "z_20", values.at("final_z"));
    const auto& path = values.at("trajectory");
    expect_golden(one, "first_iterates", std::vector<double>(path.begin(), path.begin() + 6));
    expect_golden(one, "derivative_of_z_plus_f", values.at("residual_derivative"));
  }
}

TEST(ContractionMapGolden, has_the_density_of_the_flow_and_the_asymptotic_rate) {
  const json& flow = golden("contraction_map/f4_flow_logpdf_y0.8");
  const Values inverse =
      evaluate_point(study, {{"a", -0.3}, {"mode", invert}, {"y", flow.at("inputs").at("y").get<double>()}});
  expect_golden(flow, "log_det_jacobian", inverse.at("log_det_jacobian"));
  expect_golden(flow, "log_pdf", inverse.at("log_pdf"));

  const json& rate = golden("contraction_map/f1_asymptotic_rate");
  Settings settings = settings_of(rate.at("inputs").at("map"));
  settings["iterations"] = 40;
  const Values values = evaluate_point(study, settings);
  expect_golden(rate, "rate", values.at("asymptotic_rate"));
  EXPECT_NEAR(values.at("final_z")[0], rate.at("expected").at("limit").get<double>(), 1e-12);
}

TEST(ContractionMap, finds_every_fixed_point) {
  // Against a scan of a fine grid, for maps with up to a few dozens of them.
  RandomSequence random(RandomStream(5, 0), 0);
  for (int map = 0; map < 100; ++map) {
    const RippledLine g{random.normal(), 1 + random.normal(), random.normal(), 15 * random.uniform()};
    double found[64];
    const std::size_t count = fixed_points(g, -3, 4, found);
    std::size_t k = 0;
    const double step = 1e-3;
    for (int i = 0; i < 7000; ++i) {
      const double left = -3 + i * step, right = left + step;
      if ((g(left) < left) == (g(right) < right)) continue;
      while (k < count && found[k] < left) ++k;  // a pair of roots within a step of the scan
      ASSERT_LT(k, count);
      EXPECT_GE(found[k], left);
      EXPECT_LE(found[k], right);
      EXPECT_NEAR(g(found[k]), found[k], 4e-15 * (1 + std::abs(g.derivative(found[k])) * 4));
      ++k;
    }
    EXPECT_TRUE(std::is_sorted(found, found + std::min<std::size_t>(count, 64)));
  }
}

TEST(ContractionMap, lists_as_many_fixed_points_as_asked_for_and_counts_all) {
  const Settings wavy{{"a", 0}, {"b", 1}, {"c", 0.5}, {"fixed_points", 4}};  // c sin(15 z) = 0 at multiples of pi/15
  const Values values = evaluate_point(study, wavy);
  EXPECT_EQ(values.at("fixed_point_count")[0], 14 + 1 + 19);
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(values.at("fixed_point")[k], (k - 14) * std::numbers::pi / 15, 1e-14);
  const Values none = evaluate_point(study, {{"search_lower", 3}, {"search_upper", 4}});
  EXPECT_EQ(none.at("fixed_point_count")[0], 0);
  EXPECT_TRUE(std::isnan(none.at("fixed_point")[0]));
}

TEST(ContractionMap, has_the_derivative_of_dual_numbers) {
  for (const double z : {-2.0, 0.3, 1.1}) {
    const Dual image = Dual(0.7) + Dual(-0.6) * Dual(z, 1) + Dual(0.03) * sin(Dual(15) * Dual(z, 1));
    EXPECT_NEAR((RippledLine{0.7, -0.6, 0.03, 15}).derivative(z), image.slope, 1e-15);
  }
}

TEST(ContractionMap, shrinks_distances_by_at_most_its_bound) {
  const RippledLine g{0.3, 0.5, 0.02, 15};
  RandomSequence random(RandomStream(6, 0), 0);
  for (int pair = 0; pair < 1000; ++pair) {
    const double x = 3 * random.normal(), z = 3 * random.normal();
    EXPECT_LE(std::abs(g(x) - g(z)), g.lipschitz() * std::abs(x - z) * (1 + 1e-12));
  }
}

TEST(ContractionMap, converges_linearly_at_the_derivatives_rate) {
  const Values values = evaluate_point(study, {{"iterations", 15}});
  const double limit = values.at("fixed_point")[0];
  const auto& path = values.at("trajectory");
  EXPECT_NEAR((path[15] - limit) / (path[14] - limit), values.at("fixed_point_derivative")[0], 1e-6);
}

TEST(ContractionMap, alternates_about_a_fixed_point_of_negative_rate) {
  // The notebook's second map: f'(z*) = -0.18292715..., the golden case's derivative_there.
  const json& one = golden("contraction_map/f2_fixed_points");
  const double slope = one.at("expected").at("derivative_there")[0];
  ASSERT_LT(slope, 0);
  const Settings second = {{"a", 0.7}, {"b", -0.6}, {"c", 0.03}, {"start", 0.9}};
  for (const double iterations : {7.0, 8.0}) {
    Settings settings = second;
    settings["iterations"] = iterations;
    const Values values = evaluate_point(study, settings);
    const auto& path = values.at("trajectory");
    const auto n = static_cast<std::size_t>(iterations);
    const double step = values.at("last_step")[0];
    EXPECT_EQ(step, path[n] - path[n - 1]);
    EXPECT_EQ(step > 0, iterations == 8) << "down, up, down, ...: odd steps go down";
    EXPECT_NEAR(step / (path[n - 1] - path[n - 2]), slope, 5e-3) << "which it nears as the steps shrink";
  }
  Settings settled = second;
  settled["iterations"] = 40;
  EXPECT_NEAR(evaluate_point(study, settled).at("asymptotic_rate")[0], slope, 1e-12);
  settled["iterations"] = 20;
  settled["threshold"] = 1e-12;  // the last step, of either sign, is 2e-13
  EXPECT_EQ(evaluate_point(study, settled).at("converged")[0], 1);
  settled["iterations"] = 19;
  settled["threshold"] = 1e-13;
  EXPECT_EQ(evaluate_point(study, settled).at("converged")[0], 0);
}

TEST(ContractionMap, has_a_flow_density_that_integrates_to_one) {
  double sum = 0;
  for (double y = -2; y < 3; y += 0.005)
    sum += 0.005 * std::exp(evaluate_point(study, {{"a", -0.3}, {"mode", invert}, {"y", y}}).at("log_pdf")[0]);
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(ContractionMap, leaves_iterations_beyond_its_own_empty) {
  const auto values = evaluate_block(study, {row_of(study, {{"iterations", 2}}), row_of(study, {{"iterations", 5}})});
  EXPECT_TRUE(std::isnan(values[0].at("trajectory")[3]));
  EXPECT_TRUE(std::isfinite(values[1].at("trajectory")[5]));
  EXPECT_EQ(values[0].at("trajectory")[2], values[1].at("trajectory")[2]);
}

TEST(ContractionMap, says_where_an_iteration_leaves_the_doubles_and_keeps_the_rest) {
  const Values values = evaluate_point(study, {{"b", 1e30}});
  EXPECT_TRUE(std::isfinite(values.at("trajectory")[10]));
  EXPECT_TRUE(std::isnan(values.at("trajectory")[11]));
  EXPECT_TRUE(std::isnan(values.at("final_z")[0]));
  EXPECT_EQ(values.at("converged")[0], 0);
  EXPECT_EQ(values.at("fixed_point_count")[0], 1);
  EXPECT_EQ(values.at("lipschitz_bound")[0], 1e30);
}

TEST(ContractionMap, refuses_a_search_without_end) {
  EXPECT_THROW(evaluate_point(study, {{"b", 1}, {"frequency", 1e12}}), std::domain_error);
}

TEST(ContractionMap, allocates_nothing_per_point) {
  EXPECT_EQ(allocations(study, {}), 0);
  EXPECT_EQ(allocations(study, {{"mode", invert}, {"iterations", 100}}), 0);
}

}  // namespace
}  // namespace trawl::studies
