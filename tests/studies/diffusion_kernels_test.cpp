// What the diffusion study says of its forward process.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "studies/diffusion/diffusion.hpp"
#include "studies/diffusion/mixture.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using diffusion::true_distribution;
using nlohmann::json;

const Diffusion study;
constexpr double beta = 0.01511;
constexpr double grid_step = 0.05;

/// The forward process's outputs; of the samplers as little as there can be.
Values forward_process(double t, Settings settings = {}) {
  settings.insert({{"forward_time", t}, {"model", 1}, {"samples", 1}});
  return evaluate_point(study, settings);
}

double grid_z(std::size_t i) {
  return -4 + grid_step * static_cast<double>(i);
}

std::size_t grid_index(double z) {
  return static_cast<std::size_t>(std::lround((z + 4) / grid_step));
}

/// Integral of function(x) Pr(x) Pr(z_t = z | x) over the data, by the trapezium rule: exact to rounding.
template <class Function>
double over_data(double t, double z, const Function& function) {
  const double alpha = std::pow(1 - beta, t), variance = 1 - alpha, step = 1e-3;
  double sum = 0;
  for (int i = -6000; i <= 6000; ++i) {
    const double x = step * i, away = z - std::sqrt(alpha) * x;
    sum += function(x) * pdf(true_distribution, x) * std::exp(-away * away / (2 * variance));
  }
  return step * sum / std::sqrt(2 * std::numbers::pi * variance);
}

TEST(DiffusionKernels, equal_the_reference_cases) {
  for (const char* name : {"forward_t1", "forward_t10", "forward_t50", "forward_t100"}) {
    const json& one = golden(std::string("diffusion_common/") + name);
    const double t = one.at("inputs").at("t");
    const Values values = forward_process(t, {{"beta", one.at("inputs").at("beta").get<double>()}});
    const auto at_t = [&](const char* output) { return values.at(output)[static_cast<std::size_t>(t)]; };
    expect_golden(one, "marginal_mean", at_t("z_mean"));
    expect_golden(one, "marginal_var", at_t("z_variance"));
    expect_golden(one, "kernel_mean_for_x0.7", at_t("kernel_factor") * 0.7);
    expect_golden(one, "kernel_sd", at_t("kernel_sd"));
    expect_golden(one, "cond_mean_x0.7_z-0.4", at_t("reverse_z_factor") * -0.4 + at_t("reverse_x_factor") * 0.7);
    expect_golden(one, "cond_sd", at_t("reverse_sd"));
    const auto at_z = [&](const char* output) {
      std::vector<double> chosen;
      for (const double z : one.at("inputs").at("z")) chosen.push_back(values.at(output)[grid_index(z)]);
      return chosen;
    };
    expect_golden(one, "q_zt_pdf", at_z("z_density"));
    expect_golden(one, "E_x_given_z", at_z("x_given_z"));
    expect_golden(one, "E_eps_given_z", at_z("eps_given_z"));
    expect_golden(one, "E_zprev_given_z", at_z("previous_given_z"));
  }
}

TEST(DiffusionKernels, are_the_integrals_over_the_data) {
  for (const double t : {5.0, 50.0, 200.0}) {
    const Values values = forward_process(t);
    const double alpha = std::pow(1 - beta, t);
    for (std::size_t i = 0; i < values.at("z_density").size(); i += 8) {
      const double z = grid_z(i);
      const double density = over_data(t, z, [](double) { return 1; });
      EXPECT_NEAR(values.at("z_density")[i], density, 1e-12);
      if (density < 1e-8) continue;  // the quotients below lose what the integrals have not
      EXPECT_NEAR(values.at("x_given_z")[i], over_data(t, z, [](double x) { return x; }) / density, 1e-7);
      const auto noise = [&](double x) { return (z - std::sqrt(alpha) * x) / std::sqrt(1 - alpha); };
      EXPECT_NEAR(values.at("eps_given_z")[i], over_data(t, z, noise) / density, 1e-7);
    }
  }
}

TEST(DiffusionKernels, have_the_moments_of_their_density) {
  for (const double t : {0.0, 20.0, 100.0}) {
    const Values values = forward_process(t);
    double mass = 0, first = 0, second = 0;
    const auto& density = values.at("z_density");
    for (std::size_t i = 0; i < density.size(); ++i) {
      mass += grid_step * density[i];
      first += grid_step * density[i] * grid_z(i);
      second += grid_step * density[i] * grid_z(i) * grid_z(i);
    }
    const auto n = static_cast<std::size_t>(t);
    EXPECT_NEAR(mass, 1, 2e-4) << "2e-4 is beyond 4 standard deviations";
    EXPECT_NEAR(first, values.at("z_mean")[n], 1e-3);
    EXPECT_NEAR(second - first * first, values.at("z_variance")[n], 3e-3);
  }
}

