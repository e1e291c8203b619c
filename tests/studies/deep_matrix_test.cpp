#include "studies/deep_matrix/deep_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/random.hpp"
#include "studies/composing_nets/composing_nets.hpp"
#include "studies/deep_matrix/layers.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"
#include "tests/studies/theta_net_settings.hpp"

namespace trawl::studies {
namespace {

const DeepMatrix study;

/// Sizes from inputs to outputs as parameters.
Settings sizes_of(const std::vector<double>& sizes) {
  Settings settings = {{"hidden1", 0}, {"hidden2", 0}, {"hidden3", 0}};
  settings["inputs"] = sizes.front();
  settings["outputs"] = sizes.back();
  for (std::size_t k = 1; k + 1 < sizes.size(); ++k) settings["hidden" + std::to_string(k)] = sizes[k];
  return settings;
}

TEST(DeepMatrixGolden, has_the_matrices_of_the_composition) {
  const auto& one = golden("deep_matrix/composition_matrices");
  const Values values = evaluate_point(study, {});
  for (const auto& [field, output] : {std::pair{"beta_0", "beta0"},
                                      {"Omega_0", "omega0"},
                                      {"beta_1", "beta1"},
                                      {"Omega_1", "omega1"},
                                      {"beta_2", "beta2"},
                                      {"Omega_2", "omega2"}})
    expect_golden(one, field, values.at(output));
}

TEST(DeepMatrixGolden, has_the_curve_of_the_composition) {
  const auto& one = golden("deep_matrix/composition_values");
  expect_golden(one, "y", outputs_along_x(study, {}, flat(one.at("inputs").at("x")), "y"));
}

TEST(DeepMatrixGolden, counts_parameters_and_knows_the_shapes) {
  for (const char* name : {"n_params_4_5_2_4_1", "n_params_1_3_1", "n_params_1_3_3_1", "n_params_40_100_100_10"}) {
    const auto& one = golden(std::string("deep_matrix/") + name);
    const Values values = evaluate_point(study, sizes_of(flat(one.at("inputs").at("sizes"))));
    expect_golden(one, "n_parameters", values.at("n_parameters"));
    std::vector<double> shapes;
    for (std::size_t k = 0; k < 4 && !std::isnan(values.at("rows")[k]); ++k)
      shapes.insert(shapes.end(), {values.at("rows")[k], values.at("columns")[k]});
    expect_golden(one, "weight_shapes", shapes);
  }
}

TEST(DeepMatrixGolden, has_the_layers_of_the_sources_random_network) {
  const auto& one = golden("deep_matrix/random_4_5_2_4_1_seed0");
  const auto& in = one.at("inputs");
  const std::vector<std::size_t> sizes = {4, 5, 2, 4, 1};
  const char* fields[] = {"h1", "h2", "h3", "y"};
  std::vector<std::vector<double>> layers(4);  // columns side by side, as in the case
  for (std::size_t k = 0; k < 4; ++k) layers[k].resize(sizes[k + 1] * 4);
  for (std::size_t column = 0; column < 4; ++column) {
    std::vector<double> x;
    for (std::size_t i = 0; i < 4; ++i) x.push_back(in.at("x_columns")[i][column]);
    for (std::size_t k = 0; k < 4; ++k) {
      std::vector<double> h(sizes[k + 1]);
      deep_matrix::affine(flat(in.at("beta")[k]), flat(in.at("Omega")[k]), x, h);
      if (k < 3) deep_matrix::relu_in_place(h);
      for (std::size_t i = 0; i < h.size(); ++i) layers[k][4 * i + column] = h[i];
      x = h;
    }
  }
  for (std::size_t k = 0; k < 4; ++k) expect_golden(one, fields[k], layers[k]);
}

TEST(DeepMatrixGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("deep_matrix").size(), 7u);
}

TEST(DeepMatrix, is_the_composition_of_any_two_nets) {
  const ComposingNets composing;
  for (std::uint64_t index = 0; index < 20; ++index) {
    double values[21];
    RandomStream(31, index).normal(0, 0, values);
    Settings settings = {{"x", values[20]}};
    for (std::size_t p = 0; p < 20; ++p) settings[study.declaration().parameters[p].name] = values[p];
    const Values one = evaluate_point(study, settings), other = evaluate_point(composing, settings);
    EXPECT_NEAR(one.at("y")[0], other.at("y")[0], 1e-13);
    for (std::size_t k = 0; k < 201; ++k) EXPECT_NEAR(one.at("curve")[k], other.at("curve")[k], 1e-12);
  }
}

TEST(DeepMatrix, second_matrix_has_rank_one) {
  const auto omega = evaluate_point(study, {{"net2_theta21", 1.7}, {"net1_phi2", -0.4}}).at("omega1");
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      EXPECT_NEAR(omega[3 * i + j] * omega[3 * i + j + 4], omega[3 * i + j + 1] * omega[3 * i + j + 3], 1e-13);
}

TEST(DeepMatrix, random_layers_follow_from_the_layer_before) {
  const Values values = evaluate_point(study, {}, 3), again = evaluate_point(study, {}, 3);
  const Values other = evaluate_point(study, {}, 4);
  EXPECT_EQ(values.at("activation")[0], again.at("activation")[0]);
  EXPECT_NE(values.at("input")[0], other.at("input")[0]);
  const auto& h = values.at("activation");  // 4 layers x 5 neurons
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t i = 0; i < 5; ++i) EXPECT_FALSE(h[5 * k + i] < 0);
  EXPECT_TRUE(std::isnan(h[5 + 2]));  // layer 2 has two units
  EXPECT_FALSE(std::isnan(h[15]));
  EXPECT_TRUE(std::isnan(h[16]));
}

TEST(DeepMatrix, random_signal_grows_with_the_layers_as_theory_says) {
  // Before relu E h_1^2 = 1 + s_0, and relu halves it, so that E y^2 = 1 + s_1 (1 + s_0) / 2 for one hidden
  // layer.
  constexpr int runs = 20000;
  double sum = 0, squares = 0;
  for (int seed = 0; seed < runs; ++seed) {
    const double y = evaluate_point(study, sizes_of({3, 4, 1}), static_cast<std::uint64_t>(seed)).at("activation")[4];
    sum += y * y;
    squares += y * y * y * y;
  }
  const double mean = sum / runs, error = std::sqrt((squares / runs - mean * mean) / runs);
  EXPECT_NEAR(mean, 1 + 4 * (1 + 3) / 2.0, 5 * error);
  EXPECT_LT(error, 0.2);
}

TEST(DeepMatrix, allocates_nothing_for_a_point_like_the_one_before) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
