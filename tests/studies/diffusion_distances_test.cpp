// The distances between samples and the true distribution.
#include <gtest/gtest.h>

#include <cmath>

#include "studies/diffusion/distances.hpp"
#include "studies/diffusion/mixture.hpp"

namespace trawl::studies::diffusion {
namespace {

constexpr double cell = 1.0 / cells_per_unit;

Distances distances_of(const std::vector<double>& samples) {
  Tally tally;
  tally.add(samples);
  double excess = 0;
  for (const double z : samples) excess += std::max(std::abs(z) - cells_limit, 0.0);
  return distances(tally, excess);
}

/// n points that have equal shares of the true distribution around them.
std::vector<double> quantiles(int n) {
  std::vector<double> points;
  for (int i = 0; i < n; ++i) {
    double low = -4, high = 4;
    for (int k = 0; k < 50; ++k) {
      const double middle = 0.5 * (low + high);
      (cdf(true_distribution, middle) < (i + 0.5) / n ? low : high) = middle;
    }
    points.push_back(low);
  }
  return points;
}

TEST(DiffusionDistances, of_one_sample_are_those_of_a_point_mass) {
  for (const double at : {-1.9, 0.1234, 2.0}) {
    double expected = 0;  // E|X - at|
    const double step = 1e-4;
    for (double x = -4; x < 4; x += step) expected += step * std::abs(x - at) * pdf(true_distribution, x);
    const double below = cdf(true_distribution, at);
    const double edge = std::floor((at + 3) / 0.05) * 0.05 - 3;

    const auto d = distances_of({at});
    EXPECT_NEAR(d.wasserstein_1, expected, cell / 2);
    EXPECT_NEAR(d.ks, std::max(below, 1 - below), cell);
    EXPECT_NEAR(d.total_variation, 1 - (cdf(true_distribution, edge + 0.05) - cdf(true_distribution, edge)), 1e-9);
  }
}

TEST(DiffusionDistances, of_the_truth_s_own_quantiles_are_nearly_zero) {
  const int n = 20'000;
  const auto d = distances_of(quantiles(n));
  EXPECT_LT(d.wasserstein_1, 1e-4);
  EXPECT_LT(d.ks, 0.5 / n + cell);
  EXPECT_LT(d.total_variation, 121.0 / n);  // half a sample at both edges of each bin
}

TEST(DiffusionDistances, of_shifted_quantiles_are_the_shift) {
  auto points = quantiles(20'000);
  for (double& z : points) z += 0.3;
  const auto d = distances_of(points);
  EXPECT_NEAR(d.wasserstein_1, 0.3, cell / 2);
}

TEST(DiffusionDistances, count_samples_outside_the_cells_in_full) {
  for (const double far : {-100.0, 100.0}) {
    const auto d = distances_of({far});
    EXPECT_NEAR(d.wasserstein_1, std::abs(far - mean(true_distribution)), cell);
    EXPECT_NEAR(d.ks, 1, 1e-12);
    EXPECT_NEAR(d.total_variation, 1, 1e-6);
  }
}

TEST(DiffusionTally, gives_the_density_of_each_bin) {
  Tally tally;
  tally.add(std::vector<double>{-2.99, -2.99, 0.01, 5.0});
  const auto values = density(tally);
  EXPECT_EQ(tally.total(), 4u);
  EXPECT_DOUBLE_EQ(values[0], 2 / (4 * 0.05));
  EXPECT_DOUBLE_EQ(values[60], 1 / (4 * 0.05));
  EXPECT_DOUBLE_EQ(values[119], 0);
}

}  // namespace
}  // namespace trawl::studies::diffusion
