// What must hold for any curves: symmetries, limits, definitions computed another way, and the edges of the domain.
#include "studies/fairness/fairness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "engine/random.hpp"
#include "studies/fairness/continuous_scores.hpp"
#include "studies/fairness/grid_scores.hpp"
#include "tests/studies/evaluate_point.hpp"

namespace trawl::studies {
namespace {

using namespace fairness;

const Fairness study;
constexpr double grid = 1;
const std::string curve_names[] = {"y0p0", "y1p0", "y0p1", "y1p1"};

double default_of(const std::string& name) {
  for (const Parameter& parameter : study.declaration().parameters)
    if (parameter.name == name) return parameter.default_value;
  throw std::invalid_argument(name);
}

Curve curve_of(const std::string& name, const Settings& settings = {}) {
  const auto value = [&](const char* suffix) {
    const auto found = settings.find(name + suffix);
    return found == settings.end() ? default_of(name + suffix) : found->second;
  };
  return {value("_weight"), value("_mean1"), value("_mean2"), value("_sd1"), value("_sd2"), value("_prop")};
}

/// Curves drawn at random: weights 1..1000, means in [-2, 2], sds in [0.3, 2], prop in [0, 1].
Settings random_settings(std::uint64_t index) {
  RandomSequence random(RandomStream(21, index), 0);
  const auto between = [&](double a, double b) { return a + (b - a) * random.uniform(); };
  Settings settings{{"tau0", between(-2, 2)},
                    {"tau1", between(-2, 2)},
                    {"target_rate", between(0.01, 0.99)},
                    {"target_tpr", between(0.01, 0.99)},
                    {"loss_ratio", between(0.1, 5)}};
  for (const std::string& name : curve_names) {
    settings[name + "_weight"] = between(1, 1000);
    for (const char* suffix : {"_mean1", "_mean2"}) settings[name + suffix] = between(-2, 2);
    for (const char* suffix : {"_sd1", "_sd2"}) settings[name + suffix] = between(0.3, 2);
    settings[name + "_prop"] = between(0, 1);
  }
  return settings;
}

/// Simpson's rule with n (even) intervals.
template <class F>
double integral(const F& f, double a, double b, int n) {
  double sum = f(a) + f(b);
  for (int i = 1; i < n; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(a + (b - a) * i / n);
  return sum * (b - a) / (3 * n);
}

bool same_bits(const Values& a, const Values& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first &&
           std::equal(x.second.begin(), x.second.end(), y.second.begin(), y.second.end(), [](double u, double v) {
             return std::bit_cast<std::uint64_t>(u) == std::bit_cast<std::uint64_t>(v);
           });
  });
}

TEST(Fairness, swapping_the_groups_swaps_the_outputs) {
  for (const double form : {0.0, grid}) {
    Settings settings = random_settings(1), swapped;
    for (const auto& [name, value] : settings) {
      std::string other = name;
      if (const auto group = other.find_first_of("01", 3); group == 3 && (other[2] == 'p' || other[2] == 'u'))
        other[3] = other[3] == '0' ? '1' : '0';
      swapped[other] = value;
    }
    settings["form"] = swapped["form"] = form;
    const Values a = evaluate_point(study, settings), b = evaluate_point(study, swapped);
    for (const char* name : {"acceptance_rate", "true_positive_rate", "false_positive_rate", "default_rate", "profit",
                             "auc", "parity_threshold", "opportunity_threshold", "best_threshold", "best_profit"}) {
      EXPECT_EQ(a.at(name)[0], b.at(name)[1]) << name;
      EXPECT_EQ(a.at(name)[1], b.at(name)[0]) << name;
    }
    EXPECT_EQ(a.at("demographic_parity_gap")[0], -b.at("demographic_parity_gap")[0]);
    EXPECT_EQ(a.at("equal_opportunity_gap")[0], -b.at("equal_opportunity_gap")[0]);
    EXPECT_NEAR(a.at("accuracy")[0], b.at("accuracy")[0], 1e-15);
    EXPECT_NEAR(a.at("roc_lead")[0], b.at("roc_lead")[1], 1e-12);
    EXPECT_EQ(a.at("roc_crossings")[0], b.at("roc_crossings")[0]);
  }
}

TEST(Fairness, shifting_scores_and_thresholds_together_changes_no_rate) {
  const double shift = 7.25;
  Settings settings = random_settings(2), shifted = settings;
  for (auto& [name, value] : shifted)
    if (name.substr(0, 3) == "tau" || name.find("_mean") != std::string::npos) value += shift;
  const Values a = evaluate_point(study, settings), b = evaluate_point(study, shifted);
  for (const auto& [name, values] : a) {
    const bool moves = name.ends_with("_threshold");
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      EXPECT_NEAR(b.at(name)[i], values[i] + (moves ? shift : 0), 1e-11 * std::max(1.0, std::abs(values[i]))) << name;
    }
  }
}

