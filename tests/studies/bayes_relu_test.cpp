#include "studies/bayes_relu/bayes_relu.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "studies/bayes_relu/posterior.hpp"
#include "studies/bayes_relu/source_data.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace bayes;
using nlohmann::json;

const BayesRelu study;
constexpr double random_data = 1, exact_pi = 1;

TEST(BayesReluGolden, has_every_posterior) {
  int compared = 0;
  for (const json& one : golden_cases("bayes_relu")) {
    const json& inputs = one.at("inputs");
    if (!inputs.contains("x_star")) continue;
    Settings settings{{"hidden", inputs.at("n_hidden").get<double>()},
                      {"noise_variance", inputs.at("sigma_sq").get<double>()},
                      {"prior_variance", inputs.at("sigma_p_sq").get<double>()}};
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "phi_mean", values.at("weight_mean"));
    expect_golden(one, "log_evidence", values.at("log_evidence"));
    expect_golden(one, "rmse_of_mean_to_true_on_linspace100", values.at("rmse"));
    expect_golden(one, "train_sum_sq", values.at("squared_error"));
    if (one.at("expected").contains("phi_covariance"))
      expect_golden(one, "phi_covariance", values.at("weight_covariance"));
    std::vector<double> mean, variance;
    for (const json& x : inputs.at("x_star")) {
      settings["x_star"] = x.get<double>();
      const Values at_x = evaluate_point(study, settings);
      mean.push_back(at_x.at("mean_at_x_star")[0]);
      variance.push_back(at_x.at("variance_at_x_star")[0]);
    }
    expect_golden(one, "predictive_mean", mean);
    expect_golden(one, "predictive_var_without_noise", variance);
    ++compared;
  }
  EXPECT_EQ(compared, 6);
}

TEST(BayesReluGolden, has_the_true_curve_and_the_features) {
  const json& curve = golden("bayes_relu/true_function");
  for (const auto& [pi, field] : {std::pair{0.0, "y_3.1413"}, {exact_pi, "y_exact_pi"}}) {
    std::vector<double> truth;
    for (const json& x : curve.at("inputs").at("x"))
      truth.push_back(evaluate_point(study, {{"pi", pi}, {"x_star", x.get<double>()}}).at("truth_at_x_star")[0]);
    expect_golden(curve, field, truth);
  }
  const json& matrix = golden("bayes_relu/design_matrix");
  std::vector<double> columns;
  for (const json& x : matrix.at("inputs").at("x")) {
    const double hidden = matrix.at("inputs").at("n_hidden").get<double>();
    const Values values = evaluate_point(study, {{"hidden", hidden}, {"x_star", x.get<double>()}});
    for (const double h : values.at("feature_at_x_star")) columns.push_back(h);
  }
  expect_golden(matrix, "H_columns", columns);
}

/// The data of a task and its features, one column for each point.
struct Problem {
  explicit Problem(std::uint64_t task, int n, int hidden) : x(n), y(n), features(hidden + 1, n) {
    RandomSequence random(RandomStream(9, task), 0);
    for (int k = 0; k < n; ++k) {
      x[k] = random.uniform();
      y[k] = random.normal();
      bayes::features(x[k], hidden, features.col(k).data());
    }
  }

  std::vector<double> x, y;
  Eigen::MatrixXd features;
};

TEST(BayesRelu, agrees_with_the_regression_of_a_gaussian_process) {
  // The same posterior from the other side: conditioning the normal distribution of (f(x*), y) on y.
  for (const auto& [n, hidden] : {std::pair{1, 4}, {4, 9}, {15, 5}, {30, 30}}) {
    const double noise = 0.2, prior = 3;
    const Problem problem(static_cast<std::uint64_t>(n), n, hidden);
    Posterior posterior;
    posterior.fit(problem.x, problem.y, hidden, noise, prior);
    const Eigen::MatrixXd& h = problem.features;
    const Eigen::MatrixXd k = prior * h.transpose() * h + noise * Eigen::MatrixXd::Identity(n, n);
    const Eigen::LLT<Eigen::MatrixXd> factor(k);
    const Eigen::Map<const Eigen::VectorXd> y(problem.y.data(), n);
    for (const double x : {-0.5, 0.0, 0.3, 0.77, 1.4}) {
      Eigen::VectorXd at_x(hidden + 1);
      features(x, hidden, at_x.data());
      const Eigen::VectorXd cross = prior * h.transpose() * at_x;
      const auto prediction = posterior.predict(x);
      EXPECT_NEAR(prediction.mean, cross.dot(factor.solve(y)), 1e-11);
      EXPECT_NEAR(prediction.variance, prior * at_x.dot(at_x) - cross.dot(factor.solve(cross)), 1e-11);
    }
    const double log_det = 2 * factor.matrixL().toDenseMatrix().diagonal().array().log().sum();
    EXPECT_NEAR(posterior.log_evidence(), -(n * std::log(2 * std::numbers::pi) + log_det + y.dot(factor.solve(y))) / 2,
                1e-10);
  }
}

