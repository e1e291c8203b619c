#include "engine/softmax_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/random.hpp"
#include "engine/softmax.hpp"
#include "tests/engine/vector_targets.hpp"

namespace trawl {
namespace {

constexpr std::size_t rows = 37, classes = 7;

std::vector<double> logits() {
  std::vector<double> z(rows * classes);
  RandomStream(1, 0).normal(0, 0, z);
  for (double& value : z) value *= 30;
  return z;
}

TEST(SoftmaxRows, equals_the_plain_functions_row_by_row) {
  const std::vector<double> z = logits();
  std::vector<double> p(z.size()), log_sums(rows), expected(classes);
  softmax_rows(rows, classes, z.data(), p.data(), log_sums.data());
  for (std::size_t n = 0; n < rows; ++n) {
    const std::span<const double> row = std::span(z).subspan(n * classes, classes);
    softmax(row, expected);
    for (std::size_t k = 0; k < classes; ++k) {
      EXPECT_NEAR(p[n * classes + k], expected[k], 1e-15);
      EXPECT_NEAR(log_sums[n] - row[k], cross_entropy(row, k), 1e-13);
    }
  }
}

TEST(SoftmaxRows, has_the_same_bits_on_every_target) {
  const std::vector<double> z = logits();
  std::vector<double> reference;
  for_each_vector_target([&] {
    std::vector<double> p(z.size()), log_sums(rows);
    softmax_rows(rows, classes, z.data(), p.data(), log_sums.data());
    if (reference.empty()) reference = p;
    EXPECT_EQ(p, reference);
  });
}

TEST(SoftmaxRows, does_not_overflow_and_keeps_what_is_not_finite_visible) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double z[] = {1000, -1000, 1000, 0, 0, std::nan(""), infinity, 0, 0};
  double p[9], log_sums[3];
  softmax_rows(3, 3, z, p, log_sums);
  EXPECT_EQ(p[0], 0.5);
  EXPECT_EQ(p[1], 0);
  EXPECT_NEAR(log_sums[0], 1000 + std::log(2.0), 1e-12);
  EXPECT_TRUE(std::isnan(log_sums[1]));
  EXPECT_TRUE(std::isnan(log_sums[2]));
}

}  // namespace
}  // namespace trawl