TEST(Fairness, accepts_everybody_below_all_scores_and_nobody_above_them) {
  for (const double form : {0.0, grid}) {
    const Values all = evaluate_point(study, {{"tau0", -1e3}, {"tau1", -1e3}, {"form", form}});
    const Values none = evaluate_point(study, {{"tau0", 1e3}, {"tau1", 1e3}, {"form", form}});
    const double tolerance = form == grid ? 1e-3 : 1e-15;
    for (int g = 0; g < 2; ++g) {
      for (const char* name : {"acceptance_rate", "true_positive_rate", "false_positive_rate"}) {
        EXPECT_EQ(all.at(name)[g], 1.0) << name;
        EXPECT_EQ(none.at(name)[g], 0.0) << name;
      }
      const double y0 = curve_of(curve_names[2 * g]).weight, y1 = curve_of(curve_names[2 * g + 1]).weight;
      EXPECT_NEAR(all.at("default_rate")[g], y0 / (y0 + y1), tolerance);
      EXPECT_TRUE(std::isnan(none.at("default_rate")[g]));
      EXPECT_EQ(none.at("profit")[g], 0.0);
    }
    EXPECT_NEAR(all.at("accuracy")[0], 1150.0 / 2350.0, tolerance);
    EXPECT_NEAR(none.at("accuracy")[0], 1200.0 / 2350.0, tolerance);
  }
}

TEST(Fairness, rates_are_integrals_of_the_densities) {
  for (std::uint64_t index = 10; index < 15; ++index) {
    const Settings settings = random_settings(index);
    const Values values = evaluate_point(study, settings);
    double right = 0, people = 0;
    for (std::size_t g = 0; g < 2; ++g) {
      const Curve y0 = curve_of(curve_names[2 * g], settings), y1 = curve_of(curve_names[2 * g + 1], settings);
      const double tau = settings.at(g == 0 ? "tau0" : "tau1");
      const auto share_above = [&](const Curve& curve) {
        const Mixture mixture = curve.mixture();
        return integral([&](double x) { return density(mixture, x); }, tau, tau + 25, 20000);
      };
      const double s0 = share_above(y0), s1 = share_above(y1), loss = settings.at("loss_ratio");
      EXPECT_NEAR(values.at("false_positive_rate")[g], s0, 1e-11);
      EXPECT_NEAR(values.at("true_positive_rate")[g], s1, 1e-11);
      EXPECT_NEAR(values.at("acceptance_rate")[g], (y0.weight * s0 + y1.weight * s1) / (y0.weight + y1.weight), 1e-11);
      EXPECT_NEAR(values.at("default_rate")[g], y0.weight * s0 / (y0.weight * s0 + y1.weight * s1), 1e-10);
      EXPECT_NEAR(values.at("profit")[g], y1.weight * s1 - loss * y0.weight * s0, 1e-7);
      right += y1.weight * s1 + y0.weight * (1 - s0);
      people += y0.weight + y1.weight;
    }
    EXPECT_NEAR(values.at("accuracy")[0], right / people, 1e-11);
  }
}

TEST(Fairness, area_under_the_curve_is_the_chance_that_a_repayer_scores_higher) {
  for (std::uint64_t index = 20; index < 25; ++index) {
    const Settings settings = random_settings(index);
    for (std::size_t g = 0; g < 2; ++g) {
      const Mixture y0 = curve_of(curve_names[2 * g], settings).mixture();
      const Mixture y1 = curve_of(curve_names[2 * g + 1], settings).mixture();
      const double chance = integral([&](double x) { return density(y0, x) * above(y1, x); }, -20, 20, 4000);
      EXPECT_NEAR(evaluate_point(study, settings).at("auc")[g], chance, 1e-11);
    }
  }
}

