#include "studies/cvae/cvae.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "engine/optimizer.hpp"
#include "studies/cvae/linear_optimum.hpp"
#include "studies/cvae/network.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using namespace autoencoder;

const Cvae cvae;
const Study& study = cvae;

/// Rows of both matrices, one net's two heads: the code's mean and log-variance side by side.
Json stacked(const Json& upper, const Json& lower) {
  Json all = upper;
  for (const Json& row : lower) all.push_back(row);
  return all;
}

/// Parameters or gradients of a reference case in our order.
Numbers all_params(const Json& parts) {
  Numbers all = flat_params({parts["enc_W1"], stacked(parts["enc_Wmu"], parts["enc_Wlv"])},
                            {parts["enc_b1"], stacked(parts["enc_bmu"], parts["enc_blv"])});
  const Numbers decoder = flat_params({parts["dec_W1"], parts["dec_W2"]}, {parts["dec_b1"], parts["dec_b2"]});
  all.insert(all.end(), decoder.begin(), decoder.end());
  return all;
}

/// A reference case with its nets and its two rows.
struct FixedNet {
  explicit FixedNet(const Json& one)
      : inputs(one["inputs"]),
        expected(one["expected"]),
        y(flat(inputs["y_rows"])),
        c(flat(inputs["condition_rows"])),
        epsilon(flat(inputs["epsilon_rows"])),
        beta(inputs["beta"]),
        net({inputs["y_rows"][0].size(), inputs["condition_rows"][0].size(), inputs["epsilon_rows"][0].size(),
             inputs["params"]["enc_b1"].size()},
            inputs["y_rows"].size()) {
    net.params = all_params(inputs["params"]);
  }
  Batch batch() const { return {inputs["y_rows"].size(), y.data(), c.data(), epsilon.data()}; }

  const Json& inputs;
  const Json& expected;
  Numbers y, c, epsilon;
  double beta;
  Autoencoder net;
};

template <class Check>
void for_each_fixed_net(const Check& check) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("cvae")) {
    const std::string id = one["id"];
    if (!id.starts_with("cvae/fixed_net_")) continue;
    SCOPED_TRACE(id);
    FixedNet fixed(one);
    check(fixed);
    ++cases;
  }
  EXPECT_EQ(cases, 2u);
}

TEST(Cvae, forward_equals_the_reference) {
  for_each_fixed_net([](FixedNet& fixed) {
    Numbers unit_kl(fixed.net.sizes.latent, 0.0);
    const Loss loss = forward(fixed.net, fixed.batch(), unit_kl);
    const Numbers reconstruction = flat(fixed.expected["reconstruction"]), kl = flat(fixed.expected["kl"]);
    EXPECT_NEAR(loss.reconstruction, (reconstruction[0] + reconstruction[1]) / 2, 1e-9);
    EXPECT_NEAR(loss.kl, (kl[0] + kl[1]) / 2, 1e-9);
    EXPECT_NEAR(unit_kl[0] + unit_kl[1], loss.kl, 1e-14);
    EXPECT_NEAR(loss.total(fixed.beta), fixed.expected["loss_initial"], 1e-9);
    expect_near(fixed.net.decoder_work.values.back(), flat(fixed.expected["y_hat"]), 1e-9);
    const Numbers mu = flat(fixed.expected["mu"]), lv = flat(fixed.expected["log_var"]);
    const Numbers code = {mu[0], mu[1], lv[0], lv[1], mu[2], mu[3], lv[2], lv[3]};
    expect_near(fixed.net.encoder_work.values.back(), code, 1e-9);
    const Numbers z = flat(fixed.expected["z"]);
    for (std::size_t n = 0; n < 2; ++n)
      expect_near(std::span(fixed.net.decoder_input).subspan(n * fixed.net.decoder.inputs(), 2),
                  std::span(z).subspan(2 * n, 2), 1e-9);
  });
}

