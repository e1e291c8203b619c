// The data's distribution, the forward process and the ideal predictors.
#include <gtest/gtest.h>

#include <cmath>

#include "studies/diffusion/forward.hpp"
#include "studies/diffusion/ideal.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies::diffusion {
namespace {

using nlohmann::json;

/// Trapezium rule on [-8, 8], exact to rounding for the densities here.
template <class Function>
double integral(Function f) {
  const double step = 1e-3;
  double sum = 0;
  for (double x = -8; x <= 8; x += step) sum += f(x);
  return sum * step;
}

void expect_near(double value, const json& expected, double absolute, double relative = 0) {
  const double wanted = expected.get<double>();
  EXPECT_NEAR(value, wanted, absolute + relative * std::abs(wanted));
}

TEST(DiffusionMixture, is_that_of_the_reference_case) {
  const json& one = golden("diffusion_common/true_mixture");
  const json& expected = one.at("expected");
  for (std::size_t i = 0; i < one.at("inputs").at("x").size(); ++i) {
    const double x = one.at("inputs").at("x")[i];
    expect_near(pdf(true_distribution, x), expected.at("pdf")[i], 1e-11, 1e-11);
    expect_near(cdf(true_distribution, x), expected.at("cdf")[i], 1e-11, 1e-11);
  }
  for (std::size_t i = 0; i < expected.at("quantiles").size(); ++i) {
    expect_near(cdf(true_distribution, expected.at("quantiles")[i]), expected.at("quantile_levels")[i], 1e-11);
  }
  expect_near(mean(true_distribution), expected.at("mean"), 1e-14);
  expect_near(variance(true_distribution), expected.at("variance"), 1e-14);
  expect_near(cdf(true_distribution, -3) + 1 - cdf(true_distribution, 3), expected.at("mass_outside_pm3"), 1e-15);
}

TEST(DiffusionMixture, integrates_to_one_with_the_moments_of_the_reference_case) {
  const json& expected = golden("diffusion_common/true_mixture").at("expected");
  const double centre = mean(true_distribution);
  const auto moment = [&](int k) {
    return integral([&](double x) { return std::pow(x - centre, k) * pdf(true_distribution, x); });
  };
  EXPECT_NEAR(moment(0), 1, 1e-12);
  EXPECT_NEAR(moment(1), 0, 1e-12);
  expect_near(moment(2), expected.at("variance"), 1e-11);
  expect_near(moment(3), expected.at("third_central_moment"), 1e-11);
  expect_near(moment(4), expected.at("fourth_central_moment"), 1e-11);
}

TEST(DiffusionMixture, draws_each_component_with_its_weight) {
  double below = 0;
  for (const auto& component : true_distribution) {
    EXPECT_DOUBLE_EQ(draw(true_distribution, below + 1e-12, 2), component.mean + 2 * component.sd);
    below += component.weight;
    EXPECT_DOUBLE_EQ(draw(true_distribution, below - 1e-12, -1), component.mean - component.sd);
  }
}

TEST(DiffusionForward, has_the_marginals_and_predictors_of_the_reference_cases) {
  for (const char* name : {"forward_t1", "forward_t10", "forward_t50", "forward_t100"}) {
    SCOPED_TRACE(name);
    const json& one = golden(std::string("diffusion_common/") + name);
    const json& expected = one.at("expected");
    const double beta = one.at("inputs").at("beta");
    const std::int64_t t = one.at("inputs").at("t");
    const auto level = noise_level(beta, t);
    const Mixture noisy = marginal(true_distribution, level);
    const auto reverse = reverse_conditional(beta, t);
    const PosteriorMean data(true_distribution, level);
    const IdealPrediction noise(Target::noise, beta, t);
    const IdealPrediction step(Target::step, beta, t);

    expect_near(level.alpha, expected.at("alpha_t"), 1e-14);
    expect_near(mean(noisy), expected.at("marginal_mean"), 1e-11);
    expect_near(variance(noisy), expected.at("marginal_var"), 1e-11);
    expect_near(std::sqrt(level.alpha) * 0.7, expected.at("kernel_mean_for_x0.7"), 1e-11);
    expect_near(std::sqrt(level.noise), expected.at("kernel_sd"), 1e-11);
    expect_near(reverse.of_z * -0.4 + reverse.of_x * 0.7, expected.at("cond_mean_x0.7_z-0.4"), 1e-11);
    expect_near(reverse.sd, expected.at("cond_sd"), 1e-11);
    for (std::size_t i = 0; i < one.at("inputs").at("z").size(); ++i) {
      const double z = one.at("inputs").at("z")[i];
      expect_near(pdf(noisy, z), expected.at("q_zt_pdf")[i], 1e-11, 1e-10);
      expect_near(data(z), expected.at("E_x_given_z")[i], 1e-11, 1e-10);
      expect_near(noise(z), expected.at("E_eps_given_z")[i], 1e-11, 1e-10);
      expect_near(z + step(z), expected.at("E_zprev_given_z")[i], 1e-11, 1e-10);
    }
  }
}

TEST(DiffusionForward, composes_t_steps_and_s_steps_to_t_plus_s) {
  const double beta = 0.01511;
  for (const auto& [t, s] : {std::pair{1, 1}, {10, 40}, {100, 300}}) {
    const auto first = noise_level(beta, t);
    const auto second = noise_level(beta, s);
    const auto both = noise_level(beta, t + s);
    EXPECT_NEAR(both.alpha, first.alpha * second.alpha, 1e-15);
    EXPECT_NEAR(both.noise, second.alpha * first.noise + second.noise, 1e-15);
  }
}

TEST(DiffusionForward, loses_no_digits_to_cancellation_for_tiny_beta) {
  EXPECT_DOUBLE_EQ(noise_level(1e-18, 1).noise, 1e-18);
  EXPECT_DOUBLE_EQ(noise_level(0.5, 0).noise, 0);
}

TEST(DiffusionForward, posterior_mean_is_finite_far_from_all_data) {
  const PosteriorMean data(true_distribution, noise_level(0.01511, 1));
  for (const double z : {-1e3, -50.0, 50.0, 1e3}) EXPECT_TRUE(std::isfinite(data(z)));
  EXPECT_NEAR(PosteriorMean(true_distribution, noise_level(0.5, 2000))(0.3), mean(true_distribution), 1e-12);
}

TEST(DiffusionForward, ends_near_the_standard_normal_as_the_reference_cases_say) {
  for (const char* name : {"terminal_mismatch_T100_b0.01511", "terminal_mismatch_T200_b0.01511"}) {
    const json& one = golden(std::string("diffusion_common/") + name);
    const json& expected = one.at("expected");
    const auto level = noise_level(one.at("inputs").at("beta"), one.at("inputs").at("T"));
    const Mixture end = marginal(true_distribution, level);
    expect_near(level.alpha, expected.at("alpha_T"), 1e-12);
    expect_near(mean(end), expected.at("mean"), 1e-12);
    expect_near(variance(end), expected.at("var"), 1e-12);
    expect_near(divergence_from_standard_normal(end), expected.at("KL_qzT_to_N01"), 1e-7);
    const double wasserstein =
        integral([&](double z) { return std::abs(cdf(end, z) - 0.5 * std::erfc(-z / std::numbers::sqrt2)); });
    expect_near(wasserstein, expected.at("W1"), 1e-7);
  }
}

}  // namespace
}  // namespace trawl::studies::diffusion