TEST(Fairness, target_thresholds_reach_their_targets) {
  for (std::uint64_t index = 30; index < 50; ++index) {
    Settings settings = random_settings(index);
    const Values values = evaluate_point(study, settings);
    const auto rates_at = [&](const char* threshold) {
      settings["tau0"] = values.at(threshold)[0];
      settings["tau1"] = values.at(threshold)[1];
      return evaluate_point(study, settings);
    };
    for (int g = 0; g < 2; ++g) {
      EXPECT_NEAR(rates_at("parity_threshold").at("acceptance_rate")[g], settings["target_rate"], 1e-14);
      EXPECT_NEAR(rates_at("opportunity_threshold").at("true_positive_rate")[g], settings["target_tpr"], 1e-14);
      EXPECT_NEAR(rates_at("best_threshold").at("profit")[g], values.at("best_profit")[g], 1e-9);
    }
  }
}

TEST(Fairness, no_threshold_earns_more_than_the_best) {
  for (std::uint64_t index = 50; index < 100; ++index) {
    const Settings settings = random_settings(index);
    const ContinuousScores scores({curve_of("y0p0", settings), curve_of("y1p0", settings)});
    const double loss = settings.at("loss_ratio");
    double most = scores.repayers() - loss * scores.defaulters();
    for (double tau = -20; tau < 20; tau += 0.01) {
      const Rates rate = scores.rates(tau);
      most = std::max(most, scores.repayers() * rate.true_positive - loss * scores.defaulters() * rate.false_positive);
    }
    // Near a maximum the profit falls by at most slope * step^2 / 8, under 0.1 for 1000 people of sd 0.3.
    EXPECT_GE(scores.best(loss).profit, most - 1e-9) << index;
    EXPECT_LE(scores.best(loss).profit, most + 0.1) << index;
  }
}

TEST(Fairness, best_threshold_grants_all_or_none_where_that_pays_most) {
  const Values all = evaluate_point(study, {{"loss_ratio", 0.0}});
  EXPECT_NEAR(all.at("best_profit")[0], 500.0, 1e-9);
  EXPECT_NEAR(all.at("best_profit")[1], 650.0, 1e-9);
  const Values none = evaluate_point(study, {{"y1p0_weight", 0.0}});
  EXPECT_NEAR(none.at("best_profit")[0], 0.0, 1e-9);
  EXPECT_GE(none.at("best_threshold")[0], 1.5);
}

TEST(Fairness, curves_rise_and_read_back_their_own_points) {
  for (std::uint64_t index = 70; index < 80; ++index) {
    Settings settings = random_settings(index);
    settings["roc_points"] = 199;
    for (const double form : {0.0, grid}) {
      settings["form"] = form;
      const auto roc = evaluate_point(study, settings).at("roc");
      ASSERT_EQ(roc.size(), 398u);
      for (std::size_t i = 1; i < 199; ++i) {
        EXPECT_GE(roc[i], roc[i - 1]);
        EXPECT_GE(roc[199 + i], roc[199 + i - 1]);
      }
    }
    const Group group{curve_of("y0p0", settings), curve_of("y1p0", settings)};
    const ContinuousScores exact(group);
    const GridScores sums(group);
    for (double tau = -1.5; tau < 1.5; tau += 0.1) {
      const Rates rate = exact.rates(tau);
      EXPECT_NEAR(exact.roc(rate.false_positive), rate.true_positive, 1e-12);
      EXPECT_NEAR(sums.roc(sums.rates(tau).false_positive), sums.rates(tau).true_positive, 1e-12);
      EXPECT_NEAR(sums.roc(rate.false_positive), rate.true_positive, 0.15);
    }
  }
}

/// ROC curves of normal scores are known: TPR = Phi((m1 - m0 + s0 z) / s1) at FPR = Phi(z), so that two such
/// curves cross where the groups' (m1 - m0 + s0 z) / s1 are equal. Here they are a0 + b0 z and a1 + b1 z.
Settings binormal(double a0, double b0, double a1, double b1, double sd = 1) {
  Settings settings;
  const double a[] = {a0, a1}, b[] = {b0, b1};
  for (std::size_t g = 0; g < 2; ++g) {
    const std::string y0 = curve_names[2 * g], y1 = curve_names[2 * g + 1];
    for (const char* part : {"1", "2"}) {
      settings[y0 + "_mean" + part] = 0;
      settings[y0 + "_sd" + part] = sd;
      settings[y1 + "_mean" + part] = sd * a[g] / b[g];
      settings[y1 + "_sd" + part] = sd / b[g];
    }
  }
  return settings;
}

double phi(double z) {
  return 0.5 * std::erfc(-z / std::sqrt(2.0));
}

