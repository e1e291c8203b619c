#include "engine/optimizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/random.hpp"
#include "tests/engine/vector_targets.hpp"

namespace trawl {
namespace {

using Numbers = std::vector<double>;

Numbers normal_numbers(std::size_t size, std::uint32_t stream) {
  Numbers out(size);
  RandomStream(1, 0).normal(stream, 0, out);
  return out;
}

TEST(Adam, follows_its_formula_on_every_target_with_the_same_bits) {
  for (std::size_t size = 1; size < 40; ++size) {
    Numbers first;
    for_each_vector_target([&] {
      const Numbers start = normal_numbers(size, 0);
      Numbers p = start, m(size), v(size), expected = start;
      Adam adam = {.learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3};
      for (std::uint32_t t = 1; t <= 5; ++t) {
        const Numbers g = normal_numbers(size, t);
        adam.step(p, g);
        for (std::size_t i = 0; i < size; ++i) {
          m[i] = 0.8 * m[i] + 0.2 * g[i];
          v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
          const double m_hat = m[i] / (1 - std::pow(0.8, t)), v_hat = v[i] / (1 - std::pow(0.95, t));
          expected[i] -= 0.01 * m_hat / (std::sqrt(v_hat) + 1e-3);
        }
      }
      for (std::size_t i = 0; i < size; ++i) EXPECT_NEAR(p[i], expected[i], 1e-14);
      if (first.empty()) first = p;
      EXPECT_EQ(p, first);
    });
  }
}

TEST(Adam, ends_where_the_reference_case_ends) {
  // adam_2d: L = 1 - exp(-2 p1^2) exp(-(p0 - 0.7)^2 / 8) from (-0.7, -0.9), 60 steps. The reference's gradients are
  // central differences, good to 1e-10.
  Numbers p = {-0.7, -0.9};
  Adam adam = {.learning_rate = 0.05, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-20};
  for (int t = 0; t < 60; ++t) {
    const double bell = std::exp(-2 * p[1] * p[1]) * std::exp(-(p[0] - 0.7) * (p[0] - 0.7) / 8);
    adam.step(p, Numbers{bell * (p[0] - 0.7) / 4, bell * 4 * p[1]});
  }
  EXPECT_NEAR(p[0], 0.6670725407926723, 1e-8);
  EXPECT_NEAR(p[1], 0.02950019175218424, 1e-8);
}

TEST(Adam, first_step_has_the_size_of_the_learning_rate) {
  Numbers p = {0, 0, 0};
  Adam adam = {.learning_rate = 0.25, .epsilon = 0};
  adam.step(p, Numbers{1e-6, -3, 1e9});
  EXPECT_NEAR(p[0], -0.25, 1e-12);
  EXPECT_NEAR(p[1], 0.25, 1e-12);
  EXPECT_NEAR(p[2], -0.25, 1e-12);
}

TEST(Sgd, under_a_constant_gradient_is_a_geometric_sum) {
  // v_t = g (1 - mu^t) / (1 - mu), so p_t = p_0 - lr g (t - mu (1 - mu^t) / (1 - mu)) / (1 - mu).
  constexpr double mu = 0.9, lr = 0.05;
  constexpr int steps = 30;
  const double travelled = lr * (steps - mu * (1 - std::pow(mu, steps)) / (1 - mu)) / (1 - mu);
  for (std::size_t size = 1; size < 40; ++size) {
    Numbers first;
    for_each_vector_target([&] {
      const Numbers g = normal_numbers(size, 0);
      Numbers p(size, 1.0);
      Sgd sgd = {.learning_rate = lr, .momentum = mu};
      for (int t = 0; t < steps; ++t) sgd.step(p, g);
      for (std::size_t i = 0; i < size; ++i) EXPECT_NEAR(p[i], 1.0 - travelled * g[i], 1e-12);
      if (first.empty()) first = p;
      EXPECT_EQ(p, first);
    });
  }
}

TEST(Sgd, without_momentum_is_gradient_descent) {
  Numbers p = {1, 2};
  Sgd sgd = {.learning_rate = 0.5};
  sgd.step(p, Numbers{2, -4});
  sgd.step(p, Numbers{1, 0});
  EXPECT_EQ(p, (Numbers{-0.5, 4}));
}

}  // namespace
}  // namespace trawl
