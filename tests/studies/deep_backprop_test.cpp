#include "studies/deep_backprop/deep_backprop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using namespace backprop;

const DeepBackprop deep_backprop;
const Study& study = deep_backprop;

/// A reference case's net, sample and our passes through it.
struct Case {
  explicit Case(const char* name)
      : inputs(golden(name)["inputs"]),
        params(flat_params(inputs["Omega"], inputs["beta"])),
        x(flat(inputs["x"])),
        y(flat(inputs["y"])) {
    shape.sizes = {x.size()};
    for (const Json& beta : inputs["beta"]) shape.sizes.push_back(beta.size());
  }
  Passes passes() const { return forward_and_backward(shape, params, x, y); }

  const Json& inputs;
  MlpShape shape;
  Numbers params, x, y;
};

constexpr const char* names[] = {"deep_backprop/default_seed0_K5_D6", "deep_backprop/seed1_K3_D4_2to2"};

TEST(DeepBackprop, passes_equal_the_reference) {
  for (const char* name : names) {
    const Json& expected = golden(name)["expected"];
    const Passes passes = Case(name).passes();
    expect_near(passes.output, flat(expected["output"]), 1e-10);
    EXPECT_NEAR(passes.loss, expected["loss"], 1e-10 * passes.loss);
    expect_near(passes.preactivations, flat(expected["preactivations"]), 1e-10);
    expect_near(passes.gradient, flat_params(expected["dl_dweights"], expected["dl_dbiases"]), 1e-10);
    double smallest = std::numeric_limits<double>::infinity();
    for (const double f : passes.preactivations) smallest = std::min(smallest, std::abs(f));
    EXPECT_NEAR(smallest, expected["min_abs_preactivation"], 1e-9);
  }
}

TEST(DeepBackprop, differences_accept_every_parameter_of_the_reference_net) {
  const Json& reference = golden("deep_backprop/fd_agreement_default");
  const Case net(names[0]);
  EXPECT_EQ(net.params.size(), 187u);
  const Numbers gradient = net.passes().gradient;
  const Numbers differences =
      difference_gradient(net.shape, net.params, net.x, net.y, Differences::central, reference["inputs"]["step"]);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    EXPECT_LE(std::abs(differences[i] - gradient[i]), 1e-8 + 1e-5 * std::abs(gradient[i])) << i;
    EXPECT_LE(std::abs(differences[i] - gradient[i]) / std::max(1.0, std::abs(gradient[i])),
              reference["expected"]["worst_scaled_difference_upper_bound"].get<double>());
  }
}

TEST(DeepBackprop, forward_differences_err_by_the_step_and_central_ones_by_nothing_but_rounding) {
  // Between kinks the output is linear in each parameter and the loss a parabola: a forward difference is off by half
  // its second derivative times the step, a central one is exact.
  const Case net(names[1]);
  const Numbers gradient = net.passes().gradient;
  const auto error = [&](Differences kind, double step) {
    const Numbers differences = difference_gradient(net.shape, net.params, net.x, net.y, kind, step);
    double largest = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i)
      largest = std::max(largest, std::abs(differences[i] - gradient[i]));
    return largest;
  };
  EXPECT_NEAR(error(Differences::forward, 1e-3) / error(Differences::forward, 1e-4), 10, 0.01);
  EXPECT_LT(error(Differences::central, 1e-3), 1e-10);
}

