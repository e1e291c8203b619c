#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/activation.hpp"
#include "engine/optimizer.hpp"
#include "studies/gelu_factor/factor_net.hpp"
#include "studies/gelu_factor/training.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies::gelu_factor {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<double>;

Numbers flat(const Json& nested) {
  if (!nested.is_array()) return {nested.get<double>()};
  Numbers all;
  for (const Json& part : nested)
    for (const double x : flat(part)) all.push_back(x);
  return all;
}

/// The reference's matrix (outputs x inputs) as ours (inputs x outputs).
Numbers flat_transposed(const Json& matrix) {
  Numbers all;
  for (std::size_t column = 0; column < matrix[0].size(); ++column)
    for (const Json& row : matrix) all.push_back(row[column].get<double>());
  return all;
}

/// Parameters or gradients of a reference case in our order.
Numbers flat_params(const Json& parts) {
  Numbers all;
  const auto append = [&all](const Numbers& part) { all.insert(all.end(), part.begin(), part.end()); };
  append(flat_transposed(parts["psi_W1"]));
  append(flat(parts["psi_b1"]));
  append(flat_transposed(parts["psi_W2"]));
  append(flat(parts["psi_b2"]));
  append(flat_transposed(parts["phi_W1"]));
  append(flat(parts["phi_b1"]));
  append(flat(parts["phi_W2"]));
  append(flat(parts["phi_b2"]));
  return all;
}

Numbers normal_numbers(std::size_t size, std::uint32_t stream) {
  Numbers out(size);
  RandomStream(2, 0).normal(stream, 0, out);
  return out;
}

/// A net with normal weights and a batch of normal pairs and targets.
struct Example {
  Example(const FactorShape& s, std::size_t size)
      : shape(s),
        pairs{size, normal_numbers(size * s.d * s.d, 0), normal_numbers(size * s.d, 1)},
        targets(normal_numbers(size * s.d, 2)),
        params(normal_numbers(s.parameter_count(), 3)),
        workspace(s, size) {}

  Numbers prediction() {
    const auto y = predict(shape, params, pairs.view(), workspace);
    return {y.begin(), y.end()};
  }
  Numbers gradient() {
    Numbers g(params.size());
    loss_and_gradient(shape, params, pairs.view(), targets.data(), workspace, g);
    return g;
  }
  double loss() {
    Numbers g(params.size());
    return loss_and_gradient(shape, params, pairs.view(), targets.data(), workspace, g);
  }

  FactorShape shape;
  PairSet pairs;
  Numbers targets;
  Numbers params;
  FactorWorkspace workspace;
};

const FactorShape shapes[] = {{1, 1, 1}, {2, 3, 4}, {3, 5, 7}, {2, 16, 64}, {4, 17, 33}};

/// One network of the pair, layer by layer, as the definition has it.
Numbers plain_network(const FactorShape& shape, const double* input, const double* hidden, const double* hidden_bias,
                      const double* output, const double* output_bias, bool output_by_rows) {
  Numbers out(output_bias, output_bias + shape.m);
  for (std::size_t k = 0; k < shape.hidden; ++k) {
    double unit = hidden_bias[k];
    for (std::size_t i = 0; i < shape.d; ++i) unit += input[i] * hidden[i * shape.hidden + k];
    for (std::size_t c = 0; c < shape.m; ++c)
      out[c] += std::max(unit, 0.0) * (output_by_rows ? output[c * shape.hidden + k] : output[k * shape.m + c]);
  }
  return out;
}

TEST(FactorNet, predicts_phi_of_each_row_times_psi) {
  for (const FactorShape& shape : shapes) {
    Example e(shape, 9);
    const auto w = factor_weights(shape, e.params.data());
    const Numbers y = e.prediction();
    for (std::size_t i = 0; i < y.size(); ++i) {
      const Numbers phi = plain_network(shape, &e.pairs.matrices[i * shape.d], w.phi_hidden, w.phi_hidden_bias,
                                        w.phi_output, w.phi_output_bias, true);
      const Numbers psi = plain_network(shape, &e.pairs.vectors[i / shape.d * shape.d], w.psi_hidden, w.psi_hidden_bias,
                                        w.psi_output, w.psi_output_bias, false);
      double expected = 0, magnitude = 1;
      for (std::size_t c = 0; c < shape.m; ++c) {
        expected += phi[c] * psi[c];
        magnitude += std::abs(phi[c] * psi[c]);
      }
      EXPECT_NEAR(y[i], expected, 1e-14 * magnitude * static_cast<double>(shape.hidden));
    }
  }
}

TEST(FactorNet, gradients_equal_central_differences) {
  // The loss is a polynomial in each weight between the kinks of the ReLUs, and no kink lies within a step here:
  // the error is about step^2 L''' / 6 + 1e-16 L / step, for a loss of a few hundred below 1e-6 of the gradient.
  for (const FactorShape& shape : {FactorShape{1, 1, 1}, FactorShape{3, 5, 7}}) {
    Example e(shape, 4);
    const Numbers gradient = e.gradient();
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      constexpr double step = 1e-6;
      const double held = e.params[i];
      e.params[i] = held + step;
      const double above = e.loss();
      e.params[i] = held - step;
      const double below = e.loss();
      e.params[i] = held;
      EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-6 * (1 + std::abs(gradient[i]))) << i;
    }
  }
}

