#include "cluster/scale/scaling_law.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace trawl::cluster {
namespace {

/// Throughput by the law, on 1, 2, 4, ... 64 nodes, each `repeats` times, with normal noise of `noise` in its
/// logarithm.
std::vector<Observation> observations(double lambda, double alpha, double beta, double noise, int repeats,
                                      std::mt19937_64& random) {
  std::normal_distribution<double> normal(0, 1);
  std::vector<Observation> all;
  for (double n = 1; n <= 64; n *= 2)
    for (int i = 0; i < repeats; ++i) {
      const double exact = lambda * n / (1 + alpha * (n - 1) + beta * n * (n - 1));
      all.push_back({n, exact * std::exp(noise * normal(random))});
    }
  return all;
}

TEST(ScalingLaw, is_recovered_from_exact_data) {
  std::mt19937_64 random(1);
  for (const auto& [alpha, beta] : {std::array{0.0, 0.0}, {0.02, 0.0}, {0.1, 1e-3}, {0.0, 1e-4}, {0.6, 0.01}}) {
    const auto exact = observations(250, alpha, beta, 0, 1, random);
    const ScalingLaw usl = *fit_usl(exact);
    EXPECT_NEAR(usl.lambda.value, 250, 250 * 1e-7);
    EXPECT_NEAR(usl.alpha.value, alpha, 1e-7);
    EXPECT_NEAR(usl.beta.value, beta, 1e-8);
    EXPECT_NEAR(usl.alpha.upper, alpha, 1e-5) << "no noise, no doubt";
    if (beta != 0) continue;
    const ScalingLaw amdahl = *fit_amdahl(exact);
    EXPECT_NEAR(amdahl.alpha.value, alpha, 1e-7);
    EXPECT_EQ(amdahl.beta.value, 0);
  }
}

bool holds(const Estimate95& estimate, double truth) {
  return estimate.lower <= truth && truth <= estimate.upper && estimate.lower <= estimate.value &&
         estimate.value <= estimate.upper;
}

// 500 series: the number of 95 % intervals that hold the true value is binomial, within 475 -+ 3.3 sd (16).
TEST(ScalingLaw, has_intervals_that_hold_the_truth_as_often_as_they_say) {
  constexpr int series = 500;
  const double lambda = 40, alpha = 0.03, beta = 2e-4;
  std::mt19937_64 random(2);
  int lambda_held = 0, alpha_held = 0, beta_held = 0, amdahl_held = 0;
  for (int i = 0; i < series; ++i) {
    const ScalingLaw usl = *fit_usl(observations(lambda, alpha, beta, 0.03, 3, random));
    lambda_held += holds(usl.lambda, lambda);
    alpha_held += holds(usl.alpha, alpha);
    beta_held += holds(usl.beta, beta);
    amdahl_held += holds(fit_amdahl(observations(lambda, alpha, 0, 0.03, 3, random))->alpha, alpha);
  }
  for (const int held : {lambda_held, alpha_held, beta_held, amdahl_held}) EXPECT_NEAR(held, 475, 16);
}

// On the bound half of the estimates are the bound itself, and the intervals hold it at least as often as elsewhere.
TEST(ScalingLaw, has_intervals_that_hold_the_bounds_of_its_parameters) {
  constexpr int series = 500;
  std::mt19937_64 random(4);
  int alpha_held = 0, beta_held = 0, beta_at_bound = 0, amdahl_held = 0;
  for (int i = 0; i < series; ++i) {
    const ScalingLaw usl = *fit_usl(observations(40, 0, 0, 0.03, 3, random));
    for (const Estimate95& e : {usl.alpha, usl.beta}) EXPECT_GE(e.lower, 0);
    alpha_held += holds(usl.alpha, 0);
    beta_held += holds(usl.beta, 0);
    beta_at_bound += usl.beta.value == 0;
    amdahl_held += holds(fit_amdahl(observations(40, 0, 0, 0.03, 3, random))->alpha, 0);
  }
  for (const int held : {alpha_held, beta_held, amdahl_held}) EXPECT_GE(held, 475 - 16);
  EXPECT_GT(beta_at_bound, series / 4);
}

TEST(ScalingLaw, stays_at_the_bounds_for_data_beyond_them) {
  const std::vector<Observation> monotone = {{1, 10}, {1, 10.2}, {2, 19.9}, {2, 19.5}, {4, 38.9}, {4, 39.5}, {8, 78}};
  EXPECT_EQ(fit_usl(monotone)->beta.value, 0) << "throughput only grows";
  EXPECT_EQ(fit_usl(monotone)->beta.lower, 0);
  EXPECT_EQ(fit_usl(monotone)->peak_nodes(), std::numeric_limits<double>::infinity());

  const std::vector<Observation> superlinear = {{1, 10}, {1, 10.1}, {2, 24}, {2, 23}, {4, 55}, {4, 57}};
  for (const ScalingLaw& law : {*fit_usl(superlinear), *fit_amdahl(superlinear)}) {
    EXPECT_EQ(law.alpha.value, 0);
    EXPECT_EQ(law.beta.value, 0);
    EXPECT_EQ(law.nodes_at(0.5), std::numeric_limits<double>::infinity());
  }

  // Two cores: two nodes are perfect, four are no faster than two.
  const std::vector<Observation> two_cores = {{1, 10}, {1, 10.1}, {2, 19.6}, {2, 19.8}, {4, 19.7}, {4, 19.4}};
  const ScalingLaw usl = *fit_usl(two_cores);
  EXPECT_EQ(usl.alpha.value, 0);
  EXPECT_GT(usl.beta.value, 0);
  EXPECT_GT(usl.beta.upper, usl.beta.value);

  const std::vector<Observation> falling = {{1, 10}, {1, 10.1}, {2, 8}, {2, 8.1}, {4, 6}, {4, 5.9}};
  EXPECT_EQ(fit_amdahl(falling)->alpha.value, 1);
  EXPECT_EQ(fit_amdahl(falling)->alpha.upper, 1);
  EXPECT_LE(fit_usl(falling)->alpha.value, 1);
}

// No better point within the domain, near or far.
TEST(ScalingLaw, is_the_least_squares_fit) {
  std::mt19937_64 random(5);
  for (const auto& [alpha, beta] : {std::array{0.0, 0.0}, {0.05, 0.0}, {0.0, 2e-3}, {0.3, 1e-3}}) {
    const auto seen = observations(10, alpha, beta, 0.1, 2, random);
    const ScalingLaw law = *fit_usl(seen);
    const auto squares = [&](double log_factor, double a, double b) {
      double sum = 0;
      for (const Observation& o : seen) {
        const double n = o.nodes, d = 1 + a * (n - 1) + b * n * (n - 1);
        const double residual = std::log(o.throughput) - std::log(law.lambda.value * n / d) - log_factor;
        sum += residual * residual;
      }
      return sum;
    };
    const double least = squares(0, law.alpha.value, law.beta.value);
    for (const double factor : {-0.3, -0.01, 0.0, 0.01, 0.3})
      for (const double a : {0.0, law.alpha.value * 0.9, law.alpha.value + 0.001, 0.1, 0.5, 1.0})
        for (const double b : {0.0, law.beta.value * 0.9, law.beta.value + 1e-5, 0.01, 0.1})
          EXPECT_GE(squares(factor, a, b), least * (1 - 1e-9));
  }
}

TEST(ScalingLaw, says_where_more_nodes_do_not_pay) {
  std::mt19937_64 random(3);
  const ScalingLaw usl = *fit_usl(observations(10, 0.02, 5e-4, 0, 1, random));
  const double peak = usl.peak_nodes();
  EXPECT_NEAR(peak, std::sqrt(0.98 / 5e-4), 1e-3);
  EXPECT_GT(usl.throughput(peak), usl.throughput(0.99 * peak));
  EXPECT_GT(usl.throughput(peak), usl.throughput(1.01 * peak));
  for (const double efficiency : {0.9, 0.5, 0.1}) {
    const double nodes = usl.nodes_at(efficiency);
    EXPECT_NEAR(usl.speedup(nodes) / nodes, efficiency, 1e-9);
  }
  const ScalingLaw amdahl = *fit_amdahl(observations(10, 0.02, 0, 0, 1, random));
  EXPECT_EQ(amdahl.peak_nodes(), std::numeric_limits<double>::infinity());
  EXPECT_NEAR(amdahl.nodes_at(0.5), 51, 1e-4);
}

TEST(ScalingLaw, does_not_claim_what_too_few_runs_cannot_show) {
  const std::vector<Observation> two = {{1, 10}, {2, 19}};
  EXPECT_FALSE(fit_usl(two));
  const ScalingLaw amdahl = *fit_amdahl(two);
  EXPECT_NEAR(amdahl.alpha.value, 1.0 / 19, 1e-7);  // 20 / (1 + alpha) = 19
  EXPECT_TRUE(std::isnan(amdahl.alpha.lower)) << "two runs, two parameters";
  const std::vector<Observation> same = {{4, 10}, {4, 19}, {4, 12}};
  EXPECT_FALSE(fit_amdahl(same));
}

}  // namespace
}  // namespace trawl::cluster