TEST(Fairness, crossing_of_two_binormal_curves_is_where_theory_has_it) {
  // a + b z is 1 + z for p0 and 0.7 + 0.6 z for p1: equal at z = -0.75.
  const Values values = evaluate_point(study, binormal(1, 1, 0.7, 0.6));
  EXPECT_EQ(values.at("roc_crossings")[0], 1.0);
  EXPECT_NEAR(values.at("crossing_fpr")[0], phi(-0.75), 1e-10);
  EXPECT_NEAR(values.at("crossing_tpr")[0], phi(0.25), 1e-10);
  double lead[2] = {0, 0};
  for (double z = -7; z < 6; z += 1e-4) {
    const double difference = phi(1 + z) - phi(0.7 + 0.6 * z);
    lead[0] = std::max(lead[0], difference);
    lead[1] = std::max(lead[1], -difference);
  }
  EXPECT_NEAR(values.at("roc_lead")[0], lead[0], 1e-8);
  EXPECT_NEAR(values.at("roc_lead")[1], lead[1], 1e-8);
}

TEST(Fairness, curves_cross_on_the_grid_where_the_exact_ones_do) {
  Settings settings = binormal(1, 1, 0.7, 0.6, 0.3);
  settings["form"] = grid;
  const Values values = evaluate_point(study, settings);
  EXPECT_NEAR(values.at("crossing_fpr")[0], phi(-0.75), 2e-3);
  EXPECT_NEAR(values.at("crossing_tpr")[0], phi(0.25), 2e-3);
}

TEST(Fairness, equal_curves_do_not_cross_even_if_the_scores_are_shifted) {
  for (const double shift : {0.0, 0.3, 100.0}) {
    Settings settings = binormal(1.3, 0.8, 1.3, 0.8);
    for (auto& [name, value] : settings)
      if (name.substr(2, 6) == "p1_mea") value += shift;
    const Values values = evaluate_point(study, settings);
    EXPECT_EQ(values.at("roc_crossings")[0], 0.0);
    EXPECT_NEAR(values.at("roc_lead")[0], 0.0, 1e-9);
    EXPECT_NEAR(values.at("roc_lead")[1], 0.0, 1e-9);
  }
}

TEST(Fairness, grid_form_is_the_sources_sums) {
  const Settings settings{{"tau0", 0.0}, {"tau1", -4.0}, {"form", grid}};
  const Values values = evaluate_point(study, settings);
  for (std::size_t g = 0; g < 2; ++g) {
    double total[2] = {0, 0}, granted[2] = {0, 0};
    for (std::size_t y = 0; y < 2; ++y) {
      const Curve curve = curve_of(curve_names[2 * g + y]);
      for (std::size_t i = 0; i < grid_size; ++i) {
        const double score = grid_score(i), frequency = curve.weight * density(curve.mixture(), score);
        total[y] += frequency;
        if (score > settings.at(g == 0 ? "tau0" : "tau1")) granted[y] += frequency;
      }
    }
    EXPECT_NEAR(values.at("false_positive_rate")[g], granted[0] / total[0], 1e-13);
    EXPECT_NEAR(values.at("true_positive_rate")[g], granted[1] / total[1], 1e-13);
    EXPECT_NEAR(values.at("acceptance_rate")[g], (granted[0] + granted[1]) / (total[0] + total[1]), 1e-13);
  }
}

TEST(Fairness, grid_scores_are_those_of_numpy) {
  EXPECT_EQ(grid_score(0), -4.0);
  EXPECT_EQ(grid_score(1), -3.99);
  EXPECT_EQ(grid_score(400), -8.526512829121202e-14);
  EXPECT_EQ(grid_score(799), 3.9899999999998297);
}

TEST(Fairness, grid_rates_are_close_to_the_exact_ones) {
  for (double tau = -3; tau <= 3; tau += 0.37) {
    const Values exact = evaluate_point(study, {{"tau0", tau}, {"tau1", tau}});
    const Values sums = evaluate_point(study, {{"tau0", tau}, {"tau1", tau}, {"form", grid}});
    for (int g = 0; g < 2; ++g) EXPECT_NEAR(sums.at("acceptance_rate")[g], exact.at("acceptance_rate")[g], 5e-3);
  }
}

