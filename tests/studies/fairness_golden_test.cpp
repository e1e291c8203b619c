// The fairness study against every reference case of bias_mitigation.
#include <gtest/gtest.h>

#include <cmath>

#include "studies/fairness/fairness.hpp"
#include "studies/fairness/grid_scores.hpp"
#include "studies/fairness/group.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies {
namespace {

using nlohmann::json;

using namespace fairness;

const Fairness study;
const std::string groups[] = {"p0", "p1"};

constexpr double continuous = 0, grid = 1;

json expected(const std::string& name) {
  return golden("bias_mitigation/" + name).at("expected");
}

Curve curve_of(const json& six) {
  return {six[0].get<double>(), six[1].get<double>(), six[2].get<double>(),
          six[3].get<double>(), six[4].get<double>(), six[5].get<double>()};
}

json curves() {
  return golden("bias_mitigation/densities").at("inputs").at("params_weight_mean1_mean2_sd1_sd2_prop");
}

/// Compares the rates of one task with those that a case expects under "NAME_GROUP" + suffix.
void expect_rates(const Values& values, const json& wanted, const std::string& suffix, double tolerance) {
  const std::pair<const char*, const char*> names[] = {{"pr_loan_", "acceptance_rate"},
                                                       {"tpr_", "true_positive_rate"},
                                                       {"fpr_", "false_positive_rate"},
                                                       {"default_rate_among_granted_", "default_rate"}};
  int compared = 0;
  for (const auto& [key, output] : names)
    for (int g = 0; g < 2; ++g)
      if (const auto found = wanted.find(key + groups[g] + suffix); found != wanted.end()) {
        EXPECT_NEAR(values.at(output)[g], found->get<double>(), tolerance) << key << groups[g] << suffix;
        ++compared;
      }
  EXPECT_GE(compared, 6);
}

TEST(FairnessGolden, has_the_sources_curves_as_defaults) {
  const auto row = row_of(study, {});
  const auto& parameters = study.declaration().parameters;
  const char* suffixes[] = {"_weight", "_mean1", "_mean2", "_sd1", "_sd2", "_prop"};
  int compared = 0;
  const json all = curves();
  for (const auto& [name, six] : all.items())
    for (std::size_t k = 0; k < 6; ++k)
      for (std::size_t p = 0; p < row.size(); ++p)
        if (parameters[p].name == name + suffixes[k]) {
          EXPECT_EQ(row[p], six[k].get<double>()) << parameters[p].name;
          ++compared;
        }
  EXPECT_EQ(compared, 24);
}

TEST(FairnessGolden, density_of_each_curve) {
  const json at = golden("bias_mitigation/densities").at("inputs").at("c");
  const json densities = expected("densities");
  for (const auto& [name, wanted] : densities.items()) {
    const Curve curve = curve_of(curves().at(name));
    for (std::size_t i = 0; i < at.size(); ++i)
      EXPECT_NEAR(curve.weight * density(curve.mixture(), at[i].get<double>()), wanted[i].get<double>(),
                  1e-9 + 1e-12 * wanted[i].get<double>());
  }
}

TEST(FairnessGolden, people_counted_by_weights_and_on_the_grid) {
  const json wanted = expected("group_totals");
  for (int g = 0; g < 2; ++g) {
    const std::string y0 = "y0" + groups[g], y1 = "y1" + groups[g];
    const Group group{curve_of(curves().at(y0)), curve_of(curves().at(y1))};
    EXPECT_EQ(group.defaulting.weight, wanted["weights"][y0].get<double>());
    EXPECT_EQ(group.repaying.weight, wanted["weights"][y1].get<double>());
    EXPECT_NEAR(group.repaying.weight / (group.defaulting.weight + group.repaying.weight),
                wanted["base_rate_repay_" + groups[g]].get<double>(), 1e-10);
    const GridScores scores(group);
    EXPECT_NEAR(scores.defaulters(), wanted["discrete_sum_times_0.01"][y0].get<double>(), 1e-8);
    EXPECT_NEAR(scores.repayers(), wanted["discrete_sum_times_0.01"][y1].get<double>(), 1e-8);
  }
}

TEST(FairnessGolden, rates_at_given_thresholds_by_mixtures_and_on_the_grid) {
  for (const char* name :
       {"blind_0_0", "notebook_placeholder_dp_0.3_-0.1", "notebook_placeholder_eo_-0.1_-0.7", "blind_-1"}) {
    const json in = golden(std::string("bias_mitigation/") + name).at("inputs");
    Settings settings{{"tau0", in["tau0"].get<double>()}, {"tau1", in["tau1"].get<double>()}, {"form", continuous}};
    expect_rates(evaluate_point(study, settings), expected(name), "", 1e-11);
    settings["form"] = grid;
    expect_rates(evaluate_point(study, settings), expected(name), "_grid_strict", 1e-11);
  }
}

/// Finds the thresholds that the study gives for a target, then what happens at them.
void expect_target(const std::string& name, const char* target, const char* input, const char* output) {
  const double value = golden("bias_mitigation/" + name).at("inputs").at(input).get<double>();
  const json wanted = expected(name);
  const auto threshold = evaluate_point(study, {{target, value}}).at(output);
  EXPECT_NEAR(threshold[0], wanted["tau0"].get<double>(), 1e-10);
  EXPECT_NEAR(threshold[1], wanted["tau1"].get<double>(), 1e-10);
  expect_rates(evaluate_point(study, {{"tau0", threshold[0]}, {"tau1", threshold[1]}}), wanted, "", 1e-10);
}

TEST(FairnessGolden, thresholds_of_demographic_parity) {
  expect_target("demographic_parity_0.6", "target_rate", "rate", "parity_threshold");
  expect_target("demographic_parity_0.2", "target_rate", "rate", "parity_threshold");
}

TEST(FairnessGolden, thresholds_of_equal_opportunity) {
  expect_target("equal_opportunity_0.8", "target_tpr", "tpr", "opportunity_threshold");
  expect_target("equal_opportunity_0.5", "target_tpr", "tpr", "opportunity_threshold");
}

TEST(FairnessGolden, nearest_grid_thresholds_of_demographic_parity) {
  for (const char* name : {"demographic_parity_0.6_grid", "demographic_parity_0.2_grid"}) {
    const double rate = golden(std::string("bias_mitigation/") + name).at("inputs").at("rate").get<double>();
    const auto threshold = evaluate_point(study, {{"target_rate", rate}, {"form", grid}}).at("parity_threshold");
    EXPECT_NEAR(threshold[0], expected(name)["tau0"].get<double>(), 1e-15);
    EXPECT_NEAR(threshold[1], expected(name)["tau1"].get<double>(), 1e-15);
  }
}

TEST(FairnessGolden, area_under_the_curves) {
  const json wanted = expected("auc");
  const auto exact = evaluate_point(study, {{"form", continuous}}).at("auc");
  const auto trapezoids = evaluate_point(study, {{"form", grid}}).at("auc");
  for (int g = 0; g < 2; ++g) {
    EXPECT_NEAR(exact[g], wanted["auc_" + groups[g]].get<double>(), 1e-11);
    EXPECT_NEAR(trapezoids[g], wanted["auc_" + groups[g] + "_grid_trapezoid"].get<double>(), 1e-9);
  }
}

TEST(FairnessGolden, points_of_the_curves) {
  const json at = golden("bias_mitigation/roc_points").at("inputs").at("fpr");
  const auto roc = evaluate_point(study, {{"roc_points", 99}}).at("roc");
  for (int g = 0; g < 2; ++g)
    for (std::size_t i = 0; i < at.size(); ++i) {
      const auto k = static_cast<std::size_t>(std::lround(100 * at[i].get<double>())) - 1;
      EXPECT_NEAR(roc[g * 99 + k], expected("roc_points")["tpr_" + groups[g]][i].get<double>(), 1e-10);
    }
}

TEST(FairnessGolden, curves_that_do_not_cross) {
  const json wanted = expected("roc_crossings");
  const auto values = evaluate_point(study, {});
  EXPECT_EQ(values.at("roc_crossings")[0], static_cast<double>(wanted["crossing_fpr"].size()));
  EXPECT_TRUE(std::isnan(values.at("crossing_fpr")[0]));
  EXPECT_TRUE(std::isnan(values.at("crossing_tpr")[0]));
  EXPECT_NEAR(values.at("roc_lead")[0], wanted["max_difference_p0_minus_p1"].get<double>(), 1e-3);
  EXPECT_EQ(values.at("roc_lead")[1], 0.0);
}

TEST(FairnessGolden, thresholds_of_largest_profit) {
  const json wanted = expected("max_profit_loss1.0");
  const auto values = evaluate_point(study, {{"loss_ratio", 1.0}});
  for (int g = 0; g < 2; ++g) {
    const std::string digit = std::to_string(g);
    EXPECT_NEAR(values.at("best_threshold")[g], wanted["tau" + digit].get<double>(), 1e-9);
    EXPECT_NEAR(values.at("best_profit")[g], wanted["profit" + digit].get<double>(), 1e-8);
  }
}

TEST(FairnessGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("bias_mitigation").size(), 16u);
}

}  // namespace
}  // namespace trawl::studies
