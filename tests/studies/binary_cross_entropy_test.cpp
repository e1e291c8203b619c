#include "studies/binary_cross_entropy/binary_cross_entropy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "studies/models/logit_shift.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/loss_net_reference.hpp"

namespace trawl::studies {
namespace {

const BinaryCrossEntropy study;
constexpr std::size_t weights = 10;

std::vector<double> y_train() {
  return flat(golden("binary_cross_entropy/default").at("inputs").at("y_train"));
}

/// A network whose output is `logit` everywhere.
Settings constant_net(double logit) {
  return {{"beta1", logit}, {"omega1_0", 0}, {"omega1_1", 0}, {"omega1_2", 0}};
}

TEST(BinaryCrossEntropyGolden, has_the_sources_network_and_data_as_defaults) {
  const auto& one = golden("binary_cross_entropy/default");
  EXPECT_EQ(row_of(study, weights_from(one.at("inputs"), study, 1)), row_of(study, {}));
  const Values values = evaluate_point(study, {});
  expect_golden(one, "nll", values.at("nll"));
  expect_golden(one, "likelihood", values.at("likelihood"));
  expect_golden(one, "logits", values.at("logit"));
  expect_golden(one, "lambda", values.at("probability"));
  expect_golden(one, "printed_nll", values.at("nll"));
  expect_golden(one, "printed_likelihood", values.at("likelihood"));
}

TEST(BinaryCrossEntropyGolden, has_the_losses_of_other_offsets) {
  for (const char* id : {"binary_cross_entropy/beta1_-2.0", "binary_cross_entropy/beta1_4.0"}) {
    const auto& one = golden(id);
    const Values values = evaluate_point(study, {{"beta1", one.at("inputs").at("beta_1")}});
    expect_golden(one, "nll", values.at("nll"));
    expect_golden(one, "likelihood", values.at("likelihood"));
  }
}

TEST(BinaryCrossEntropyGolden, has_the_bernoulli_distribution) {
  const auto& one = golden("binary_cross_entropy/bernoulli");
  const double lambda = one.at("inputs").at("lambda");
  Settings settings = constant_net(std::log(lambda / (1 - lambda)));
  settings["y"] = 0;
  expect_golden(one, "pr_y0", evaluate_point(study, settings).at("point_probability"));
  settings["y"] = 1;
  expect_golden(one, "pr_y1", evaluate_point(study, settings).at("point_probability"));
}

TEST(BinaryCrossEntropyGolden, stays_exact_for_large_logits) {
  const auto& one = golden("binary_cross_entropy/stability");
  std::vector<double> losses;
  for (const double logit : flat(one.at("inputs").at("logit"))) {
    Settings settings = constant_net(logit);
    settings["y"] = one.at("inputs").at("y");
    losses.push_back(evaluate_point(study, settings).at("point_nll")[0]);
  }
  expect_golden(one, "nll", losses);
}

TEST(BinaryCrossEntropyGolden, finds_the_best_offset_on_the_grid_and_off_it) {
  const auto& one = golden("binary_cross_entropy/sweep_beta1");
  Values best;
  double at = 0;
  for (int i = 0; i < 80; ++i) {
    const double beta1 = -2 + 0.1 * i;
    const Values values = evaluate_point(study, {{"beta1", beta1}});
    expect_golden(one, "exact_argmin_beta1", values.at("best_beta1"));
    expect_golden(one, "exact_min_nll", values.at("best_beta1_nll"));
    if (best.empty() || values.at("nll")[0] < best.at("nll")[0]) best = values, at = beta1;
  }
  expect_golden(one, "grid_argmin_beta1", at);
  expect_golden(one, "grid_min_nll", best.at("nll"));
  expect_golden(one, "grid_max_likelihood", best.at("likelihood"));
}

TEST(BinaryCrossEntropyGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("binary_cross_entropy").size(), 6u);
}

TEST(BinaryCrossEntropy, has_the_gradient_of_dual_numbers_and_of_differences) {
  const auto y = y_train();
  const auto loss = [&](const std::vector<Dual>& w) {
    Dual sum;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const Dual f = reference_outputs(w, 1, data::x20[i])[0];
      sum = sum + log(Dual(1) + exp(f)) - Dual(y[i]) * f;
    }
    return sum;
  };
  for (std::uint64_t index = 0; index < 20; ++index)
    expect_gradient(study, random_weights(study, weights, index), loss);
}

TEST(BinaryCrossEntropy, reaches_its_minimum_where_it_says) {
  for (std::uint64_t index = 100; index < 120; ++index) {
    Settings settings = random_weights(study, weights, index);
    for (const char* name : {"omega1_0", "omega1_1", "omega1_2"}) settings[name] *= std::pow(10, index % 4);
    const Values values = evaluate_point(study, settings);
    settings["beta1"] = values.at("best_beta1")[0];
    const Values best = evaluate_point(study, settings);
    EXPECT_NEAR(best.at("gradient")[6], 0, 1e-11) << index;
    EXPECT_NEAR(best.at("nll")[0] / values.at("best_beta1_nll")[0], 1, 1e-12);
    EXPECT_LE(values.at("best_beta1_nll")[0], values.at("nll")[0] * (1 + 1e-15));
  }
}

TEST(BinaryCrossEntropy, learns_the_share_of_the_labels_when_the_network_says_nothing) {
  const Values values = evaluate_point(study, constant_net(-3));
  EXPECT_NEAR(values.at("best_beta1")[0], std::log(11.0 / 9.0), 1e-15);
  EXPECT_NEAR(values.at("best_beta1_nll")[0], -11 * std::log(0.55) - 9 * std::log(0.45), 1e-13);
}

TEST(BinaryCrossEntropy, point_agrees_with_the_training_points) {
  const auto y = y_train();
  const Values all = evaluate_point(study, {});
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Values values = evaluate_point(study, {{"x", data::x20[i]}, {"y", y[i]}});
    EXPECT_EQ(values.at("lambda")[0], all.at("probability")[i]);
    EXPECT_NEAR(std::exp(-values.at("point_nll")[0]), values.at("point_probability")[0], 1e-15);
    sum += values.at("point_nll")[0];
  }
  EXPECT_NEAR(sum, all.at("nll")[0], 1e-13);
}

TEST(BinaryCrossEntropy, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

TEST(LogitShift, solves_its_equation_however_far_the_logits_are_apart) {
  for (const double spread : {0.0, 1.0, 30.0, 500.0, 1e5})
    for (std::size_t positives = 1; positives < 5; ++positives) {
      const std::array<double, 5> z = {0.3 * spread, -spread, 1.7 * spread, 0.31 * spread, -0.2 * spread};
      const double t = models::best_logit_shift(z, positives);
      double sum = 0;
      for (const double one : z) sum += sigmoid(one + t);
      EXPECT_NEAR(sum, static_cast<double>(positives), 1e-11 * (1 + spread)) << spread;
    }
  const double gap = models::best_logit_shift(std::array<double, 2>{1e4, -2e4}, 1);
  EXPECT_EQ(gap, 5e3);  // flat between; the middle, by symmetry
  EXPECT_TRUE(std::isnan(models::best_logit_shift(std::array<double, 2>{std::nan(""), 1}, 1)));
}

}  // namespace
}  // namespace trawl::studies