TEST(BayesRelu, has_a_mean_where_the_gradient_of_the_log_posterior_vanishes) {
  const Problem problem(77, 12, 6);
  const double noise = 0.1, prior = 20;
  Posterior posterior;
  posterior.fit(problem.x, problem.y, 6, noise, prior);
  const Eigen::Map<const Eigen::VectorXd> m(posterior.mean().data(), 7), y(problem.y.data(), 12);
  const Eigen::VectorXd gradient = problem.features * (y - problem.features.transpose() * m) / noise - m / prior;
  EXPECT_LT(gradient.norm(), 1e-10);
}

TEST(BayesRelu, adds_the_logarithms_of_its_predictions_to_the_evidence) {
  // p(y1, y2, ..) = p(y1) p(y2 | y1) ..: each point predicted from those before it.
  const Problem problem(5, 8, 4);
  const double noise = 0.3, prior = 2;
  double sum = 0;
  Posterior posterior;
  for (std::size_t k = 0; k < 8; ++k) {
    posterior.fit(std::span(problem.x).first(k), std::span(problem.y).first(k), 4, noise, prior);
    const auto prediction = posterior.predict(problem.x[k]);
    const double variance = prediction.variance + noise, error = problem.y[k] - prediction.mean;
    sum -= (std::log(2 * std::numbers::pi * variance) + error * error / variance) / 2;
  }
  posterior.fit(problem.x, problem.y, 4, noise, prior);
  EXPECT_NEAR(posterior.log_evidence(), sum, 1e-12);
}

TEST(BayesRelu, has_the_prior_where_nothing_is_learned) {
  const Values values = evaluate_point(study, {{"noise_variance", 1e12}, {"prior_variance", 2}, {"x_star", 0}});
  EXPECT_NEAR(values.at("mean_at_x_star")[0], 0, 1e-9);
  EXPECT_NEAR(values.at("variance_at_x_star")[0], 2, 1e-9);  // h(0) = (0, .., 0, 1)
}

TEST(BayesRelu, goes_through_the_points_when_there_are_weights_enough_and_no_noise) {
  const Values values = evaluate_point(
      study, {{"hidden", 200}, {"noise_variance", 1e-6}, {"prior_variance", 1e4}, {"x_star", source_x[4]}});
  EXPECT_NEAR(values.at("mean_at_x_star")[0], source_y[4], 1e-3);
}

TEST(BayesRelu, adds_the_observations_noise_when_asked) {
  const Values plain = evaluate_point(study, {}), noisy = evaluate_point(study, {{"noisy_prediction", 1}});
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_DOUBLE_EQ(noisy.at("predictive_variance")[i], plain.at("predictive_variance")[i] + 0.09);
}

TEST(BayesRelu, approaches_the_truth_with_more_random_points) {
  const auto rmse = [](double points) {
    return evaluate_point(study, {{"data", random_data}, {"points", points}, {"hidden", 12}}).at("rmse")[0];
  };
  EXPECT_LT(rmse(1000), rmse(15));
  EXPECT_LT(rmse(1000), 0.06);  // 13 weights: 0.3 sqrt(13 / 1000) = 0.034 from the noise, the rest from the features
}

TEST(BayesRelu, leaves_weights_beyond_its_own_empty) {
  const auto values = evaluate_block(study, {row_of(study, {{"hidden", 2}}), row_of(study, {{"hidden", 4}})});
  const Values alone = evaluate_point(study, {{"hidden", 2}});
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) {
      const double entry = values[0].at("weight_covariance")[5 * i + j];
      if (i < 3 && j < 3) EXPECT_EQ(entry, alone.at("weight_covariance")[3 * i + j]);
      else EXPECT_TRUE(std::isnan(entry));
    }
}

TEST(BayesRelu, allocates_nothing_per_point_like_the_last) {
  EXPECT_EQ(allocations(study, {}), 0);
  EXPECT_EQ(allocations(study, {{"data", random_data}}), 0);
}

}  // namespace
}  // namespace trawl::studies