TEST(FactorNet, has_the_same_bits_on_every_target) {
  for (const FactorShape& shape : shapes) {
    Numbers first_prediction, first_gradient;
    for_each_vector_target([&] {
      Example e(shape, 9);
      const Numbers y = e.prediction(), gradient = e.gradient();
      if (first_prediction.empty()) first_prediction = y, first_gradient = gradient;
      EXPECT_EQ(y, first_prediction);
      EXPECT_EQ(gradient, first_gradient);
    });
  }
}

TEST(FactorNet, predicts_a_pair_alone_as_in_a_batch) {
  const FactorShape shape = {3, 5, 7};
  Example e(shape, 9);
  const Numbers y = e.prediction();
  for (std::size_t n = 0; n < e.pairs.size; ++n) {
    const auto alone = predict(shape, e.params, {1, &e.pairs.matrices[n * 9], &e.pairs.vectors[n * 3]}, e.workspace);
    EXPECT_EQ(Numbers(alone.begin(), alone.end()), Numbers(y.begin() + n * 3, y.begin() + (n + 1) * 3));
  }
}

TEST(FactorNet, exchanging_rows_of_the_matrix_exchanges_the_outputs) {
  const FactorShape shape = {2, 16, 64};
  Example e(shape, 5);
  const Numbers y = e.prediction();
  for (std::size_t n = 0; n < 5; ++n)
    for (std::size_t i = 0; i < 2; ++i) std::swap(e.pairs.matrices[n * 4 + i], e.pairs.matrices[n * 4 + 2 + i]);
  const Numbers exchanged = e.prediction();
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(exchanged[i], y[i ^ 1]);
}

TEST(FactorNet, only_the_product_of_the_two_scales_matters) {
  // A hidden unit's input weights doubled and its output weight halved; all of psi doubled and all of phi halved.
  // Powers of two change no bits.
  const FactorShape shape = {3, 5, 7};
  Example e(shape, 9);
  const Numbers y = e.prediction();
  const auto w = factor_weights(shape, e.params.data());
  for (std::size_t i = 0; i < shape.d; ++i) w.psi_hidden[i * shape.hidden + 2] *= 2;
  w.psi_hidden_bias[2] *= 2;
  for (std::size_t c = 0; c < shape.m; ++c) w.psi_output[2 * shape.m + c] /= 2;
  EXPECT_EQ(e.prediction(), y);
  for (std::size_t i = 0; i < shape.hidden * shape.m; ++i) w.psi_output[i] *= 2, w.phi_output[i] /= 2;
  for (std::size_t c = 0; c < shape.m; ++c) w.psi_output_bias[c] *= 2, w.phi_output_bias[c] /= 2;
  EXPECT_EQ(e.prediction(), y);
}

TEST(FactorNet, starts_uniform_within_one_over_the_root_of_the_inputs) {
  // 64 of 65 draws' expected extremes: with n draws the largest exceeds 1 - 12 / n of the bound but for e^-12.
  const FactorShape shape = {4, 64, 100};
  Numbers params(shape.parameter_count());
  initialise(shape, RandomStream(3, 1), 0, params);
  const auto w = factor_weights(shape, params.data());
  const auto check = [](const double* part, std::size_t size, double inputs) {
    const double bound = 1 / std::sqrt(inputs);
    const auto [least, most] = std::minmax_element(part, part + size);
    EXPECT_GE(*least, -bound);
    EXPECT_LE(*most, bound);
    EXPECT_LT(*least, -bound * (1 - 24.0 / static_cast<double>(size)));
    EXPECT_GT(*most, bound * (1 - 24.0 / static_cast<double>(size)));
  };
  check(w.psi_hidden, 400, 4);
  check(w.psi_hidden_bias, 100, 4);
  check(w.psi_output, 6400, 100);
  check(w.psi_output_bias, 64, 100);
  check(w.phi_hidden, 400, 4);
  check(w.phi_hidden_bias, 100, 4);
  check(w.phi_output, 6400, 100);
  check(w.phi_output_bias, 64, 100);
}

/// The case with given weights and data.
struct FixedWeights {
  const Json& reference = golden("gelu_factor_mlp/fixed_weights_d2_m3_h4");
  const Json& inputs = reference["inputs"];
  const Json& expected = reference["expected"];
  double absolute = reference["tolerance"]["abs"];
  double relative = reference["tolerance"]["rel"];
  FactorShape shape = {2, 3, 4};
  PairSet pairs = {3, flat(inputs["W"]), flat(inputs["x"])};
  Numbers params = flat_params(inputs["params"]);
  Numbers targets = flat(expected["y_erf"]);
  FactorWorkspace workspace{shape, 3};

