#include "studies/line_search/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "studies/line_search/shoulder.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using models::Bracket;
using models::Halving;
using models::Lowest;
using nlohmann::json;

const LineSearch study;
constexpr double absolute = 1;

Settings settings_of(const json& inputs) {
  Settings settings;
  for (const char* name : {"max_dist", "max_iter", "thresh"})
    if (inputs.contains(name)) settings[name] = inputs.at(name);
  if (inputs.contains("d")) {
    const double a = inputs.at("a"), d = inputs.at("d"), length = d - a;
    settings.insert({{"start", a},
                     {"max_dist", length},
                     {"b_fraction", (inputs.at("b").get<double>() - a) / length},
                     {"c_fraction", (inputs.at("c").get<double>() - a) / length}});
  }
  return settings;
}

TEST(LineSearchGolden, has_one_stationary_point) {
  const json& one = golden("line_search/stationary_points");
  const double minimum = shoulder::minimum();
  expect_golden(one, "phi", minimum);
  expect_golden(one, "loss", shoulder::loss(minimum).value);
  expect_golden(one, "second_derivative", shoulder::loss(minimum).second);
  for (int k = -3000; k <= 3000; ++k) {
    const double p = 1e-3 * k;
    EXPECT_EQ(shoulder::loss(p).first < 0, p < minimum) << p;
  }
}

TEST(LineSearchGolden, finds_what_the_source_finds) {
  for (const json& one : golden_cases("line_search")) {
    const json& expected = one.at("expected");
    if (!expected.contains("solution")) continue;
    Settings settings = settings_of(one.at("inputs"));
    for (const double halving : {0.0, absolute}) {
      settings["halving"] = halving;
      const Values values = evaluate_point(study, settings);
      const bool has_both = expected.contains("solution_rule1_relative_to_a") && halving != absolute;
      expect_golden(one, has_both ? "solution_rule1_relative_to_a" : "solution", values.at("solution"));
      expect_golden(one, "n_iter", values.at("iterations"));
      if (expected.contains("loss")) expect_golden(one, "loss", values.at("loss"));
      if (!expected.contains("brackets_abcd")) continue;
      const std::size_t kept = 4 * static_cast<std::size_t>(values.at("iterations")[0]);
      const auto& brackets = values.at("bracket");
      expect_golden(one, "brackets_abcd", {brackets.begin(), brackets.begin() + static_cast<std::ptrdiff_t>(kept)});
    }
  }
}

TEST(LineSearch, has_the_derivatives_of_its_function) {
  const auto dual_loss = [](Dual p) {
    const Dual wide = p - 0.65, narrow = p - 0.35;
    return 1.0 - 0.5 * exp(-wide * wide / 0.1) - 0.45 * exp(-narrow * narrow / 0.02);
  };
  for (double p = -0.5; p < 1.5; p += 0.07) {
    const double h = 1e-6;
    EXPECT_NEAR(shoulder::loss(p).first, dual_loss({p, 1}).slope, 1e-14);
    EXPECT_NEAR(shoulder::loss(p).second, (shoulder::loss(p + h).first - shoulder::loss(p - h).first) / (2 * h), 1e-7);
  }
}

TEST(LineSearch, shrinks_a_bracket_of_the_minimum_by_two_thirds_and_keeps_the_minimum_inside) {
  const Values values = evaluate_point(study, {{"b_fraction", 1.0 / 3}, {"c_fraction", 2.0 / 3}, {"max_iter", 30}});
  const auto& bracket = values.at("bracket");
  const auto iterations = static_cast<std::size_t>(values.at("iterations")[0]);
  for (std::size_t k = 0; k < iterations; ++k) {
    EXPECT_NEAR(bracket[4 * k + 3] - bracket[4 * k], std::pow(2.0 / 3, k), 1e-12);
    EXPECT_LT(bracket[4 * k], shoulder::minimum());
    EXPECT_GT(bracket[4 * k + 3], shoulder::minimum());
  }
  EXPECT_EQ(iterations, 21u);  // the first with (2/3)^k / 3 <= 1e-4 is k = 21: ln(1/(3e-4)) / ln(3/2) = 20.01
  EXPECT_LE(values.at("error")[0], 1e-4);
}

TEST(LineSearch, does_about_the_same_from_another_place) {
  const auto parabola = [](double p) { return (p - 0.3) * (p - 0.3); };
  const models::LineSearch rules = {.thresh = 1e-7, .max_iter = 100};
  for (const double a : {-5.0, 0.0, 0.29})
    EXPECT_NEAR(models::line_search(parabola, {a, a + 2, a + 4, a + 6}, rules), 0.3, 1e-6) << a;
}

TEST(LineSearch, creeps_to_the_end_of_an_interval_without_the_minimum) {
  const Values values = evaluate_point(study, {{"max_dist", 0.2}, {"max_iter", 200}, {"thresh", 1e-10}});
  EXPECT_NEAR(values.at("solution")[0], 0.2, 1e-9);
}

TEST(LineSearch, halving_the_coordinates_themselves_leaves_the_interval_once_a_has_moved) {
  const auto rising = [](double p) { return p; };  // the lowest point is a
  const Bracket from_one = {1.0, 1.3, 1.6, 2.0};
  const auto solution = [&](Halving halving) {
    return models::line_search(rising, from_one, {.thresh = 1e-6, .max_iter = 60, .halving = halving});
  };
  EXPECT_NEAR(solution(Halving::towards_a), 1.0, 1e-5);
  EXPECT_LT(solution(Halving::absolute), 0.9);
}

TEST(LineSearch, counts_a_tie_as_lowest_only_if_told_to) {
  const auto flat = [](double) { return 1.0; };
  const auto solution = [&](Lowest lowest) {
    return models::line_search(flat, {0.0, 0.3, 0.6, 1.0}, {.thresh = 1e-9, .max_iter = 200, .lowest = lowest});
  };
  EXPECT_NEAR(solution(Lowest::not_above), 0.0, 1e-8);
  EXPECT_NEAR(solution(Lowest::below), 1.0, 1e-8);
}

TEST(LineSearch, takes_no_memory_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