TEST(DiffusionKernels, predict_the_noise_by_the_slope_of_the_log_density) {
  // E[eps | z] = -sqrt(1-alpha) d ln q(z) / dz; differences of fourth order, good to 1e-6 on this grid.
  const double t = 50;
  const Values values = forward_process(t);
  const auto& q = values.at("z_density");
  for (std::size_t i = 2; i + 2 < q.size(); ++i) {
    const double slope = (8 * std::log(q[i + 1] / q[i - 1]) - std::log(q[i + 2] / q[i - 2])) / (12 * grid_step);
    EXPECT_NEAR(values.at("eps_given_z")[i], -values.at("kernel_sd")[50] * slope, 1e-5) << grid_z(i);
  }
}

TEST(DiffusionKernels, are_those_of_a_simulated_forward_process) {
  // 2e5 paths of z_t = sqrt(1-beta) z_{t-1} + sqrt(beta) eps; bounds of 5 standard errors, false once in 2e6.
  constexpr int paths = 200'000, t = 30;
  const Values values = forward_process(t);
  RandomSequence random(RandomStream(3, 0), 0);
  double sum = 0, squares = 0, near = 0, x_near = 0, x_squares = 0;
  for (int i = 0; i < paths; ++i) {
    const double chooser = random.uniform();
    const double x = draw(true_distribution, chooser, random.normal());
    double z = x;
    for (int step = 0; step < t; ++step) z = std::sqrt(1 - beta) * z + std::sqrt(beta) * random.normal();
    sum += z;
    squares += z * z;
    if (std::abs(z - 0.5) > grid_step / 2) continue;
    near += 1;
    x_near += x;
    x_squares += x * x;
  }
  const double mean = sum / paths, variance = squares / paths - mean * mean;
  EXPECT_NEAR(values.at("z_mean")[t], mean, 5 * std::sqrt(variance / paths));
  EXPECT_NEAR(values.at("z_variance")[t], variance, 5 * variance * std::sqrt(2.0 / paths));  // kurtosis below 3
  const std::size_t i = grid_index(0.5);
  EXPECT_NEAR(values.at("z_density")[i] * grid_step, near / paths, 5 * std::sqrt(near) / paths);
  const double given = x_near / near, spread = x_squares / near - given * given;
  EXPECT_NEAR(values.at("x_given_z")[i], given, 5 * std::sqrt(spread / near) + 1e-3) << "1e-3 for the bin's width";
}

TEST(DiffusionKernels, say_nothing_before_the_first_step_or_beyond_the_last) {
  const Values start = forward_process(0);
  EXPECT_EQ(start.at("kernel_factor")[0], 1);
  EXPECT_EQ(start.at("kernel_sd")[0], 0);
  EXPECT_TRUE(std::isnan(start.at("reverse_sd")[0]));
  EXPECT_EQ(start.at("reverse_sd")[1], 0);
  for (std::size_t i = 0; i < start.at("x_given_z").size(); ++i) {
    EXPECT_NEAR(start.at("x_given_z")[i], grid_z(i), 1e-14) << "z_0 is x";
    EXPECT_EQ(start.at("eps_given_z")[i], 0);
    EXPECT_TRUE(std::isnan(start.at("previous_given_z")[i]));
  }
  const Settings few = {{"timesteps", 5}, {"model", 1}, {"samples", 1}};
  Settings many = few;
  many["timesteps"] = 10;
  const auto both = evaluate_block(study, {row_of(study, few), row_of(study, many)});
  EXPECT_TRUE(std::isfinite(both[0].at("z_mean")[5]));
  EXPECT_TRUE(std::isnan(both[0].at("z_mean")[6]));
  EXPECT_EQ(both[0].at("z_mean")[5], both[1].at("z_mean")[5]);
}

TEST(DiffusionKernels, lose_nothing_to_cancellation_where_there_is_next_to_no_noise) {
  // z_1 - x is of the order of 1e-80, and E[eps | z] = -sqrt(beta) d ln Pr(z) / dz, here by central differences.
  const Values values = forward_process(1, {{"beta", 1e-160}, {"timesteps", 1}, {"sigma", 0}});
  const double z = -1.9, h = 1e-4;
  const double slope = std::log(pdf(true_distribution, z + h) / pdf(true_distribution, z - h)) / (2 * h);
  EXPECT_NEAR(values.at("eps_given_z")[grid_index(z)] / 1e-80, -slope, 1e-6);
  for (const double eps : values.at("eps_given_z")) EXPECT_LT(std::abs(eps), 1e-77);
}

}  // namespace
}  // namespace trawl::studies
