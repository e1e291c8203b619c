#include "studies/composing_nets/composing_nets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/random.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"
#include "tests/studies/theta_net_settings.hpp"

namespace trawl::studies {
namespace {

const ComposingNets study;

/// The reference's names for compositions.
Settings composition(const std::string& layers) {
  const std::map<std::string, Settings> all = {
      {"net1", {{"copies", 1}, {"then_net2", 0}}},
      {"net2", {{"copies", 0}}},
      {"net1_net2", {}},
      {"net1_net2_phi1neg", {{"net2_phi1", 1.0}}},
      {"net1half_net2", {{"net1_phi1", -1.0}}},
      {"net1_net1", {{"copies", 2}, {"then_net2", 0}}},
      {"net1_net1_net2", {{"copies", 2}}},
      {"net1x3_net2", {{"copies", 3}}},
      {"net1x5_net2", {{"copies", 5}}},
      {"net1x4", {{"copies", 4}, {"then_net2", 0}}},
  };
  return all.at(layers);
}

TEST(ComposingNetsGolden, has_the_curves_vertices_and_numbers_of_regions) {
  for (const auto& one : golden_cases("composing_nets")) {
    const Settings settings = composition(one.at("inputs").at("layers"));
    expect_golden(one, "y", outputs_along_x(study, settings, flat(one.at("inputs").at("x")), "y"));
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "n_linear_regions", values.at("linear_regions"));
    if (!one.at("expected").contains("vertices")) continue;
    std::vector<double> vertices;
    for (std::size_t k = 0; !std::isnan(values.at("vertex_x")[k]); ++k)
      vertices.insert(vertices.end(), {values.at("vertex_x")[k], values.at("vertex_y")[k]});
    expect_golden(one, "vertices", vertices);
  }
  EXPECT_EQ(golden_cases("composing_nets").size(), 9u);
}

TEST(ComposingNets, has_3_to_the_N_regions_and_4_times_as_many_with_net_2) {
  double regions = 1;
  for (double copies = 0; copies <= 8; ++copies, regions *= 3) {
    const auto count = [&](double net2) {
      return evaluate_point(study, {{"copies", copies}, {"then_net2", net2}}).at("linear_regions")[0];
    };
    EXPECT_EQ(count(0), regions);
    EXPECT_EQ(count(1), 4 * regions);
  }
  EXPECT_EQ(evaluate_point(study, composition("net1half_net2")).at("linear_regions")[0], 10);
  const Values six = evaluate_point(study, {{"copies", 6}});
  EXPECT_NEAR(six.at("shortest")[0] / 6.4e-6, 1, 0.01);
  EXPECT_NEAR(six.at("steepest")[0] / 9.4e4, 1, 0.01);
}

Settings random_nets(std::uint64_t index) {
  double values[20];
  RandomStream(23, index).normal(0, 0, values);
  Settings settings;
  for (std::size_t p = 0; p < 20; ++p) settings[study.declaration().parameters[p].name] = values[p];
  return settings;
}

TEST(ComposingNets, is_linear_between_its_vertices_and_bends_at_them) {
  for (std::uint64_t index = 0; index < 20; ++index) {
    Settings settings = random_nets(index);
    settings["copies"] = 2;
    const Values values = evaluate_point(study, settings);
    const auto &x = values.at("vertex_x"), &y = values.at("vertex_y");
    const auto regions = static_cast<std::size_t>(values.at("linear_regions")[0]);
    EXPECT_EQ(x[0], -1);
    EXPECT_EQ(x[regions], 1);
    double before = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < regions; ++k) {
      const double scale = 1e-12 * (1 + values.at("steepest")[0]), width = x[k + 1] - x[k];
      const auto along = outputs_along_x(study, settings, {x[k], x[k] + 0.25 * width, x[k] + 0.5 * width}, "y");
      EXPECT_NEAR(along[0], y[k], scale);
      EXPECT_NEAR(along[1], 0.75 * y[k] + 0.25 * y[k + 1], scale);
      EXPECT_NEAR(along[2], 0.5 * y[k] + 0.5 * y[k + 1], scale);
      const double slope = (y[k + 1] - y[k]) / width;
      if (width > 1e-6) {
        EXPECT_GT(std::abs(slope - before), 1e-9 * std::abs(slope)) << index;
      }
      before = slope;
    }
  }
}

TEST(ComposingNets, count_agrees_with_a_fine_grid) {
  constexpr int points = 20001;
  for (std::uint64_t index = 40; index < 50; ++index) {
    Settings settings = random_nets(index);
    settings["curve_points"] = points;
    const Values values = evaluate_point(study, settings);
    const auto& y = values.at("curve");
    double bends = 0;
    bool in_bend = false;
    for (std::size_t k = 1; k + 1 < points; ++k) {  // a vertex between two grid points bends the curve at both
      const bool bend = std::abs(y[k + 1] - 2 * y[k] + y[k - 1]) > 1e-11 * (1 + std::abs(y[k]));
      if (bend && !in_bend) ++bends;
      in_bend = bend;
    }
    if (values.at("shortest")[0] > 4e-4) {
      EXPECT_EQ(values.at("linear_regions")[0], bends + 1) << index;
    } else {
      EXPECT_GE(values.at("linear_regions")[0], bends + 1) << index;
    }
  }
}

TEST(ComposingNets, without_any_net_is_the_identity) {
  const Values values = evaluate_point(study, {{"copies", 0}, {"then_net2", 0}, {"x", 0.3}});
  EXPECT_EQ(values.at("y")[0], 0.3);
  EXPECT_EQ(values.at("linear_regions")[0], 1);
  EXPECT_EQ(values.at("steepest")[0], 1);
}

TEST(ComposingNets, leaves_out_vertices_for_which_there_is_no_room) {
  const Values all = evaluate_point(study, {}), few = evaluate_point(study, {{"vertex_places", 3}});
  EXPECT_EQ(few.at("linear_regions")[0], 12);
  ASSERT_EQ(few.at("vertex_x").size(), 3u);
  EXPECT_TRUE(std::equal(few.at("vertex_y").begin(), few.at("vertex_y").end(), all.at("vertex_y").begin()));
}

TEST(ComposingNets, constant_nets_have_one_region) {
  EXPECT_EQ(evaluate_point(study, {{"net1_phi1", 0}, {"net1_phi2", 0}, {"net1_phi3", 0}}).at("linear_regions")[0], 1);
}

TEST(ComposingNets, allocates_nothing_for_a_point_like_the_one_before) {
  EXPECT_EQ(allocations(study, {{"copies", 4}}), 0);
}

}  // namespace
}  // namespace trawl::studies
