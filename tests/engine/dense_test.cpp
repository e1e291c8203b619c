#include "engine/dense.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/elementary.hpp"
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

/// initial[i % initial rows] + a b, one fused multiply-add after the other in the order of the summed index.
Numbers plain_product(std::size_t rows, std::size_t inner, std::size_t columns, const Numbers& a, const Numbers& b,
                      const Numbers& initial) {
  Numbers c(rows * columns);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      double sum = initial[(i * columns + j) % initial.size()];
      for (std::size_t k = 0; k < inner; ++k) sum = std::fma(a[i * inner + k], b[k * columns + j], sum);
      c[i * columns + j] = sum;
    }
  return c;
}

Numbers transposed(std::size_t rows, std::size_t columns, const Numbers& a) {
  Numbers t(a.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) t[j * rows + i] = a[i * columns + j];
  return t;
}

/// Whole tiles, single rows and columns, and remainders of every kind.
const DenseShape shapes[] = {{1, 1, 1},     {64, 64, 16}, {128, 2, 64}, {7, 3, 5},   {15, 9, 17},
                             {31, 40, 100}, {3, 100, 10}, {5, 1, 33},   {9, 16, 65}, {100, 4, 3}};

struct Case {
  explicit Case(DenseShape s)
      : shape(s),
        x(normal_numbers(s.rows * s.inputs, 0)),
        w(normal_numbers(s.inputs * s.outputs, 1)),
        b(normal_numbers(s.outputs, 2)),
        dy(normal_numbers(s.rows * s.outputs, 3)) {}

  DenseShape shape;
  Numbers x, w, b, dy;
};

template <class Check>
void for_each_case(const Check& check) {
  for_each_vector_target([&] {
    for (const DenseShape& shape : shapes) {
      SCOPED_TRACE(testing::Message() << shape.rows << " x " << shape.inputs << " -> " << shape.outputs);
      check(Case(shape));
    }
  });
}

TEST(Dense, forward_equals_the_plain_sum_bit_for_bit_on_every_target) {
  for_each_case([](const Case& c) {
    const auto [rows, inputs, outputs] = c.shape;
    Numbers y(rows * outputs + 1, 7.0);
    dense_forward(c.shape, c.x.data(), c.w.data(), c.b.data(), y.data());
    EXPECT_EQ(y.back(), 7.0) << "wrote behind the end";
    y.pop_back();
    EXPECT_EQ(y, plain_product(rows, inputs, outputs, c.x, c.w, c.b));
    dense_forward(c.shape, c.x.data(), c.w.data(), nullptr, y.data());
    EXPECT_EQ(y, plain_product(rows, inputs, outputs, c.x, c.w, {0.0}));
  });
}

TEST(Dense, relu_cuts_off_what_is_negative) {
  for_each_case([](const Case& c) {
    const auto [rows, inputs, outputs] = c.shape;
    Numbers expected = plain_product(rows, inputs, outputs, c.x, c.w, c.b);
    for (double& y : expected) y = y < 0 ? 0 : y;
    Numbers y(rows * outputs);
    dense_forward(c.shape, c.x.data(), c.w.data(), c.b.data(), y.data(), Activation::relu);
    EXPECT_EQ(y, expected);
  });
}

TEST(Dense, tanh_and_its_gradient_are_those_of_the_plain_function) {
  for_each_case([](const Case& c) {
    const auto [rows, inputs, outputs] = c.shape;
    Numbers expected = plain_product(rows, inputs, outputs, c.x, c.w, c.b);
    for (double& y : expected) y = elementary::tanh(y);
    Numbers y(rows * outputs), dy = c.dy;
    dense_forward(c.shape, c.x.data(), c.w.data(), c.b.data(), y.data(), Activation::tanh);
    EXPECT_EQ(y, expected);
    for (std::size_t i = 0; i < y.size(); ++i) expected[i] = c.dy[i] * std::fma(-y[i], y[i], 1.0);
    tanh_gradient(y.size(), y.data(), dy.data());
    EXPECT_EQ(dy, expected);
  });
}

TEST(Dense, relu_keeps_nan) {
  for_each_vector_target([] {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double w = 1;
    double y = 0;
    dense_forward({1, 1, 1}, &nan, &w, nullptr, &y, Activation::relu);
    EXPECT_TRUE(std::isnan(y));
  });
}