TEST(Cvae, gradient_equals_the_reference_and_central_differences) {
  for_each_fixed_net([](FixedNet& fixed) {
    loss_and_gradient(fixed.net, fixed.batch(), fixed.beta);
    const Numbers gradient = fixed.net.gradient;
    expect_near(gradient, all_params(fixed.expected["grad_initial"]), 1e-9);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      constexpr double step = 1e-5;  // 1e-10 by truncation, 1e-11 by rounding
      const double held = fixed.net.params[i];
      fixed.net.params[i] = held + step;
      const double above = forward(fixed.net, fixed.batch()).total(fixed.beta);
      fixed.net.params[i] = held - step;
      const double below = forward(fixed.net, fixed.batch()).total(fixed.beta);
      fixed.net.params[i] = held;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-7) << i;
    }
  });
}

TEST(Cvae, steps_equal_the_reference) {
  for_each_fixed_net([](FixedNet& fixed) {
    Sgd sgd = {.learning_rate = fixed.inputs["sgd_lr"]};
    Numbers losses;
    for (int step = 0; step < fixed.inputs["sgd_steps"]; ++step) {
      loss_and_gradient(fixed.net, fixed.batch(), fixed.beta);
      sgd.step(fixed.net.params, fixed.net.gradient);
      losses.push_back(forward(fixed.net, fixed.batch()).total(fixed.beta));
    }
    expect_near(losses, flat(fixed.expected["loss_after_each_sgd_step_same_eps"]), 1e-9);
  });
}

/// The closed form alone: one axis of the data, no training.
Settings scalar_data(double variance, double beta) {
  return {{"variance_1", variance}, {"variance_2", 0}, {"variance_3", 0},     {"variance_4", 0}, {"variance_5", 0},
          {"beta", beta},           {"latent", 1},     {"class_distance", 0}, {"epochs", 0},     {"test_samples", 1}};
}

TEST(Cvae, the_linear_optimum_of_one_dimension_equals_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("cvae")) {
    if (!one["id"].get<std::string>().starts_with("cvae/linear_lam")) continue;
    SCOPED_TRACE(one["id"].get<std::string>());
    const Json& reference = one["expected"];
    const Values values = evaluate_point(study, scalar_data(one["inputs"]["lambda"], one["inputs"]["beta"]));
    EXPECT_EQ(values.at("linear_active_units")[0], reference["active"].get<bool>() ? 1 : 0);
    EXPECT_NEAR(values.at("linear_w_squared")[0], reference["w_sq"], 1e-10);
    EXPECT_NEAR(values.at("linear_s_squared")[0], reference["s_sq"], 1e-10);
    EXPECT_NEAR(values.at("linear_v")[0], reference["v"], 1e-10);
    EXPECT_NEAR(values.at("linear_loss")[0], reference["loss"], 1e-10);
    EXPECT_NEAR(values.at("linear_reconstruction")[0], reference["recon"], 1e-10);
    EXPECT_NEAR(values.at("linear_kl")[0], reference["kl"], 1e-10);
    ++cases;
  }
  EXPECT_EQ(cases, 5u);
}

TEST(Cvae, the_linear_optimum_of_several_dimensions_equals_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("cvae")) {
    if (!one["id"].get<std::string>().starts_with("cvae/linear_spectrum")) continue;
    const Json &inputs = one["inputs"], &reference = one["expected"];
    Settings settings = {{"beta", inputs["beta"]}, {"latent", inputs["latent_dim"]}, {"epochs", 0}};
    for (std::size_t i = 0; i < cvae_axes; ++i)
      settings["variance_" + std::to_string(i + 1)] = inputs["covariance_eigenvalues"][i];
    const Values values = evaluate_point(study, settings);
    EXPECT_EQ(values.at("linear_active_units")[0], reference["active_dimensions"]);
    EXPECT_NEAR(values.at("linear_loss")[0], reference["loss"], 1e-10);
    EXPECT_NEAR(values.at("linear_reconstruction")[0], reference["recon"], 1e-10);
    EXPECT_NEAR(values.at("linear_kl")[0], reference["kl"], 1e-10);
    ++cases;
  }
  EXPECT_EQ(cases, 2u);
}

