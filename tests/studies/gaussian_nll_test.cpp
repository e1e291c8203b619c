#include "studies/gaussian_nll/gaussian_nll.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "tests/studies/allocations.hpp"
#include "tests/studies/loss_net_reference.hpp"

namespace trawl::studies {
namespace {

const GaussianNll study;
constexpr std::size_t weights = 11;  // with sigma

std::vector<double> y_train() {
  return flat(golden("gaussian_nll/default").at("inputs").at("y_train"));
}

Settings settings_of(const nlohmann::json& inputs) {
  Settings settings = weights_from(inputs, study, 1);
  if (inputs.contains("sigma")) settings["sigma"] = inputs.at("sigma");
  return settings;
}

void expect_losses(const nlohmann::json& one) {
  const Values values = evaluate_point(study, settings_of(one.at("inputs")));
  expect_golden(one, "nll", values.at("nll"));
  expect_golden(one, "likelihood", values.at("likelihood"));
  expect_golden(one, "sum_sq", values.at("sum_of_squares"));
}

TEST(GaussianNllGolden, has_the_sources_network_and_data_as_defaults) {
  const auto& one = golden("gaussian_nll/default");
  EXPECT_EQ(row_of(study, settings_of(one.at("inputs"))), row_of(study, {}));
  EXPECT_EQ(flat(one.at("inputs").at("x_train")), std::vector<double>(data::x20.begin(), data::x20.end()));
  expect_losses(one);
  const Values values = evaluate_point(study, {});
  expect_golden(one, "mu", values.at("prediction"));
  expect_golden(one, "printed_nll", values.at("nll"));
  expect_golden(one, "printed_likelihood", values.at("likelihood"));
  expect_golden(one, "printed_sum_sq", values.at("sum_of_squares"));
}

TEST(GaussianNllGolden, has_the_losses_of_other_offsets_and_sigmas) {
  for (const char* name : {"beta1_0.0", "beta1_0.27", "sigma_0.1"})
    expect_losses(golden(std::string("gaussian_nll/") + name));
}

TEST(GaussianNllGolden, has_the_normal_density) {
  const auto& one = golden("gaussian_nll/normal_pdf");
  const auto& in = one.at("inputs");
  expect_golden(one, "pdf", normal_density(in.at("y"), in.at("mu"), in.at("sigma")));
  Settings settings = {{"y", in.at("y")}, {"sigma", in.at("sigma")}, {"beta1", in.at("mu")}};
  for (const char* name : {"omega1_0", "omega1_1", "omega1_2"}) settings[name] = 0;
  expect_golden(one, "pdf", evaluate_point(study, settings).at("density"));
  expect_golden(one, "printed", evaluate_point(study, settings).at("density"));
}

TEST(GaussianNllGolden, finds_the_best_offset_on_the_grid_and_off_it) {
  const auto& one = golden("gaussian_nll/sweep_beta1");
  Values best;
  double at = 0;
  for (int i = 0; i < 100; ++i) {
    const Values values = evaluate_point(study, {{"beta1", 0.01 * i}, {"sigma", 0.2}});
    expect_golden(one, "exact_argmin_beta1", values.at("best_beta1"));
    expect_golden(one, "exact_min_nll", values.at("best_beta1_nll"));
    expect_golden(one, "exact_min_sum_sq", values.at("best_beta1_sum_of_squares"));
    if (best.empty() || values.at("nll")[0] < best.at("nll")[0]) best = values, at = 0.01 * i;
  }
  expect_golden(one, "grid_argmin_beta1", at);
  expect_golden(one, "grid_min_nll", best.at("nll"));
  expect_golden(one, "grid_max_likelihood", best.at("likelihood"));
  expect_golden(one, "grid_min_sum_sq", best.at("sum_of_squares"));
}

TEST(GaussianNllGolden, finds_the_best_sigma_on_the_grid_and_off_it) {
  const auto& one = golden("gaussian_nll/sweep_sigma");
  Values best;
  double at = 0;
  for (int i = 0; i < 80; ++i) {
    const Values values = evaluate_point(study, {{"beta1", 0.27}, {"sigma", 0.1 + 0.005 * i}});
    expect_golden(one, "exact_argmin_sigma", values.at("best_sigma"));
    expect_golden(one, "exact_min_nll", values.at("best_sigma_nll"));
    if (best.empty() || values.at("nll")[0] < best.at("nll")[0]) best = values, at = 0.1 + 0.005 * i;
  }
  expect_golden(one, "grid_argmin_sigma", at);
  expect_golden(one, "grid_min_nll", best.at("nll"));
  expect_golden(one, "grid_max_likelihood", best.at("likelihood"));
}

TEST(GaussianNllGolden, has_the_gradient) {
  const auto& one = golden("gaussian_nll/gradient_default");
  const auto gradient = evaluate_point(study, {}).at("gradient");
  expect_golden(one, "d_beta_0", {gradient.begin(), gradient.begin() + 3});
  expect_golden(one, "d_omega_0", {gradient.begin() + 3, gradient.begin() + 6});
  expect_golden(one, "d_beta_1", gradient[6]);
  expect_golden(one, "d_omega_1", {gradient.begin() + 7, gradient.begin() + 10});
  expect_golden(one, "d_sigma", gradient[10]);
}

TEST(GaussianNllGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("gaussian_nll").size(), 8u);
}

TEST(GaussianNll, has_the_gradient_of_dual_numbers_and_of_differences) {
  const auto y = y_train();
  const auto loss = [&](const std::vector<Dual>& w) {
    Dual squares, sigma = w[10];
    for (std::size_t i = 0; i < y.size(); ++i) {
      const Dual residual = Dual(y[i]) - reference_outputs(w, 1, data::x20[i])[0];
      squares = squares + residual * residual;
    }
    return Dual(10) * log(Dual(2 * std::numbers::pi) * sigma * sigma) + squares / (Dual(2) * sigma * sigma);
  };
  for (std::uint64_t index = 0; index < 20; ++index) {
    Settings settings = random_weights(study, weights - 1, index);
    settings["sigma"] = 0.3 + 0.1 * static_cast<double>(index);
    expect_gradient(study, settings, loss);
  }
}

TEST(GaussianNll, is_the_sum_of_the_points_log_densities) {
  const auto y = y_train();
  const Values values = evaluate_point(study, {{"sigma", 0.7}});
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum -= std::log(normal_density(y[i], values.at("prediction")[i], 0.7));
  EXPECT_NEAR(values.at("nll")[0], sum, 1e-12);
}

TEST(GaussianNll, reaches_its_minima_where_it_says) {
  for (std::uint64_t index = 100; index < 110; ++index) {
    Settings settings = random_weights(study, weights - 1, index);
    const Values values = evaluate_point(study, settings);
    Settings best = settings;
    best["beta1"] = values.at("best_beta1")[0];
    const Values at_beta1 = evaluate_point(study, best);
    EXPECT_NEAR(at_beta1.at("nll")[0], values.at("best_beta1_nll")[0], 1e-9);
    EXPECT_NEAR(at_beta1.at("gradient")[6], 0, 1e-8);
    best = settings;
    best["sigma"] = values.at("best_sigma")[0];
    const Values at_sigma = evaluate_point(study, best);
    EXPECT_NEAR(at_sigma.at("nll")[0], values.at("best_sigma_nll")[0], 1e-9);
    EXPECT_NEAR(at_sigma.at("gradient")[10], 0, 1e-8);
  }
}

TEST(GaussianNll, best_offset_ignores_sigma_and_least_squares_tell_nothing_of_it) {
  const Values narrow = evaluate_point(study, {{"sigma", 0.05}}), wide = evaluate_point(study, {{"sigma", 5.0}});
  EXPECT_EQ(narrow.at("best_beta1"), wide.at("best_beta1"));
  EXPECT_EQ(narrow.at("sum_of_squares"), wide.at("sum_of_squares"));
  EXPECT_NE(narrow.at("nll"), wide.at("nll"));
}

TEST(GaussianNll, keeps_the_loss_where_the_likelihood_underflows) {
  const Values values = evaluate_point(study, {{"beta1", 100.0}});
  EXPECT_EQ(values.at("likelihood")[0], 0);
  EXPECT_NEAR(values.at("nll")[0] / 2.49e6, 1, 1e-2);
}

TEST(GaussianNll, writes_the_network_at_any_input) {
  for (std::size_t i = 0; i < data::x20.size(); ++i) {
    const Values values = evaluate_point(study, {{"x", data::x20[i]}});
    EXPECT_EQ(values.at("mu")[0], values.at("prediction")[i]);
  }
}

TEST(GaussianNll, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
