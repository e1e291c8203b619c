#include "studies/models/mlp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "studies/models/minibatches.hpp"
#include "tests/engine/vector_targets.hpp"

namespace trawl::studies {
namespace {

using Numbers = std::vector<double>;

Numbers normal_numbers(std::size_t size, std::uint32_t stream) {
  Numbers out(size);
  RandomStream(3, 0).normal(stream, 0, out);
  return out;
}

/// The loss sum of dy . y(x), whose gradient with respect to y is dy.
struct Example {
  Example(MlpShape s, std::size_t n)
      : shape(std::move(s)),
        rows(n),
        params(normal_numbers(shape.parameter_count(), 0)),
        x(normal_numbers(n * shape.inputs(), 1)),
        dy(normal_numbers(n * shape.outputs(), 2)),
        workspace(shape, n) {}

  double loss() {
    const auto y = mlp_forward(shape, params, rows, x.data(), workspace);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
    return sum;
  }

  MlpShape shape;
  std::size_t rows;
  Numbers params, x, dy;
  MlpWorkspace workspace;
};

TEST(Mlp, forward_is_the_formula_written_out) {
  for (const Activation activation : {Activation::relu, Activation::tanh}) {
    Example e({{3, 5, 4, 2}, activation}, 6);
    const auto y = mlp_forward(e.shape, e.params, e.rows, e.x.data(), e.workspace);
    for (std::size_t n = 0; n < e.rows; ++n) {
      Numbers h(e.x.begin() + n * 3, e.x.begin() + (n + 1) * 3);
      const double* p = e.params.data();
      for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t in = e.shape.sizes[k], out = e.shape.sizes[k + 1];
        Numbers next(out);
        for (std::size_t j = 0; j < out; ++j) {
          next[j] = p[in * out + j];
          for (std::size_t i = 0; i < in; ++i) next[j] += h[i] * p[i * out + j];
          if (k < 2) next[j] = activation == Activation::relu ? std::max(next[j], 0.0) : std::tanh(next[j]);
        }
        p += (in + 1) * out;
        h = next;
      }
      for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(y[n * 2 + j], h[j], 1e-13);
    }
  }
}

TEST(Mlp, gradients_equal_central_differences) {
  // Central differences with step 1e-5 are good to about 1e-10 by truncation and 1e-16 * 100 / 1e-5 by rounding, away
  // from the kinks of relu.
  for (const Activation activation : {Activation::relu, Activation::tanh}) {
    Example e({{3, 7, 5, 2}, activation}, 9);
    Numbers gradient(e.params.size()), dx(e.x.size());
    e.loss();
    e.workspace.gradients.back() = e.dy;
    mlp_backward(e.shape, e.params, e.rows, e.x.data(), e.workspace, gradient, dx.data());
    const auto check = [&](Numbers& variable, const Numbers& analytic) {
      for (std::size_t i = 0; i < variable.size(); ++i) {
        constexpr double step = 1e-5;
        const double held = variable[i];
        variable[i] = held + step;
        const double above = e.loss();
        variable[i] = held - step;
        const double below = e.loss();
        variable[i] = held;
        EXPECT_NEAR(analytic[i], (above - below) / (2 * step), 1e-7) << i;
      }
    };
    check(e.params, gradient);
    check(e.x, dx);
  }
}

TEST(Mlp, fewer_rows_than_the_workspace_holds_give_the_same_rows) {
  Example e({{4, 6, 3}, Activation::tanh}, 8);
  const auto all = mlp_forward(e.shape, e.params, 8, e.x.data(), e.workspace);
  const Numbers first(all.begin(), all.begin() + 5 * 3);
  const auto some = mlp_forward(e.shape, e.params, 5, e.x.data(), e.workspace);
  EXPECT_EQ(Numbers(some.begin(), some.end()), first);
}

TEST(Mlp, has_the_same_bits_on_every_target) {
  Numbers reference;
  for_each_vector_target([&] {
    Example e({{5, 11, 7, 3}, Activation::tanh}, 13);
    Numbers gradient(e.params.size());
    e.loss();
    e.workspace.gradients.back() = e.dy;
    mlp_backward(e.shape, e.params, e.rows, e.x.data(), e.workspace, gradient);
    if (reference.empty()) reference = gradient;
    EXPECT_EQ(gradient, reference);
  });
}

TEST(Mlp, counts_parameters_and_draws_them_within_the_bound_of_their_layer) {
  const MlpShape shape = {{40, 100, 100, 10}};
  EXPECT_EQ(shape.parameter_count(), 15210u);
  Numbers params(shape.parameter_count());
  draw_fan_in_uniform(shape, RandomStream(1, 0), 0, params);
  for (std::size_t k = 0; k < 3; ++k) {
    const double bound = 1 / std::sqrt(static_cast<double>(shape.sizes[k]));
    const auto [least, most] =
        std::minmax_element(params.begin() + shape.weights(k), params.begin() + shape.weights(k + 1));
    EXPECT_GE(*least, -bound);
    EXPECT_LE(*most, bound);
    EXPECT_LT(*least, -0.98 * bound);  // of at least 1010 numbers: false with probability 0.99^1010 < 1e-4
    EXPECT_GT(*most, 0.98 * bound);
  }
}

TEST(Minibatches, an_epoch_takes_every_sample_once_in_batches_of_the_size_asked_for) {
  Minibatches batches(23, 5, RandomSequence(RandomStream(1, 0), 0));
  EXPECT_EQ(batches.largest(), 5u);
  std::vector<std::uint32_t> first_pass;
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::uint32_t> taken;
    std::vector<std::size_t> sizes;
    batches.epoch([&](std::span<const std::uint32_t> chosen) {
      taken.insert(taken.end(), chosen.begin(), chosen.end());
      sizes.push_back(chosen.size());
    });
    EXPECT_EQ(sizes, (std::vector<std::size_t>{5, 5, 5, 5, 3}));
    EXPECT_EQ(std::set(taken.begin(), taken.end()).size(), 23u);
    EXPECT_NE(taken, first_pass);
    first_pass = taken;
  }
}

}  // namespace
}  // namespace trawl::studies