  void expect_near(const Numbers& values, const Numbers& wanted) const {
    ASSERT_EQ(values.size(), wanted.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(values[i], wanted[i], absolute + relative * std::abs(wanted[i])) << i;
  }
};

TEST(FactorNetReference, fixed_weights_targets_and_predictions) {
  FixedWeights c;
  Numbers z, y_erf, y_tanh;
  row_sums(c.pairs.view(), 2, z);
  for (const double z_i : z) y_erf.push_back(gelu_erf(z_i)), y_tanh.push_back(gelu_tanh(z_i));
  c.expect_near(z, flat(c.expected["z"]));
  c.expect_near(y_erf, flat(c.expected["y_erf"]));
  c.expect_near(y_tanh, flat(c.expected["y_tanh"]));
  const auto y = predict(c.shape, c.params, c.pairs.view(), c.workspace);
  c.expect_near({y.begin(), y.end()}, flat(c.expected["y_pred_initial"]));
}

TEST(FactorNetReference, fixed_weights_gradients_and_adam_steps) {
  FixedWeights c;
  const Json& adam_inputs = c.inputs["adam"];
  Adam adam = {.learning_rate = adam_inputs["lr"],
               .beta1 = adam_inputs["beta1"],
               .beta2 = adam_inputs["beta2"],
               .epsilon = adam_inputs["eps"]};
  Numbers gradient(c.params.size()), losses;
  const int steps = c.inputs["n_steps"];
  for (int step = 0; step <= steps; ++step) {
    losses.push_back(loss_and_gradient(c.shape, c.params, c.pairs.view(), c.targets.data(), c.workspace, gradient));
    if (step == 0) c.expect_near(gradient, flat_params(c.expected["grad_initial"]));
    adam.step(c.params, gradient);
    if (step == 0) c.expect_near(c.params, flat_params(c.expected["params_after_1_step"]));
  }
  c.expect_near(losses, flat(c.expected["loss_before_each_step_then_final"]));
}

/// E f(gelu(z)), z = w . x with w, x iid N(0, 1) in d dimensions: normal with the chi-distributed length of x.
template <class F>
double target_mean(double d, const F& f) {
  using Quadrature = boost::math::quadrature::gauss_kronrod<double, 61>;
  const double chi_scale = 1 / (std::exp2(d / 2 - 1) * std::tgamma(d / 2));
  return Quadrature::integrate(
      [&](double s) {
        const double given_length = Quadrature::integrate(
            [&](double e) {
              return f(gelu_erf(s * e)) * std::exp(-e * e / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
            },
            -12.0, 12.0, 5, 1e-13);
        return given_length * chi_scale * std::pow(s, d - 1) * std::exp(-s * s / 2);
      },
      0.0, 14.0, 5, 1e-12);
}

TEST(FactorNetReference, target_moments) {
  for (const char* dimension : {"d1", "d2", "d8"}) {
    const Json& reference = golden(std::string("gelu_factor_mlp/target_moments_") + dimension);
    const Json& expected = reference["expected"];
    const double d = reference["inputs"]["d"];
    const double mean = target_mean(d, [](double y) { return y; });
    const double mean2 = target_mean(d, [](double y) { return y * y; });
    EXPECT_NEAR(mean, expected["mean_y"].get<double>(), 2e-9);
    EXPECT_NEAR(mean2, expected["mean_y2"].get<double>(), 2e-9 * (1 + mean2));
    EXPECT_NEAR(mean2 - mean * mean, expected["var_y"].get<double>(), 2e-9 * (1 + mean2));
  }
}

TEST(TrainingSet, targets_have_the_moments_of_their_distribution) {
  // 100,000 pairs; the mean over a pair's two outputs has at most the variance of one, so 5 standard errors of the
  // mean are below 5 sqrt(0.776 / 1e5) = 0.014. E y^4 = 6.9 (E z^4 / 2 + small) gives 5 sqrt(8 / 1e5) = 0.045.
  const TrainingSet set = draw_training_set(RandomStream(5, 0), {0, 1}, 2, 100000);
  double mean = 0, mean2 = 0;
  for (const double y : set.targets) {
    mean += y / static_cast<double>(set.targets.size());
    mean2 += y * y / static_cast<double>(set.targets.size());
  }
  EXPECT_NEAR(mean, 0.398942280401433, 0.014);
  EXPECT_NEAR(mean2, 0.935533763, 0.045);
}

TEST(Gelu, minimum_and_greatest_distance_of_the_two_forms) {
  EXPECT_NEAR(gelu_erf(-0.751791524693565), -0.169971207479904, 1e-14);
  EXPECT_NEAR(gelu_tanh(-0.752461422071016), -0.170040750571254, 1e-14);
  double greatest = 0, where = 0;
  for (int i = 0; i <= 100000; ++i) {
    const double z = i * 1e-4, distance = std::abs(gelu_erf(z) - gelu_tanh(z));
    if (distance > greatest) greatest = distance, where = z;
    EXPECT_NEAR(std::abs(gelu_erf(-z) - gelu_tanh(-z)), distance, 1e-14);
  }
  EXPECT_NEAR(greatest, 4.7323552e-4, 1e-10);
  EXPECT_NEAR(where, 2.698941, 1e-4);
}

}  // namespace
}  // namespace trawl::studies::gelu_factor