TEST(DeepBackprop, the_gradient_in_a_weight_equals_dual_numbers) {
  using boost::math::differentiation::make_fvar;
  using Dual = decltype(make_fvar<double, 1>(0.0));
  const Case net(names[0]);
  const Numbers gradient = net.passes().gradient;
  for (std::size_t moved = 0; moved < net.params.size(); ++moved) {
    std::vector<Dual> h;
    for (const double x : net.x) h.push_back(Dual(x));
    for (std::size_t k = 0; k < net.shape.layers(); ++k) {
      std::vector<Dual> f;
      for (std::size_t j = 0; j < net.shape.sizes[k + 1]; ++j) {
        const auto param = [&](std::size_t i) {
          return i == moved ? make_fvar<double, 1>(net.params[i]) : Dual(net.params[i]);
        };
        Dual sum = param(net.shape.biases(k) + j);
        for (std::size_t i = 0; i < h.size(); ++i)
          sum += h[i] * param(net.shape.weights(k) + i * net.shape.sizes[k + 1] + j);
        f.push_back(k + 1 < net.shape.layers() && sum.derivative(0) <= 0 ? Dual(0.0) : sum);
      }
      h = f;
    }
    const Dual loss = (h[0] - net.y[0]) * (h[0] - net.y[0]);
    EXPECT_NEAR(gradient[moved], loss.derivative(1), 1e-10 * (1 + std::abs(gradient[moved])));
  }
}

TEST(DeepBackprop, the_study_reports_layers_and_agreement) {
  const Values values = evaluate_point(study, {}, 1);
  EXPECT_EQ(values.at("parameter_count")[0], 187);
  EXPECT_EQ(values.at("weight_gradient_norm").size(), 6u);
  EXPECT_NEAR(values.at("loss")[0], std::pow(values.at("output")[0] - 20, 2), 1e-12 * values.at("loss")[0]);
  EXPECT_NEAR(values.at("bias_gradient_norm")[5], 2 * std::abs(values.at("output")[0] - 20), 1e-12);
  EXPECT_GT(values.at("accepted_fraction")[0], 0.9);
  EXPECT_LT(values.at("max_scaled_difference")[0], 2e-4);
}

TEST(DeepBackprop, without_hidden_layers_the_net_is_a_line) {
  const Values values = evaluate_point(study, {{"hidden_layers", 0}, {"weight_scale", 0}, {"bias_scale", 0}});
  EXPECT_EQ(values.at("output")[0], 0);
  EXPECT_EQ(values.at("loss")[0], 400);
  EXPECT_NEAR(values.at("weight_gradient_norm")[0], 40 * 1.2, 1e-12);
  EXPECT_NEAR(values.at("bias_gradient_norm")[0], 40, 1e-12);
}

TEST(DeepBackprop, gradients_keep_their_size_with_weights_of_variance_2_over_width) {
  // E |dl/df_k-1|^2 = (D / 2) scale^2 E |dl/df_k|^2: over 20 layers from the last hidden one to the first a factor of
  // one at scale^2 = 2 / D, of 2^-20 and 2^20 at half and twice that. Medians of 40 nets lie a factor of 30 around.
  const auto median_ratio = [](double scale) {
    MlpShape shape = {{1}};
    shape.sizes.insert(shape.sizes.end(), 21, 50);
    shape.sizes.push_back(1);
    const double x[] = {1.2}, y[] = {20};
    Numbers params(shape.parameter_count()), ratios;
    for (std::uint64_t net = 0; net < 40; ++net) {
      RandomStream(1, net).normal(0, 0, params);
      for (std::size_t k = 0; k < shape.layers(); ++k) {
        for (std::size_t i = shape.weights(k); i < shape.biases(k); ++i) params[i] *= scale;
        for (std::size_t i = shape.biases(k); i < shape.weights(k + 1); ++i) params[i] = 0;
      }
      const Numbers gradient = forward_and_backward(shape, params, x, y).gradient;
      const auto square = [&](std::size_t k) {
        double sum = 0;
        for (std::size_t i = shape.biases(k); i < shape.weights(k + 1); ++i) sum += gradient[i] * gradient[i];
        return sum;
      };
      ratios.push_back(square(0) / square(20));
    }
    std::nth_element(ratios.begin(), ratios.begin() + 20, ratios.end());
    return ratios[20];
  };
  EXPECT_NEAR(std::log2(median_ratio(std::sqrt(2.0 / 50))), 0, 5);
  EXPECT_NEAR(std::log2(median_ratio(std::sqrt(1.0 / 50))), -20, 5);
}

}  // namespace
}  // namespace trawl::studies