TEST(Dense, weight_gradient_sums_over_rows_in_order) {
  for_each_case([](const Case& c) {
    const auto [rows, inputs, outputs] = c.shape;
    Numbers dw(inputs * outputs), db(outputs);
    dense_weight_gradient(c.shape, c.x.data(), c.dy.data(), dw.data(), db.data());
    EXPECT_EQ(dw, plain_product(inputs, rows, outputs, transposed(rows, inputs, c.x), c.dy, {0.0}));
    EXPECT_EQ(db, plain_product(1, rows, outputs, Numbers(rows, 1.0), c.dy, {0.0}));
  });
}

TEST(Dense, input_gradient_overwrites_or_adds) {
  for_each_case([](const Case& c) {
    const auto [rows, inputs, outputs] = c.shape;
    const Numbers w_transposed = transposed(inputs, outputs, c.w);
    Numbers dx = c.x, scratch(c.w.size());
    dense_input_gradient(c.shape, c.dy.data(), c.w.data(), dx.data(), scratch.data(), Store::add);
    EXPECT_EQ(dx, plain_product(rows, outputs, inputs, c.dy, w_transposed, c.x));
    dense_input_gradient(c.shape, c.dy.data(), c.w.data(), dx.data(), scratch.data());
    EXPECT_EQ(dx, plain_product(rows, outputs, inputs, c.dy, w_transposed, {0.0}));
  });
}

/// The loss sum of dy relu(x w + b), whose gradients the layer's functions give together.
double loss(const Case& c) {
  Numbers y(c.dy.size());
  dense_forward(c.shape, c.x.data(), c.w.data(), c.b.data(), y.data(), Activation::relu);
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * c.dy[i];
  return sum;
}

TEST(Dense, gradients_equal_central_differences) {
  // The loss is piecewise linear in each number, so a central difference that crosses no kink is exact but for
  // rounding: at most about 1e-15 * 100 / 1e-6.
  Case c({15, 9, 17});
  Numbers y(c.dy.size()), dy = c.dy, dx(c.x.size()), dw(c.w.size()), db(c.b.size()), scratch(c.w.size());
  dense_forward(c.shape, c.x.data(), c.w.data(), c.b.data(), y.data(), Activation::relu);
  relu_gradient(y.size(), y.data(), dy.data());
  dense_weight_gradient(c.shape, c.x.data(), dy.data(), dw.data(), db.data());
  dense_input_gradient(c.shape, dy.data(), c.w.data(), dx.data(), scratch.data());

  const auto check = [&](Numbers& variable, const Numbers& gradient) {
    for (std::size_t i = 0; i < variable.size(); ++i) {
      constexpr double step = 1e-6;
      const double held = variable[i];
      variable[i] = held + step;
      const double above = loss(c);
      variable[i] = held - step;
      const double below = loss(c);
      variable[i] = held;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6) << i;
    }
  };
  check(c.x, dx);
  check(c.w, dw);
  check(c.b, db);
}

TEST(Dense, relu_gradient_is_zero_where_the_output_is_not_positive) {
  for_each_vector_target([] {
    for (std::size_t size = 0; size < 40; ++size) {
      const Numbers y = normal_numbers(size, 4);
      Numbers dy = normal_numbers(size, 5), expected = dy;
      for (std::size_t i = 0; i < size; ++i)
        if (!(y[i] > 0)) expected[i] = 0;
      relu_gradient(size, y.data(), dy.data());
      EXPECT_EQ(dy, expected);
    }
  });
}

TEST(Dense, a_batch_of_no_rows_has_zero_gradients) {
  const Numbers nothing(1), w(6, 1.0);
  Numbers y(1, 7.0), dw(6, 1.0), db(3, 1.0);
  dense_forward({0, 2, 3}, nothing.data(), w.data(), db.data(), y.data());
  dense_weight_gradient({0, 2, 3}, nothing.data(), nothing.data(), dw.data(), db.data());
  EXPECT_EQ(y, Numbers(1, 7.0));
  EXPECT_EQ(dw, Numbers(6, 0.0));
  EXPECT_EQ(db, Numbers(3, 0.0));
}

}  // namespace
}  // namespace trawl
