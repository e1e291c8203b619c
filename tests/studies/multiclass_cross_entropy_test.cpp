#include "studies/multiclass_cross_entropy/multiclass_cross_entropy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/studies/allocations.hpp"
#include "tests/studies/loss_net_reference.hpp"

namespace trawl::studies {
namespace {

const MulticlassCrossEntropy study;
constexpr std::size_t weights = 18;

std::vector<double> y_train() {
  return flat(golden("multiclass_cross_entropy/default").at("inputs").at("y_train"));
}

/// A network with the same logits everywhere.
Settings constant_net(const std::vector<double>& logits) {
  Settings settings;
  for (std::size_t k = 0; k < 3; ++k) {
    settings["beta1_" + std::to_string(k)] = logits[k];
    for (std::size_t j = 0; j < 3; ++j) settings["omega1_" + std::to_string(k) + std::to_string(j)] = 0;
  }
  return settings;
}

TEST(MulticlassCrossEntropyGolden, has_the_sources_network_and_data_as_defaults) {
  const auto& one = golden("multiclass_cross_entropy/default");
  EXPECT_EQ(row_of(study, weights_from(one.at("inputs"), study, 3)), row_of(study, {}));
  const Values values = evaluate_point(study, {});
  expect_golden(one, "nll", values.at("nll"));
  expect_golden(one, "likelihood", values.at("likelihood"));
  expect_golden(one, "lambda_of_true_class", values.at("true_probability"));
  expect_golden(one, "printed_nll", values.at("nll"));
  expect_golden(one, "printed_likelihood", values.at("likelihood"));
}

TEST(MulticlassCrossEntropyGolden, has_the_loss_of_other_offsets) {
  const auto& one = golden("multiclass_cross_entropy/beta1_vec_0_0_0");
  expect_golden(one, "nll", evaluate_point(study, weights_from(one.at("inputs"), study, 3)).at("nll"));
}

TEST(MulticlassCrossEntropyGolden, has_the_classes_along_the_inputs) {
  const auto& one = golden("multiclass_cross_entropy/softmax_columns");
  std::vector<double> all;
  for (const double x : flat(one.at("inputs").at("x"))) {
    const Values values = evaluate_point(study, {{"x", x}});
    all.insert(all.end(), values.at("lambda").begin(), values.at("lambda").end());
  }
  expect_golden(one, "lambda_columns", all);
}

TEST(MulticlassCrossEntropyGolden, stays_exact_for_large_logits) {
  const auto& one = golden("multiclass_cross_entropy/stability");
  std::vector<double> losses;
  for (std::size_t i = 0; i < 2; ++i) {
    Settings settings = constant_net(flat(one.at("inputs").at("logits")[i]));
    settings["y"] = one.at("inputs").at("y")[i];
    losses.push_back(evaluate_point(study, settings).at("point_nll")[0]);
  }
  expect_golden(one, "nll", losses);
}

TEST(MulticlassCrossEntropyGolden, finds_the_best_offset_on_the_grid_and_off_it) {
  const auto& one = golden("multiclass_cross_entropy/sweep_beta1_0");
  Values best;
  double at = 0;
  for (int i = 0; i < 80; ++i) {
    const double offset = -2 + 0.1 * i;
    const Values values = evaluate_point(study, {{"beta1_0", offset}, {"component", one.at("inputs").at("component")}});
    expect_golden(one, "exact_argmin", values.at("best_beta1"));
    expect_golden(one, "exact_min_nll", values.at("best_beta1_nll"));
    if (best.empty() || values.at("nll")[0] < best.at("nll")[0]) best = values, at = offset;
  }
  expect_golden(one, "grid_argmin", at);
  expect_golden(one, "grid_min_nll", best.at("nll"));
  expect_golden(one, "grid_max_likelihood", best.at("likelihood"));
}

TEST(MulticlassCrossEntropyGolden, has_the_gradient) {
  const auto& one = golden("multiclass_cross_entropy/gradient_default");
  const auto gradient = evaluate_point(study, {}).at("gradient");
  expect_golden(one, "d_beta_0", {gradient.begin(), gradient.begin() + 3});
  expect_golden(one, "d_omega_0", {gradient.begin() + 3, gradient.begin() + 6});
  expect_golden(one, "d_beta_1", {gradient.begin() + 6, gradient.begin() + 9});
  expect_golden(one, "d_omega_1", {gradient.begin() + 9, gradient.end()});
}

TEST(MulticlassCrossEntropyGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("multiclass_cross_entropy").size(), 6u);
}

TEST(MulticlassCrossEntropy, has_the_gradient_of_dual_numbers_and_of_differences) {
  const auto y = y_train();
  const auto loss = [&](const std::vector<Dual>& w) {
    Dual sum;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto f = reference_outputs(w, 3, data::x20[i]);
      sum = sum + log(exp(f[0]) + exp(f[1]) + exp(f[2])) - f[static_cast<std::size_t>(y[i])];
    }
    return sum;
  };
  for (std::uint64_t index = 0; index < 20; ++index)
    expect_gradient(study, random_weights(study, weights, index), loss);
}

TEST(MulticlassCrossEntropy, reaches_its_minimum_in_each_class_where_it_says) {
  for (std::uint64_t index = 100; index < 130; ++index) {
    const std::size_t k = index % 3;
    Settings settings = random_weights(study, weights, index);
    settings["component"] = static_cast<double>(k);
    const Values values = evaluate_point(study, settings);
    settings["beta1_" + std::to_string(k)] = values.at("best_beta1")[0];
    const Values best = evaluate_point(study, settings);
    EXPECT_NEAR(best.at("gradient")[6 + k], 0, 1e-12);
    EXPECT_NEAR(best.at("nll")[0] / values.at("best_beta1_nll")[0], 1, 1e-13);
    EXPECT_LE(best.at("nll")[0], values.at("nll")[0] * (1 + 1e-15));
  }
}

TEST(MulticlassCrossEntropy, ignores_a_shift_of_all_logits) {
  const Values values = evaluate_point(study, {});
  const Values shifted = evaluate_point(study, {{"beta1_0", 1002.0}, {"beta1_1", 998.0}, {"beta1_2", 1000.0}});
  EXPECT_NEAR(shifted.at("nll")[0], values.at("nll")[0], 1e-11);
  const auto& gradient = values.at("gradient");
  EXPECT_NEAR(gradient[6] + gradient[7] + gradient[8], 0, 1e-14);
}

TEST(MulticlassCrossEntropy, learns_the_shares_of_the_labels_when_the_network_says_nothing) {
  const auto y = y_train();
  for (std::size_t k = 0; k < 3; ++k) {
    Settings settings = constant_net({0, 0, 0});
    settings["component"] = static_cast<double>(k);
    const double count = static_cast<double>(std::count(y.begin(), y.end(), static_cast<double>(k)));
    EXPECT_NEAR(evaluate_point(study, settings).at("best_beta1")[0], std::log(2 * count / (20 - count)), 1e-14);
  }
}

TEST(MulticlassCrossEntropy, point_agrees_with_the_training_points) {
  const auto y = y_train();
  const Values all = evaluate_point(study, {});
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Values values = evaluate_point(study, {{"x", data::x20[i]}, {"y", y[i]}});
    EXPECT_NEAR(values.at("lambda")[static_cast<std::size_t>(y[i])], all.at("true_probability")[i], 1e-15);
    sum += values.at("point_nll")[0];
  }
  EXPECT_NEAR(sum, all.at("nll")[0], 1e-13);
}

TEST(MulticlassCrossEntropy, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
