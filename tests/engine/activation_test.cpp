#include "engine/activation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/softmax.hpp"

namespace trawl {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Central difference of order 4, good to about 1e-11 for functions of size 1.
template <class F>
double slope(const F& f, double z) {
  constexpr double h = 1e-3;
  return (8 * (f(z + h) - f(z - h)) - (f(z + 2 * h) - f(z - 2 * h))) / (12 * h);
}

TEST(Activation, derivatives_are_those_of_finite_differences) {
  for (double z = -6; z <= 6; z += 0.37) {
    EXPECT_NEAR(sigmoid_derivative(z), slope(sigmoid, z), 1e-10) << z;
    EXPECT_NEAR(sigmoid(z), slope(softplus, z), 1e-10) << z;
    EXPECT_NEAR(tanh_derivative(z), slope([](double x) { return std::tanh(x); }, z), 1e-10) << z;
    EXPECT_NEAR(gelu_erf_derivative(z), slope(gelu_erf, z), 1e-10) << z;
    EXPECT_NEAR(gelu_tanh_derivative(z), slope(gelu_tanh, z), 1e-10) << z;
  }
}

TEST(Activation, keeps_relative_accuracy_in_the_tails) {
  for (const double z : {-700.0, -100.0, -40.0}) {
    EXPECT_NEAR(sigmoid(z) / std::exp(z), 1, 1e-15);
    EXPECT_NEAR(sigmoid_derivative(z) / std::exp(z), 1, 1e-15);
    EXPECT_NEAR(sigmoid_derivative(-z) / std::exp(z), 1, 1e-15);
    EXPECT_NEAR(softplus(z) / std::exp(z), 1, 1e-15);
    EXPECT_EQ(softplus(-z), -z);
  }
  EXPECT_NEAR(gelu_erf_derivative(-10) / -7.6176e-22, 1, 1e-3);  // about z phi(z) (1 - 1 / z^2)
}

TEST(Activation, saturates_at_infinity) {
  EXPECT_EQ(sigmoid(infinity), 1);
  EXPECT_EQ(sigmoid(-infinity), 0);
  EXPECT_EQ(softplus(-infinity), 0);
  EXPECT_EQ(softplus(infinity), infinity);
  EXPECT_EQ(tanh_derivative(1e6), 0);
  EXPECT_EQ(gelu_tanh_derivative(-1e3), 0);
  EXPECT_EQ(gelu_tanh_derivative(1e3), 1);
}

TEST(Activation, steps_at_zero) {
  EXPECT_EQ(heaviside(0.0), 1);
  EXPECT_EQ(heaviside(-0.0), 1);
  EXPECT_EQ(heaviside(-1e-300), 0);
  EXPECT_EQ(relu(-2.0), 0);
  EXPECT_EQ(relu(2.5), 2.5);
  EXPECT_TRUE(std::isnan(relu(std::nan(""))));
}

TEST(Softmax, sums_to_one_and_ignores_a_common_shift) {
  const std::vector<double> z = {0.3, -2.0, 1.7, 0.0};
  std::vector<double> p(4), shifted(4);
  softmax(z, p);
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    sum += p[k];
    shifted[k] = z[k] + 1000;
    EXPECT_NEAR(cross_entropy(z, k), -std::log(p[k]), 1e-15);
  }
  softmax(shifted, shifted);
  EXPECT_NEAR(sum, 1, 1e-15);
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(shifted[k], p[k], 1e-13);
}

TEST(Softmax, neither_overflows_nor_loses_a_small_loss) {
  const double far[] = {1000, 0, -1000};
  EXPECT_EQ(cross_entropy(far, 1), 1000);
  EXPECT_EQ(cross_entropy(far, 0), 0);
  EXPECT_EQ(log_sum_exp(far).value(), 1000);
  const double near[] = {-1000, -1000, -999};
  EXPECT_NEAR(cross_entropy(near, 2), std::log1p(2 * std::exp(-1.0)), 1e-15);
  const double certain[] = {40, 0};
  EXPECT_NEAR(cross_entropy(certain, 0) / std::exp(-40.0), 1, 1e-12);
  const double one[] = {-3.5};
  EXPECT_EQ(log_sum_exp(one).value(), -3.5);
}

TEST(BinaryCrossEntropy, is_that_of_two_classes_with_logits_z_and_0) {
  for (const double z : {-800.0, -40.0, -1.5, 0.0, 0.2, 7.0, 40.0, 800.0}) {
    const double logits[] = {z, 0};
    const double positive = cross_entropy(logits, 0), negative = cross_entropy(logits, 1);
    EXPECT_DOUBLE_EQ(binary_cross_entropy(z, 1), positive);
    EXPECT_DOUBLE_EQ(binary_cross_entropy(z, 0), negative);
    EXPECT_DOUBLE_EQ(binary_cross_entropy(z, 0.25), 0.25 * positive + 0.75 * negative);
  }
}

TEST(CrossEntropySum, is_the_sum_of_its_terms_and_gives_their_probabilities) {
  CrossEntropySum sum;
  double expected = 0;
  for (int i = 0; i < 5000; ++i) {
    const double z = 4 * std::sin(i), y = i % 3 == 0;
    EXPECT_DOUBLE_EQ(sum.add(z, y), sigmoid(z));
    expected += binary_cross_entropy(z, y);
    const std::array<double, 3> logits = {z, 0.5, std::cos(i)};
    std::array<double, 3> p, direct;
    sum.add(logits, static_cast<std::size_t>(i % 3), p);
    softmax(logits, direct);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_DOUBLE_EQ(p[k], direct[k]);
    expected += cross_entropy(logits, static_cast<std::size_t>(i % 3));
  }
  EXPECT_NEAR(sum.value() / expected, 1, 1e-13);
}

TEST(CrossEntropySum, keeps_the_digits_of_a_small_sum) {
  CrossEntropySum sum;
  for (int i = 0; i < 10; ++i) sum.add(50, 1);
  EXPECT_NEAR(sum.value() / (10 * std::exp(-50.0)), 1, 1e-14);
}

}  // namespace
}  // namespace trawl
