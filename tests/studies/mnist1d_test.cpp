// The generator of MNIST-1D.
#include "studies/data/mnist1d.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/studies/goldens.hpp"

namespace trawl::studies::mnist1d {
namespace {

using Json = nlohmann::json;

TEST(Mnist1d, templates_equal_the_reference) {
  const Json& expected = golden("mnist1d_mlp/templates")["expected"]["whitened_div6"];
  for (std::size_t digit = 0; digit < digits; ++digit)
    for (std::size_t i = 0; i < template_points; ++i)
      EXPECT_NEAR(templates()[digit][i], expected[digit][i].get<double>(), 1e-13);
}

TEST(Mnist1d, smoothing_reflects_at_the_ends_as_the_reference_does) {
  const Json& reference = golden("mnist1d_mlp/gaussian_smoothing");
  const auto kernel = reference["expected"]["kernel"].get<std::vector<double>>();
  for (std::size_t i = 0; i < kernel.size(); ++i) EXPECT_NEAR(smoothing_kernel()[i], kernel[i], 1e-13);
  const auto from = reference["inputs"]["input"].get<std::vector<double>>();
  const auto expected = reference["expected"]["output"].get<std::vector<double>>();
  std::vector<double> to(from.size());
  smooth(from, to);
  for (std::size_t i = 0; i < to.size(); ++i) EXPECT_NEAR(to[i], expected[i], 1e-13);
}

TEST(Mnist1d, smoothed_noise_has_the_standard_deviation_that_the_kernels_norm_gives) {
  const Json& reference = golden("mnist1d_mlp/smoothed_noise_sd");
  const Kernel kernel = smoothing_kernel();
  const double norm = std::sqrt(std::inner_product(kernel.begin(), kernel.end(), kernel.begin(), 0.0));
  EXPECT_NEAR(reference["inputs"]["noise_sd"].get<double>() * norm, reference["expected"]["interior_sd"].get<double>(),
              1e-12);
}

TEST(Mnist1d, smoothing_keeps_constants_and_resampling_keeps_straight_lines) {
  std::vector<double> line(30), smoothed(30), resampled(17);
  smooth(std::vector<double>(30, 2.5), smoothed);
  for (const double value : smoothed) EXPECT_NEAR(value, 2.5, 1e-15);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = 3 - 0.5 * static_cast<double>(i);
  resample(line, resampled);
  for (std::size_t i = 0; i < resampled.size(); ++i)
    EXPECT_NEAR(resampled[i], 3 - 0.5 * 29 * static_cast<double>(i) / 16, 1e-14);
  EXPECT_EQ(resampled.front(), line.front());
  EXPECT_EQ(resampled.back(), line.back());
}

Noise noise_of(const Json& inputs, const char* name) {
  return inputs.contains(name) ? inputs[name].get<Noise>() : Noise{};
}

TEST(Mnist1d, deformed_signals_equal_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("mnist1d_mlp")) {
    if (!one["id"].get<std::string>().starts_with("mnist1d_mlp/transform_")) continue;
    const Json& inputs = one["inputs"];
    const Deformation deformation = {inputs["padding"], inputs["amplitude"], inputs["shift"], inputs["shear"]};
    const Signal signal = deform(templates()[inputs["digit"]], deformation,
                                 noise_of(inputs, "corr_noise_before_smoothing"), noise_of(inputs, "iid_noise"));
    for (std::size_t i = 0; i < points; ++i)
      EXPECT_NEAR(signal[i], one["expected"]["signal"][i].get<double>(), 1e-12) << one["id"] << i;
    ++cases;
  }
  EXPECT_EQ(cases, 3u);
}

TEST(Mnist1d, a_set_is_standardised_and_holds_as_many_of_each_digit) {
  const Set set = draw(RandomStream(1, 0), 0, 505);
  double sum = 0, squares = 0;
  for (const double x : set.x) sum += x, squares += x * x;
  const auto size = static_cast<double>(set.x.size());
  EXPECT_NEAR(sum / size, 0, 1e-13);
  EXPECT_NEAR(squares / size, 1, 1e-13);
  for (std::size_t digit = 0; digit < digits; ++digit) {
    const auto count = std::count(set.labels.begin(), set.labels.end(), digit);
    EXPECT_GE(count, 46);  // 51 of each are drawn, 5 of the 510 left out
    EXPECT_LE(count, 51);
  }
  EXPECT_FALSE(std::is_sorted(set.labels.begin(), set.labels.end()));
}

using Rows = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

constexpr Eigen::Index train = 4000, test = 1000;

/// [percent] Least squares on the labels one-hot, with a bias and penalty 1 on all 41 coefficients.
double ridge_error(const Set& set) {
  Eigen::MatrixXd x(train + test, points + 1);
  x << Rows(set.x.data(), train + test, points), Eigen::VectorXd::Ones(train + test);
  Eigen::MatrixXd y = Eigen::MatrixXd::Zero(train, digits);
  for (Eigen::Index n = 0; n < train; ++n) y(n, set.labels[n]) = 1;
  const Eigen::MatrixXd gram = x.topRows(train).transpose() * x.topRows(train);
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(points + 1, points + 1);
  const Eigen::MatrixXd scores = x.bottomRows(test) * (gram + identity).ldlt().solve(x.topRows(train).transpose() * y);
  int wrong = 0;
  for (Eigen::Index n = 0; n < test; ++n) {
    Eigen::Index guess;
    scores.row(n).maxCoeff(&guess);
    wrong += guess != set.labels[train + n] ? 1 : 0;
  }
  return 100.0 * wrong / test;
}

/// [percent] The label of the nearest training signal.
double nearest_neighbour_error(const Set& set) {
  const Rows x(set.x.data(), train + test, points);
  const Eigen::MatrixXd products = x.bottomRows(test) * x.topRows(train).transpose();
  const Eigen::VectorXd norms = x.topRows(train).rowwise().squaredNorm();
  int wrong = 0;
  for (Eigen::Index n = 0; n < test; ++n) {
    Eigen::Index nearest;
    (norms - 2 * products.row(n).transpose()).minCoeff(&nearest);
    wrong += set.labels[nearest] != set.labels[train + n] ? 1 : 0;
  }
  return 100.0 * wrong / test;
}

TEST(Mnist1d, simple_classifiers_err_as_often_as_on_the_reference_sets) {
  // Means of 4 sets against the reference's 20, to 5 standard deviations of their difference: 5 sd sqrt(1/4 + 1/20);
  // false for one seed in a million.
  const Json& expected = golden("mnist1d_mlp/baselines_fresh_data")["expected"];
  constexpr int sets = 4;
  double ridge = 0, nearest = 0;
  for (int i = 0; i < sets; ++i) {
    const Set set = draw(RandomStream(1, i), 0, train + test);
    ridge += ridge_error(set) / sets;
    nearest += nearest_neighbour_error(set) / sets;
  }
  const double z = 5 * std::sqrt(1.0 / sets + 1 / expected["n"].get<double>());
  EXPECT_NEAR(ridge, expected["ridge_test_error_pct_mean"].get<double>(),
              z * expected["ridge_test_error_pct_sd"].get<double>());
  EXPECT_NEAR(nearest, expected["nn1_test_error_pct_mean"].get<double>(),
              z * expected["nn1_test_error_pct_sd"].get<double>());
}

}  // namespace
}  // namespace trawl::studies::mnist1d