TEST(Cvae, the_condition_takes_the_class_means_away) {
  const Json& one = golden("cvae/linear_conditional_m2.0_lam0.8_beta0.5");
  Settings settings = scalar_data(one["inputs"]["lambda"], one["inputs"]["beta"]);
  settings["class_distance"] = one["inputs"]["m"];
  const Values with = evaluate_point(study, settings);
  EXPECT_NEAR(with.at("linear_loss")[0], one["expected"]["cvae_optimal_loss"], 1e-10);
  EXPECT_EQ(with.at("linear_active_units")[0], one["expected"]["active"].get<bool>() ? 1 : 0);
  settings["conditional"] = 0;
  const double total = one["expected"]["total_variance_without_condition"], beta = one["inputs"]["beta"];
  EXPECT_NEAR(evaluate_point(study, settings).at("linear_loss")[0], linear_optimum(total, beta).loss, 1e-14);
}

/// E(x - w z)^2 + beta KL for x ~ N(0, variance), encoder N(v x, s^2), decoder w z.
double linear_loss(double variance, double beta, double w, double v, double s_squared) {
  const double error = variance * std::pow(1 - w * v, 2) + w * w * s_squared;
  return error + 0.5 * beta * (s_squared + v * v * variance - 1 - std::log(s_squared));
}

TEST(Cvae, no_linear_autoencoder_is_better_than_the_closed_form) {
  for (const auto& [variance, beta] : {std::pair{1.0, 1.0}, {2.5, 0.3}, {0.4, 1.0}}) {
    const LinearOptimum best = linear_optimum(variance, beta);
    const double w = std::sqrt(best.w_squared);
    EXPECT_NEAR(linear_loss(variance, beta, w, best.v, best.s_squared), best.loss, 1e-13);
    for (double w_other = 0; w_other < 2; w_other += 0.1)
      for (double v = -1; v < 2; v += 0.1)
        for (double s_squared = 0.05; s_squared < 2; s_squared += 0.1)
          EXPECT_GE(linear_loss(variance, beta, w_other, v, s_squared), best.loss);
  }
}

TEST(Cvae, too_few_latent_units_go_to_the_largest_variances) {
  const double variances[] = {0.7, 3.0, 1.2};
  LinearOptimum optima[3];
  linear_optima(variances, 2, 1.0, optima);
  EXPECT_FALSE(optima[0].active);
  EXPECT_TRUE(optima[1].active && optima[2].active);
  EXPECT_EQ(optima[0].loss, 0.7);
}

TEST(Cvae, trained_linear_nets_reach_the_closed_form_and_use_as_many_units) {
  // The squared error of 20000 samples has a relative standard deviation of about sqrt(2 / 20000) = 1 %, training on
  // 2000 samples costs about 31 parameters / 2000 = 1.5 %, the noise of the last steps as much: 6 % in all.
  for (const bool conditional : {true, false}) {
    const Values values = evaluate_point(study,
                                         {{"hidden", 0},
                                          {"conditional", conditional ? 1 : 0},
                                          {"samples", 2000},
                                          {"test_samples", 20000},
                                          {"learning_rate", 5e-3},
                                          {"epochs", 100}},
                                         4);
    EXPECT_NEAR(values.at("test_loss")[0] / values.at("linear_loss")[0], 1, 0.06);
    EXPECT_EQ(values.at("active_units")[0], values.at("linear_active_units")[0]);
    EXPECT_EQ(values.at("active_units")[0], 3);
  }
}

TEST(Cvae, a_large_beta_collapses_every_unit_and_leaves_the_variance) {
  const Values values = evaluate_point(study, {{"beta", 20}, {"epochs", 60}}, 1);
  EXPECT_EQ(values.at("active_units")[0], 0);
  EXPECT_EQ(values.at("linear_active_units")[0], 0);
  // 5.3 is the data's variance; the sum of 2000 samples of it has a standard deviation of 2 %.
  EXPECT_NEAR(values.at("test_reconstruction")[0] / 5.3, 1, 0.1);
}

TEST(Cvae, without_beta_the_linear_kl_is_nan_and_the_loss_zero) {
  const Values values = evaluate_point(study, {{"beta", 0}, {"epochs", 1}});
  EXPECT_TRUE(std::isnan(values.at("linear_kl")[0]));
  EXPECT_EQ(values.at("linear_loss")[0], 0);
  EXPECT_GT(values.at("test_kl")[0], 0);
}

}  // namespace
}  // namespace trawl::studies
