#include "studies/reparam_gradient/reparam_gradient.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>

#include "studies/reparam_gradient/exact.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace reparam;
using nlohmann::json;

const ReparamGradient study;
constexpr double reparameterised = 0, score = 1, function = 2;
constexpr double optimal = 1, custom = 2;
constexpr double estimated = 1;
const Settings quick{{"samples", 1}, {"repeats", 1}, {"steps", 0}};

Values at(Settings settings) {
  settings.insert(quick.begin(), quick.end());
  return evaluate_point(study, settings);
}

/// E[g(z, x)] by adaptive quadrature.
template <class G>
double mean_of(double phi, const G& g) {
  const double mean = phi * phi * phi, sd = std::exp(phi);
  return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      [&](double z) { return g(z, mean + sd * z) * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }, -12.0,
      12.0, 15, 1e-13);
}

TEST(ReparamGradientGolden, has_the_expectations_derivatives_and_variances) {
  int compared = 0;
  for (const json& one : golden_cases("reparam_gradient")) {
    if (!one.at("expected").contains("per_sample_var_reparam")) continue;
    const Values values = at({{"phi", one.at("inputs").at("phi").get<double>()}});
    for (const auto& [field, output] : {std::pair{"expectation", "exact_expectation"},
                                        {"derivative", "exact_derivative"},
                                        {"per_sample_var_of_f", "function_variance"},
                                        {"per_sample_var_reparam", "reparameterised_variance"},
                                        {"per_sample_var_score", "score_variance"},
                                        {"variance_ratio_score_over_reparam", "variance_ratio"}})
      expect_golden(one, field, values.at(output)[0]);
    ++compared;
  }
  EXPECT_EQ(compared, 7);
}

TEST(ReparamGradientGolden, contains_what_the_source_printed_from_samples) {
  for (const json& one : golden_cases("reparam_gradient")) {
    if (!one.at("expected").contains("printed_monte_carlo_values_in_source")) continue;
    const json& printed = one.at("expected").at("printed_monte_carlo_values_in_source");
    const double phi = one.at("inputs").at("phi").get<double>();
    EXPECT_NEAR(expectation(phi), printed[0].get<double>(), 0.01);
    for (std::size_t i = 1; i < printed.size(); ++i) EXPECT_NEAR(derivative(phi), printed[i].get<double>(), 0.01);
  }
}

TEST(ReparamGradientGolden, has_the_optimal_baseline_and_its_variance) {
  const json& one = golden("reparam_gradient/baseline_phi0.3");
  const Values values = at({{"phi", one.at("inputs").at("phi").get<double>()}, {"baseline", optimal}});
  expect_golden(one, "optimal_constant_baseline", values.at("optimal_baseline")[0]);
  expect_golden(one, "per_sample_var_score_with_baseline", values.at("score_variance")[0]);
}

TEST(ReparamGradientGolden, finds_the_minimum_of_the_expectation) {
  const json& one = golden("reparam_gradient/argmin_of_expectation");
  const Values values = at({});
  expect_golden(one, "phi", values.at("minimum_phi")[0]);
  expect_golden(one, "expectation", values.at("minimum_expectation")[0]);
}

TEST(ReparamGradientGolden, descends_along_the_exact_gradient) {
  const json& one = golden("reparam_gradient/gd_exact_gradient");
  const json& inputs = one.at("inputs");
  const std::vector<double> path = at({{"start", inputs.at("phi0").get<double>()},
                                       {"learning_rate", inputs.at("alpha").get<double>()},
                                       {"steps", inputs.at("n_steps").get<double>()}})
                                       .at("phi_path");
  const json& expected = one.at("expected").at("phi_every_10");
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(path[10 * i], expected[i].get<double>(), 1e-10);
  EXPECT_EQ(path.size(), 101u);
}

