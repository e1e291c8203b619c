#include "engine/permutation.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace trawl {
namespace {

TEST(Permutation, is_a_bijection_for_every_size) {
  for (const std::uint64_t n : {1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 100, 1000, 1024, 1025, 99999}) {
    for (const std::uint64_t key : {0, 1, 2}) {
      const Permutation permutation(n, key);
      std::vector<bool> hit(n);
      for (std::uint64_t i = 0; i < n; ++i) {
        const std::uint64_t image = permutation(i);
        ASSERT_LT(image, n);
        ASSERT_FALSE(hit[image]) << "n = " << n << ", key = " << key;
        hit[image] = true;
      }
    }
  }
}

TEST(Permutation, stays_inside_the_largest_range) {
  constexpr std::uint64_t n = (std::uint64_t{1} << 63) - 1;
  const Permutation permutation(n, 5);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    EXPECT_LT(permutation(i), n);
    EXPECT_LT(permutation(n - 1 - i), n);
  }
}

TEST(Permutation, depends_on_the_key) {
  const Permutation a(1000, 1), b(1000, 2);
  int equal = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) equal += a(i) == b(i);
  EXPECT_LT(equal, 10) << "1 is expected, Poisson: 10 or more has probability 1e-7";
}

// Over 30,000 keys each ordered pair of images of 0 and 1 is hit 30,000 / (n (n - 1)) times: chi-square with
// n (n - 1) - 1 degrees of freedom k. For k >= 5 the bound k + 5 sqrt(2 k) + 20 is exceeded with probability below
// 1e-6.
TEST(Permutation, sends_a_pair_everywhere_equally_often) {
  constexpr int keys = 30000;
  for (const std::uint64_t n : {3, 5, 6, 7, 9, 12, 20, 65, 100}) {
    std::vector<int> count(n * n);
    for (std::uint64_t key = 0; key < keys; ++key) {
      const Permutation permutation(n, key);
      ++count[permutation(0) * n + permutation(1)];
    }
    const double cells = static_cast<double>(n * (n - 1));
    double chi_square = 0;
    for (std::size_t cell = 0; cell < count.size(); ++cell) {
      if (cell / n != cell % n) chi_square += std::pow(count[cell] - keys / cells, 2) / (keys / cells);
    }
    EXPECT_LT(chi_square, cells - 1 + 5 * std::sqrt(2 * (cells - 1)) + 20) << n;
  }
}

// The correlation of i with its image is 0 with standard deviation 1/sqrt(n - 1).
TEST(Permutation, leaves_no_trend) {
  constexpr std::uint64_t n = 10007;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const Permutation permutation(n, key);
    double sum = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      sum += (static_cast<double>(i) - (n - 1) / 2.0) * (static_cast<double>(permutation(i)) - (n - 1) / 2.0);
    }
    const double variance = (static_cast<double>(n) * n - 1) / 12;
    EXPECT_LT(std::abs(sum / n / variance), 5.0 / std::sqrt(n - 1.0));
  }
}

}  // namespace
}  // namespace trawl
