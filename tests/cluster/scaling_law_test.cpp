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
  for (const auto& [alpha, beta] : {std::array{0.0, 0.0}, {0.02, 0.0}, {0.1, 1e-3}, {0.0, 1e-4}, {-0.01, 1e-3}}) {
    const auto exact = observations(250, alpha, beta, 0, 1, random);
    const ScalingLaw usl = fit_usl(exact);
    EXPECT_NEAR(usl.lambda.value, 250, 250 * 1e-8);
    EXPECT_NEAR(usl.alpha.value, alpha, 1e-8);
    EXPECT_NEAR(usl.beta.value, beta, 1e-9);
    EXPECT_NEAR(usl.alpha.upper, alpha, 1e-6) << "no noise, no doubt";
    if (beta != 0) continue;
    const ScalingLaw amdahl = fit_amdahl(exact);
    EXPECT_NEAR(amdahl.alpha.value, alpha, 1e-8);
    EXPECT_EQ(amdahl.beta.value, 0);
  }
}

// 1000 series: the number of 95 % intervals that hold the true value is binomial, within 950 -+ 3.3 sd (23).
TEST(ScalingLaw, has_intervals_that_hold_the_truth_as_often_as_they_say) {
  constexpr int series = 1000;
  const double lambda = 40, alpha = 0.03, beta = 2e-4;
  std::mt19937_64 random(2);
  int lambda_held = 0, alpha_held = 0, beta_held = 0, amdahl_held = 0;
  const auto holds = [](const Estimate95& e, double truth) { return e.lower <= truth && truth <= e.upper; };
  for (int i = 0; i < series; ++i) {
    const ScalingLaw usl = fit_usl(observations(lambda, alpha, beta, 0.03, 3, random));
    lambda_held += holds(usl.lambda, lambda);
    alpha_held += holds(usl.alpha, alpha);
    beta_held += holds(usl.beta, beta);
    amdahl_held += holds(fit_amdahl(observations(lambda, alpha, 0, 0.03, 3, random)).alpha, alpha);
  }
  for (const int held : {lambda_held, alpha_held, beta_held, amdahl_held}) EXPECT_NEAR(held, 950, 23);
}

TEST(ScalingLaw, says_where_more_nodes_do_not_pay) {
  std::mt19937_64 random(3);
  const ScalingLaw usl = fit_usl(observations(10, 0.02, 5e-4, 0, 1, random));
  const double peak = usl.peak_nodes();
  EXPECT_NEAR(peak, std::sqrt(0.98 / 5e-4), 1e-4);
  EXPECT_GT(usl.throughput(peak), usl.throughput(0.99 * peak));
  EXPECT_GT(usl.throughput(peak), usl.throughput(1.01 * peak));
  for (const double efficiency : {0.9, 0.5, 0.1}) {
    const double nodes = usl.nodes_at(efficiency);
    EXPECT_NEAR(usl.speedup(nodes) / nodes, efficiency, 1e-9);
  }
  const ScalingLaw amdahl = fit_amdahl(observations(10, 0.02, 0, 0, 1, random));
  EXPECT_EQ(amdahl.peak_nodes(), std::numeric_limits<double>::infinity());
  EXPECT_NEAR(amdahl.nodes_at(0.5), 51, 1e-5);
  const ScalingLaw ideal = fit_amdahl(observations(10, -0.001, 0, 0, 1, random));
  EXPECT_EQ(ideal.nodes_at(0.5), std::numeric_limits<double>::infinity());
}

TEST(ScalingLaw, does_not_claim_what_too_few_runs_cannot_show) {
  const std::vector<Observation> two = {{1, 10}, {2, 19}};
  EXPECT_TRUE(std::isnan(fit_usl(two).alpha.value));
  EXPECT_TRUE(std::isnan(fit_usl(two).peak_nodes()));
  const ScalingLaw amdahl = fit_amdahl(two);
  EXPECT_NEAR(amdahl.alpha.value, 1.0 / 19, 1e-9);  // 20 / (1 + alpha) = 19
  EXPECT_TRUE(std::isnan(amdahl.alpha.lower)) << "two runs, two parameters";
  const std::vector<Observation> same = {{4, 10}, {4, 19}, {4, 12}};
  EXPECT_TRUE(std::isnan(fit_amdahl(same).alpha.value));
}

}  // namespace
}  // namespace trawl::cluster