TEST(ReparamGradientExact, agrees_with_adaptive_quadrature_for_narrow_and_wide_distributions) {
  const auto f = [](double x) { return x * x + std::sin(x); };
  for (const double phi : {-4.0, -2.2, -0.7, 0.1, 0.9, 1.7, 2.4}) {
    const double slope = 3 * phi * phi, sd = std::exp(phi), b = 1.5;
    const auto ln_p_slope = [&](double z) { return slope * z / sd + z * z - 1; };
    const auto square = [](double x) { return x * x; };
    const double mean = mean_of(phi, [&](double, double x) { return f(x); });
    const double through = mean_of(phi, [&](double z, double x) { return (2 * x + std::cos(x)) * (sd * z + slope); });
    const double by_score = mean_of(phi, [&](double z, double x) { return f(x) * ln_p_slope(z); });
    EXPECT_NEAR(expectation(phi) / mean, 1, 1e-10) << phi;
    EXPECT_NEAR(derivative(phi) / through, 1, 1e-10) << phi;
    EXPECT_NEAR(derivative(phi), by_score,
                1e-9 * mean_of(phi, [&](double z, double x) { return std::abs(f(x) * ln_p_slope(z)); }))
        << phi;
    const Variances one = variances(phi, b);
    EXPECT_NEAR(one.function / mean_of(phi, [&](double, double x) { return square(f(x) - mean); }), 1, 1e-9) << phi;
    EXPECT_NEAR(one.reparameterised /
                    mean_of(phi, [&](double z,
                                     double x) { return square((2 * x + std::cos(x)) * (sd * z + slope) - through); }),
                1, 1e-9)
        << phi;
    EXPECT_NEAR(
        one.score /
            mean_of(phi, [&](double z, double x) { return square((f(x) - b) * ln_p_slope(z) - derivative(phi)); }),
        1, 1e-9)
        << phi;
  }
}

TEST(ReparamGradientExact, has_the_derivative_of_the_expectation_to_second_order_in_the_difference) {
  for (const double phi : {-1.3, -0.4, 0.6, 1.1}) {
    const auto error = [&](double h) {
      return (expectation(phi + h) - expectation(phi - h)) / (2 * h) - derivative(phi);
    };
    EXPECT_NEAR(error(1e-2) / error(5e-3), 4, 0.1) << phi;
    EXPECT_NEAR(error(1e-5), 0, 1e-8);
  }
}

TEST(ReparamGradientExact, has_its_least_score_variance_at_the_optimal_baseline) {
  for (const double phi : {-0.5, 0.3, 1.0}) {
    const double best = optimal_baseline(phi);
    const auto v = [&](double shift) { return variances(phi, best + shift).score; };
    EXPECT_LT(v(0), v(0.1));
    EXPECT_NEAR(v(0.1), v(-0.1), 1e-9 * v(0));  // a parabola about it
  }
}

TEST(ReparamGradientExact, is_flat_at_the_minimum_and_higher_elsewhere) {
  const Minimum least = minimum();
  EXPECT_NEAR(derivative(least.phi), 0, 1e-14);
  for (double phi = -10; phi <= 6; phi += 0.01) EXPECT_GE(expectation(phi), least.expectation);
}

TEST(ReparamGradient, has_estimates_with_the_exact_mean_and_variance) {
  // 4000 estimates of 50 terms. Their mean lies within 5 standard errors; their variance within 6 times
  // sqrt((kurtosis - 1) / repeats), where the mean of 50 terms of kurtosis below 150 has one below 6.
  for (const double estimator : {reparameterised, score, function})
    for (const double phi : {-0.8, 0.3, 0.5}) {
      const Values values =
          evaluate_point(study, {{"phi", phi}, {"estimator", estimator}, {"samples", 50}, {"repeats", 4000}}, 3);
      const double exact = values.at("exact_variance")[0];
      const double mean = values.at(estimator == function ? "exact_expectation" : "exact_derivative")[0];
      EXPECT_NEAR(values.at("mean_estimate")[0], mean, 5 * std::sqrt(exact / 4000)) << estimator << ' ' << phi;
      EXPECT_NEAR(values.at("estimator_variance")[0] / exact, 1, 6 * std::sqrt(5.0 / 4000)) << estimator << ' ' << phi;
    }
}