TEST(Fairness, score_with_a_given_share_above_it_is_found_in_any_mixture) {
  const Mixture mixtures[] = {
      {{1, 0, 1}},
      {{0.5, -1e6, 1e-6}, {0.5, 1e6, 1e-6}},
      {{1 - 1e-9, 0, 1}, {1e-9, 50, 0.01}},
      {{0.999, 3, 1e-6}, {0.001, 3, 1e6}},
      {{0, 1e6, 1e-6}, {1, 2, 0.5}},
  };
  for (const Mixture& mixture : mixtures)
    for (const double share : {1e-300, 1e-12, 1e-6, 0.01, 0.25, 0.5, 0.75, 0.99, 1 - 1e-12}) {
      const double score = score_with_above(mixture, share);
      const double step = 1e-12 * (std::abs(score) + 1e-6);
      EXPECT_GE(above(mixture, score - step), share * (1 - 1e-9)) << share;
      EXPECT_LE(above(mixture, score + step), share * (1 + 1e-9)) << share;
      EXPECT_NEAR(score_with_below(mixture, share),
                  -score_with_above(
                      [&] {
                        Mixture mirrored = mixture;
                        for (Normal& part : mirrored) part.mean = -part.mean;
                        return mirrored;
                      }(),
                      share),
                  1e-9);
    }
}

TEST(Fairness, a_guess_changes_the_way_not_the_answer) {
  const Mixture mixture = curve_of("y1p0").mixture();
  const double score = score_with_above(mixture, 0.3);
  for (const double guess : {-100.0, -1.0, 0.5, 3.0, 1e9})
    EXPECT_NEAR(score_with_above(mixture, 0.3, guess), score, 1e-14);
}

TEST(Fairness, shares_at_the_ends_leave_one_part) {
  const Values one = evaluate_point(study, {{"y1p0_prop", 1.0}, {"y1p0_mean1", 0.5}, {"y1p0_sd1", 2.0}, {"tau0", 1.0}});
  EXPECT_NEAR(one.at("true_positive_rate")[0], phi(-0.25), 1e-15);
  const Values other =
      evaluate_point(study, {{"y1p0_prop", 0.0}, {"y1p0_mean2", 0.5}, {"y1p0_sd2", 2.0}, {"tau0", 1.0}});
  EXPECT_EQ(other.at("true_positive_rate")[0], one.at("true_positive_rate")[0]);
}

TEST(Fairness, group_without_defaulters_never_defaults) {
  const Values values = evaluate_point(study, {{"y0p0_weight", 0.0}});
  EXPECT_EQ(values.at("default_rate")[0], 0.0);
  EXPECT_EQ(values.at("acceptance_rate")[0], values.at("true_positive_rate")[0]);
}

TEST(Fairness, fails_a_group_without_people_and_a_curve_off_the_grid) {
  for (const double form : {0.0, grid})
    EXPECT_THROW(evaluate_point(study, {{"y0p1_weight", 0.0}, {"y1p1_weight", 0.0}, {"form", form}}),
                 std::domain_error);
  EXPECT_THROW(evaluate_point(study, {{"y0p0_mean1", 100.0}, {"y0p0_mean2", 100.0}, {"form", grid}}),
               std::domain_error);
  EXPECT_NO_THROW(evaluate_point(study, {{"y0p0_mean1", 100.0}, {"y0p0_mean2", 100.0}}));
}

TEST(Fairness, gives_the_same_bits_alone_and_in_any_block) {
  std::vector<std::vector<double>> rows;
  for (int i = 0; i < 60; ++i) {
    Settings settings = i % 20 < 10 ? random_settings(i / 10) : Settings{};
    settings["tau0"] = 0.1 * (i / 7);
    settings["tau1"] = 0.2 * (i % 7);
    settings["form"] = i / 30;
    rows.push_back(row_of(study, settings));
  }
  const auto together = evaluate_block(study, rows);
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_TRUE(same_bits(together[i], evaluate_block(study, {rows[i]}).front())) << i;
}

TEST(Fairness, largest_number_of_curve_points_in_the_sweep_sets_their_dimension) {
  std::vector<Extent> extents;
  for (const Parameter& parameter : study.declaration().parameters)
    extents.push_back({parameter.default_value, parameter.default_value});
  extents.back() = {4, 9};
  const OutputLayout layout = study.outputs(extents);
  ASSERT_EQ(layout.dimensions.back().name, "fpr");
  ASSERT_EQ(layout.dimensions.back().values.size(), 9u);
  EXPECT_EQ(layout.dimensions.back().values[2], 0.3);
  EXPECT_EQ(layout.dimensions.front().labels, (std::vector<std::string>{"p0", "p1"}));
}

}  // namespace
}  // namespace trawl::studies
