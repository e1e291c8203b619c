#include "engine/sobol.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <boost/random/sobol.hpp>

#include "engine/random.hpp"

namespace trawl {
namespace {

constexpr std::uint64_t half = std::uint64_t{1} << 63;

TEST(Sobol, starts_with_the_known_points) {
  const Sobol sobol(3);
  // Joe and Kuo's first eight points in three dimensions, in eighths, in the order of the plain binary index.
  const std::vector<std::vector<std::uint64_t>> expected = {{0, 0, 0}, {4, 4, 4}, {2, 6, 6}, {6, 2, 2},
                                                            {1, 5, 3}, {5, 1, 7}, {3, 3, 5}, {7, 7, 1}};
  for (std::uint64_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(sobol(i, j), expected[i][j] * (half / 4)) << i << ' ' << j;
  }
}

TEST(Sobol, has_the_points_of_boost_in_binary_order) {
  constexpr std::size_t dimensions = 40;
  const Sobol sobol(dimensions);
  boost::random::sobol_engine<std::uint64_t, 64> reference(dimensions);
  for (std::uint64_t n = 1; n < 5000; ++n) {
    const std::uint64_t gray = n ^ (n >> 1);
    for (std::size_t j = 0; j < dimensions; ++j) ASSERT_EQ(sobol(gray, j), reference()) << n << ' ' << j;
  }
}

TEST(Sobol, has_one_of_the_first_points_in_every_equal_part) {
  constexpr std::uint64_t n = 4096;
  const Sobol sobol(100);
  for (std::size_t j = 0; j < 100; ++j) {
    std::vector<bool> hit(n);
    for (std::uint64_t i = 0; i < n; ++i) hit[sobol(i, j) >> 52] = true;
    EXPECT_EQ(std::ranges::count(hit, true), n) << j;
  }
}

TEST(Sobol, can_be_read_at_any_index) {
  const Sobol sobol(5);
  const std::uint64_t far = (std::uint64_t{1} << 62) + 12345;
  for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(sobol(far, j), sobol(far - 12345, j) ^ sobol(12345, j));
}

// Warnock's formula for the L2 star discrepancy: with points x_i in d dimensions,
// D^2 = 3^-d - 2^(1-d)/N sum_i prod_k (1 - x_ik^2) + N^-2 sum_ij prod_k (1 - max(x_ik, x_jk)).
double squared_discrepancy(const std::vector<std::vector<double>>& points) {
  const auto n = static_cast<double>(points.size());
  const auto d = static_cast<double>(points[0].size());
  double single = 0, pairs = 0;
  for (const auto& a : points) {
    double product = 1;
    for (const double x : a) product *= 1 - x * x;
    single += product;
    for (const auto& b : points) {
      product = 1;
      for (std::size_t k = 0; k < a.size(); ++k) product *= 1 - std::max(a[k], b[k]);
      pairs += product;
    }
  }
  return std::pow(3, -d) - std::pow(2, 1 - d) / n * single + pairs / (n * n);
}

// Random points have E D^2 = (2^-d - 3^-d) / N.
TEST(Sobol, is_spread_far_more_evenly_than_random_points) {
  constexpr std::size_t n = 512, d = 4;
  const Sobol sobol(d);
  std::vector<std::vector<double>> points(n, std::vector<double>(d)), random = points;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < d; ++k) points[i][k] = static_cast<double>(sobol(i, k) >> 11) * 0x1p-53;
    RandomStream(1, i).uniform(0, 0, random[i]);
  }
  const double expected = (std::pow(2, -4) - std::pow(3, -4)) / n;
  EXPECT_NEAR(squared_discrepancy(random), expected, expected);
  EXPECT_LT(squared_discrepancy(points), expected / 10);
}

}  // namespace
}  // namespace trawl