TEST(ReparamGradient, takes_the_baseline_off_the_score_estimator_without_moving_its_mean) {
  const Settings settings{{"estimator", score}, {"phi", 0.3}, {"samples", 1000}, {"repeats", 1000}};
  Settings with = settings;
  with["baseline"] = custom;
  with["baseline_value"] = 9;
  const Values plain = evaluate_point(study, settings), less = evaluate_point(study, with);
  EXPECT_NEAR(less.at("mean_estimate")[0], less.at("exact_derivative")[0], 5 * std::sqrt(80.0 / 1e6));
  EXPECT_NEAR(less.at("estimator_variance")[0] / plain.at("estimator_variance")[0], 79.34 / 247.4, 0.06);
}

TEST(ReparamGradient, has_terms_that_are_the_formulas) {
  const double z[8] = {-3, -1.5, -0.5, 0, 0.25, 1, 2, 4};
  for (const double phi : {-1.5, 0.5, 3.0}) {
    const Place place(phi);
    double through[8], by_score[8], plain[8];
    reparameterised_terms(place, z, 8, through);
    score_terms(place, 0.75, z, 8, by_score);
    function_terms(place, z, 8, plain);
    for (int i = 0; i < 8; ++i) {
      const double mean = phi * phi * phi, s = std::exp(phi), x = mean + s * z[i];
      const double f = x * x + std::sin(x);
      const double ln_p = 3 * phi * phi * (x - mean) / (s * s) + (x - mean) * (x - mean) / (s * s) - 1;
      EXPECT_NEAR(plain[i], f, 1e-13 * (1 + x * x));
      EXPECT_NEAR(through[i], (2 * x + std::cos(x)) * (z[i] * s + 3 * phi * phi), 1e-12 * (1 + x * x) * (1 + s));
      EXPECT_NEAR(by_score[i], (f - 0.75) * ln_p, 1e-12 * (1 + x * x) * (1 + std::abs(ln_p)));
    }
  }
}

TEST(ReparamGradient, descends_to_the_minimum_with_estimated_gradients) {
  for (const double estimator : {reparameterised, score}) {
    const std::vector<double> path = evaluate_point(study, {{"estimator", estimator},
                                                            {"descent", estimated},
                                                            {"samples", 20000},
                                                            {"repeats", 1},
                                                            {"start", -0.2},
                                                            {"steps", 200}})
                                         .at("phi_path");
    EXPECT_EQ(path[0], -0.2);
    EXPECT_NEAR(path[200], minimum().phi, 0.02);
  }
}

TEST(ReparamGradient, leaves_the_rest_of_a_path_empty_when_the_descent_runs_away) {
  const Values values = at({{"start", 5}, {"learning_rate", 1}, {"steps", 10}});
  EXPECT_EQ(values.at("phi_path")[0], 5);
  EXPECT_TRUE(std::isnan(values.at("phi_path")[10]));
  EXPECT_TRUE(std::isfinite(values.at("estimate")[0]));
}

TEST(ReparamGradient, has_the_same_bits_for_any_number_of_threads_and_every_target) {
  const tbb::global_control three_threads(tbb::global_control::max_allowed_parallelism, 3);
  for (const double estimator : {reparameterised, score, function})
    for (const auto& [samples, repeats] : {std::pair{7.0, 3001.0}, {1025.0, 40.0}, {30'003.0, 3.0}}) {
      const Settings settings{
          {"estimator", estimator}, {"samples", samples}, {"repeats", repeats}, {"descent", estimated}, {"steps", 3}};
      Values expected;
      for_each_vector_target([&] {
        for (const int threads : {1, 3}) {
          tbb::task_arena arena(threads);
          const Values values = arena.execute([&] { return evaluate_point(study, settings); });
          if (expected.empty()) expected = values;
          EXPECT_EQ(values, expected) << samples << ' ' << threads;
        }
      });
    }
}

TEST(ReparamGradient, refuses_more_draws_than_a_stream_has) {
  EXPECT_THROW(evaluate_point(study, {{"samples", 1e12}, {"repeats", 1e9}}), std::invalid_argument);
}

}  // namespace
}  // namespace trawl::studies
