#include "studies/importance_sampling/importance_sampling.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "studies/importance_sampling/estimator.hpp"
#include "studies/importance_sampling/kernel.hpp"
#include "studies/importance_sampling/moments.hpp"
#include "studies/models/lane_sums.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies {
namespace {

using namespace importance;
using nlohmann::json;

const ImportanceSampling study;
constexpr Integrand f1{.centre = 1, .scale = 1};
constexpr Integrand f2{.centre = 3, .scale = 20.446};
constexpr double plain = 0, weighted = 1;
constexpr double centred = 0, shifted = 1, custom = 2;

double value(const Settings& settings, const std::string& output) {
  return evaluate_point(study, settings).at(output).at(0);
}

/// The tolerance that a reference case grants to one of its expected values.
double tolerance(const json& one, const std::string& field) {
  const json& general = one.at("tolerance");
  json own = general;
  if (general.contains("per_field") && general.at("per_field").contains(field)) {
    own = general.at("per_field").at(field);
    for (const char* key : {"abs", "rel"})
      if (!own.contains(key)) own[key] = general.value(key, 0.0);
  }
  return own.value("abs", 0.0) + own.value("rel", 0.0) * std::abs(one.at("expected").at(field).get<double>());
}

void expect_golden(const json& one, const std::string& field, double got) {
  EXPECT_NEAR(got, one.at("expected").at(field).get<double>(), tolerance(one, field)) << one.at("id") << ' ' << field;
}

/// E[X^k] by brute force in long double: the rectangle rule with 16 * 1024 steps over centre +- 8, where what is left
/// out is below e^-4000 of the whole.
long double brute_moment(int k, const Integrand& f, const Normal& q) {
  constexpr long double step = 0x1p-10L;
  long double sum = 0;
  for (long double u = -8; u < 8; u += step) {
    const long double y = f.centre + u, z = (y - q.mean) / q.sd;
    sum += std::exp(k * (-u * u * u * u - y * y / 2) + (k - 1) * z * z / 2);
  }
  const long double scale =
      std::pow(static_cast<long double>(f.scale), k) * std::pow(static_cast<long double>(q.sd), k - 1);
  return scale * step * sum / std::sqrt(2 * std::numbers::pi_v<long double>);
}

TEST(ImportanceSamplingGolden, has_the_expectations_variances_and_kurtoses_of_plain_sampling) {
  for (const auto& [name, choice] : {std::pair{"plain_f1", centred}, {"plain_f2", shifted}}) {
    const json& one = golden(std::string("importance_sampling/") + name);
    const Values values =
        evaluate_point(study, {{"estimator", plain}, {"integrand", choice}, {"samples", 1}, {"repeats", 1}});
    expect_golden(one, "expectation", values.at("exact")[0]);
    expect_golden(one, "per_sample_variance", values.at("exact_variance")[0]);
    expect_golden(one, "kurtosis_of_f", values.at("kurtosis")[0]);
  }
}

TEST(ImportanceSamplingGolden, has_the_constant_that_makes_both_expectations_equal) {
  const double constant = exact_moments(f1, {}).mean / exact_moments({.centre = 3, .scale = 1}, {}).mean;
  const json& one = golden("importance_sampling/plain_f2");
  expect_golden(one, "constant_making_both_equal", constant);
}

TEST(ImportanceSamplingGolden, has_the_variance_for_every_sample_count) {
  const json& one = golden("importance_sampling/estimator_variance_vs_n");
  const json& counts = one.at("inputs").at("n");
  const json& expected = one.at("expected");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double n = counts[i].get<double>();
    const auto expect_variance = [&](const char* field, Settings settings) {
      settings.insert({{"samples", n}, {"repeats", 1}});
      const double wanted = expected.at(field)[i].get<double>();
      EXPECT_NEAR(value(settings, "exact_variance"), wanted, 1e-15 + 1e-10 * wanted) << field << ' ' << n;
    };
    expect_variance("var_plain_f1", {{"estimator", plain}, {"integrand", centred}});
    expect_variance("var_plain_f2", {{"estimator", plain}, {"integrand", shifted}});
    expect_variance("var_is_f2_q_N(3,1)", {{"estimator", weighted}, {"integrand", shifted}});
  }
  EXPECT_EQ(counts.size(), 29u);
}

TEST(ImportanceSamplingGolden, has_the_variance_and_kurtosis_of_every_proposal) {
  int compared = 0;
  for (const json& one : golden_cases("importance_sampling")) {
    if (!one.at("inputs").contains("q_mean")) continue;
    const Normal q{one.at("inputs").at("q_mean").get<double>(), one.at("inputs").at("q_sd").get<double>()};
    const json& expected = one.at("expected");
    if (expected.contains("per_sample_var_f1")) expect_golden(one, "per_sample_var_f1", exact_moments(f1, q).variance);
    expect_golden(one, "per_sample_var_f2", exact_moments(f2, q).variance);
    expect_golden(one, "kurtosis_of_weighted_f2", exact_moments(f2, q).kurtosis);
    ++compared;
  }
  EXPECT_EQ(compared, 7);
}

TEST(ImportanceSamplingGolden, finds_the_best_gaussian_proposal) {
  const json& one = golden("importance_sampling/best_gaussian_proposal_f2");
  const Normal best = best_proposal(f2);
  expect_golden(one, "q_mean", best.mean);
  expect_golden(one, "q_sd", best.sd);
  expect_golden(one, "per_sample_var", exact_moments(f2, best).variance);
}

TEST(ImportanceSamplingGolden, has_the_values_of_other_centres) {
  for (const double centre : {0.0, 2.0}) {
    const json& one = golden(centre == 0 ? "importance_sampling/centre_c0" : "importance_sampling/centre_c2");
    const Settings settings{{"integrand", custom}, {"centre", centre},      {"proposal_mean", centre},
                            {"proposal_sd", 1},    {"estimator", weighted}, {"samples", 1},
                            {"repeats", 1}};
    const Values values = evaluate_point(study, settings);
    expect_golden(one, "expectation", values.at("exact")[0]);
    expect_golden(one, "per_sample_var_q_N(c,1)", values.at("exact_variance")[0]);
    expect_golden(one, "per_sample_var_plain", values.at("exact_variance")[0] * values.at("variance_ratio")[0]);
  }
}

/// Relative, or infinite where the exact value is beyond the largest double.
void expect_close(double got, long double exact, double tolerance, const std::string& what) {
  if (exact > std::numeric_limits<double>::max()) EXPECT_EQ(got, std::numeric_limits<double>::infinity()) << what;
  else EXPECT_NEAR(static_cast<double>(got / exact), 1, tolerance) << what;
}

TEST(ImportanceSamplingMoments, agree_with_brute_force_to_1e_12_for_narrow_wide_and_far_proposals) {
  const Integrand integrands[] = {f1, f2, {.centre = -4, .scale = 0.01}, {.centre = 8, .scale = 3}};
  const Normal proposals[] = {{0, 1}, {3, 0.2}, {3, 0.3}, {2.5, 0.5}, {-2, 3}, {12, 2}, {0, 10}};
  for (const Integrand& f : integrands)
    for (const Normal& q : proposals) {
      const Moments moments = exact_moments(f, q);
      const long double mean = brute_moment(1, f, q), second = brute_moment(2, f, q);
      const long double third = brute_moment(3, f, q), fourth = brute_moment(4, f, q);
      const long double variance = second - mean * mean;
      const long double central_fourth = fourth - 4 * mean * third + 6 * mean * mean * second - 3 * std::pow(mean, 4);
      const std::string what = fmt::format("c = {}, q = N({}, {}^2)", f.centre, q.mean, q.sd);
      expect_close(moments.mean, mean, 1e-12, what);
      expect_close(moments.variance, variance, 1e-12, what);
      expect_close(moments.kurtosis, central_fourth / (variance * variance), 1e-11, what);
    }
}

TEST(ImportanceSamplingMoments, are_infinite_rather_than_wrong_beyond_the_largest_double) {
  for (const Normal& q : {Normal{3, 0.01}, Normal{1e6, 1}, Normal{3, 1e-200}, Normal{1e300, 1}}) {
    const Moments moments = exact_moments(f2, q);
    EXPECT_NEAR(moments.mean, 0.4316417233343849, 1e-12);
    EXPECT_EQ(moments.variance, std::numeric_limits<double>::infinity());
    EXPECT_EQ(moments.kurtosis, std::numeric_limits<double>::infinity());
  }
}

TEST(ImportanceSamplingMoments, of_the_weights_are_those_of_quadrature) {
  for (const Normal& q : {Normal{0, 1}, Normal{1, 2}, Normal{-0.5, 0.8}}) {
    double sum = 0;
    for (double y = -60; y < 60; y += 1e-3) {
      const double z = (y - q.mean) / q.sd;
      sum += std::exp(-y * y + z * z / 2) * q.sd * 1e-3 / std::sqrt(2 * std::numbers::pi);
    }
    EXPECT_NEAR(weight_second_moment(q), sum, 1e-12 * sum);
  }
  EXPECT_EQ(weight_second_moment({0, 0.7}), std::numeric_limits<double>::infinity());
}

TEST(ImportanceSamplingKernel, is_the_integrand_times_the_ratio_of_the_densities) {
  const auto density = [](double y, const Normal& at) {
    const double z = (y - at.mean) / at.sd;
    return std::exp(-z * z / 2) / (at.sd * std::sqrt(2 * std::numbers::pi));
  };
  const double z[8] = {-3, -1.5, -0.5, 0, 0.25, 1, 2, 4};
  for (const Normal& q : {Normal{0, 1}, Normal{3, 1}, Normal{2.5, 0.5}, Normal{1, 3}}) {
    const WeightedIntegrand x(f2, q);
    double values[8], w[8];
    weighted_integrand(x, z, 8, values);
    weights(x, z, 8, w);
    for (int i = 0; i < 8; ++i) {
      const double y = q.mean + q.sd * z[i];
      const double weight = density(y, {}) / density(y, q);
      const double expected = f2.scale * std::exp(-std::pow(y - f2.centre, 4)) * weight;
      EXPECT_NEAR(w[i] * q.sd, weight, 1e-13 * weight);
      EXPECT_NEAR(values[i] * x.factor, expected, 1e-12 * expected);
    }
  }
}

TEST(ImportanceSamplingKernel, sums_in_eight_lanes_on_every_target) {
  double values[32];
  for (int i = 0; i < 32; ++i) values[i] = std::sqrt(i + 2.0);
  for_each_vector_target([&] {
    for (std::size_t count = 0; count <= 24; ++count) {
      double lanes[8] = {}, squares[8] = {};
      for (std::size_t i = 0; i < count; ++i) {
        lanes[i % 8] += values[i];
        squares[i % 8] += values[i] * values[i];
      }
      const auto tree = [](const double(&v)[8]) {
        return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
      };
      EXPECT_EQ(sum(values, count), tree(lanes));
      EXPECT_EQ(sum_of_squares(values, count), tree(squares));
    }
  });
}

/// Standard error of the variance of `repeats` estimates of n samples each, relative to it.
double variance_error(double kurtosis, double n, double repeats) {
  const double of_the_mean = 3 + (kurtosis - 3) / n;
  return std::sqrt((of_the_mean - 1 + 2 / (repeats - 1)) / repeats);
}

TEST(ImportanceSampling, has_the_exact_variance_within_its_sampling_error_for_every_sample_count) {
  // 4 * 29 variances from 10000 estimates each; five standard errors are exceeded by chance about once in 10^4 runs
  // of this test, more where the kurtosis makes the distribution of a variance skew, hence six.
  const json& counts = golden("importance_sampling/estimator_variance_vs_n").at("inputs").at("n");
  for (const double estimator : {plain, weighted})
    for (const double integrand : {centred, shifted})
      for (const json& n : counts) {
        const Values values = evaluate_point(
            study,
            {{"estimator", estimator}, {"integrand", integrand}, {"samples", n.get<double>()}, {"repeats", 10000}});
        const double exact = values.at("exact_variance")[0];
        const double error = variance_error(values.at("kurtosis")[0], n.get<double>(), 10000);
        EXPECT_NEAR(values.at("estimator_variance")[0] / exact, 1, 6 * error) << estimator << integrand << n;
        EXPECT_NEAR(values.at("mean_estimate")[0], values.at("exact")[0], 5 * std::sqrt(exact / 10000));
      }
}

TEST(ImportanceSampling, has_an_error_of_the_size_of_its_standard_deviation) {
  for (const double sd : {0.5, 1.0, 3.0}) {
    const Values values =
        evaluate_point(study, {{"proposal_mean", 2.5}, {"proposal_sd", sd}, {"samples", 3'000'001}, {"repeats", 1}});
    EXPECT_LT(std::abs(values.at("error")[0]), 5 * std::sqrt(values.at("exact_variance")[0]));
    EXPECT_EQ(values.at("error")[0], values.at("estimate")[0] - values.at("exact")[0]);
    EXPECT_EQ(values.at("estimate")[0], values.at("mean_estimate")[0]);
    EXPECT_TRUE(std::isnan(values.at("estimator_variance")[0]));
  }
}

TEST(ImportanceSampling, is_plain_sampling_bit_for_bit_when_the_proposal_is_the_target) {
  for (const double samples : {1.0, 7.0, 1000.0, 5000.0}) {
    Settings settings{{"samples", samples}, {"repeats", 20}, {"estimator", plain}};
    const Values of_plain = evaluate_point(study, settings);
    settings["estimator"] = weighted;
    settings["proposal_mean"] = 0;
    EXPECT_EQ(evaluate_point(study, settings), of_plain);
    EXPECT_EQ(of_plain.at("effective_sample_size")[0], samples);
    EXPECT_EQ(of_plain.at("variance_ratio")[0], 1);
  }
}

TEST(ImportanceSampling, mirrors_with_its_integrand) {
  // c -> -c with m -> -m turns y into -y: the same exact values, estimates from the same distribution.
  const Settings right{{"integrand", custom}, {"centre", 2.0}, {"proposal_mean", 1.5}, {"samples", 50}};
  const Settings left{{"integrand", custom}, {"centre", -2.0}, {"proposal_mean", -1.5}, {"samples", 50}};
  EXPECT_NEAR(value(left, "exact_variance") / value(right, "exact_variance"), 1, 1e-12);
  EXPECT_NEAR(value(left, "kurtosis") / value(right, "kurtosis"), 1, 1e-12);
  const double error = variance_error(value(left, "kurtosis"), 50, 10000);
  EXPECT_NEAR(value(left, "estimator_variance") / value(right, "estimator_variance"), 1, 5 * std::sqrt(2.0) * error);
}

TEST(ImportanceSampling, scales_with_its_integrand) {
  Settings settings{{"integrand", custom}, {"centre", 3}, {"scale", 1}, {"samples", 10}, {"repeats", 100}};
  const Values one = evaluate_point(study, settings);
  settings["scale"] = 4;
  const Values four = evaluate_point(study, settings);
  EXPECT_EQ(four.at("estimate")[0], 4 * one.at("estimate")[0]);
  EXPECT_EQ(four.at("estimator_variance")[0], 16 * one.at("estimator_variance")[0]);
  EXPECT_NEAR(four.at("exact_variance")[0] / one.at("exact_variance")[0], 16, 1e-12);
  EXPECT_NEAR(four.at("kurtosis")[0] / one.at("kurtosis")[0], 1, 1e-12);
}

TEST(ImportanceSampling, has_the_effective_sample_size_of_its_weights) {
  // One million weights of variance 0.31: (sum w)^2 / sum w^2 is off by well under 1 %.
  const Normal q{0.5, 1.2};
  const Values values =
      evaluate_point(study, {{"proposal_mean", q.mean}, {"proposal_sd", q.sd}, {"samples", 1'000'000}, {"repeats", 1}});
  EXPECT_NEAR(values.at("effective_sample_size")[0], 1e6 / weight_second_moment(q), 1e4);
  EXPECT_EQ(value({{"samples", 1}, {"repeats", 5}}, "effective_sample_size"), 1);
}

TEST(ImportanceSampling, has_the_same_bits_for_any_number_of_threads_and_every_target) {
  const tbb::global_control three_threads(tbb::global_control::max_allowed_parallelism, 3);
  for (const auto& [samples, repeats] :
       {std::pair{1.0, 5000.0}, {7.0, 3001.0}, {1024.0, 40.0}, {1025.0, 40.0}, {200'003.0, 3.0}}) {
    const Settings settings{{"samples", samples}, {"repeats", repeats}, {"proposal_mean", 2.5}};
    Values expected;
    for_each_vector_target([&] {
      for (const int threads : {1, 2, 3}) {
        tbb::task_arena arena(threads);
        const Values values = arena.execute([&] { return evaluate_point(study, settings); });
        if (expected.empty()) expected = values;
        EXPECT_EQ(values, expected) << samples << ' ' << threads;
      }
    });
  }
}

TEST(ImportanceSampling, uses_the_draws_that_belong_to_an_estimate) {
  // Estimate r reads draws [r n, (r + 1) n): estimates of 3 samples and of 1 share their draws.
  const RandomStream random(1, 2);
  const Estimates ones = sample_estimates(f1, {}, 1, 300, random);
  const Estimates threes = sample_estimates(f1, {}, 3, 100, random);
  EXPECT_NEAR(ones.mean, threes.mean, 1e-14);
  double z;
  random.normal(0, 0, {&z, 1});
  EXPECT_NEAR(ones.first, std::exp(-std::pow(z - 1, 4)), 1e-15);
}

TEST(ImportanceSampling, says_nan_where_no_double_can_hold_the_exact_variance) {
  const Settings settings{{"proposal_mean", 1000}, {"samples", 10}, {"repeats", 10}};
  EXPECT_TRUE(std::isnan(value(settings, "exact_variance")));
  EXPECT_TRUE(std::isnan(value(settings, "kurtosis")));
  EXPECT_EQ(value(settings, "variance_ratio"), 0);
  EXPECT_EQ(value(settings, "estimate"), 0);
  EXPECT_EQ(value(settings, "effective_sample_size"), 0);
}

TEST(ImportanceSampling, refuses_values_outside_their_domains) {
  const auto parameter = [](const std::string& name) {
    for (const Parameter& p : study.declaration().parameters)
      if (p.name == name) return p;
    throw std::out_of_range(name);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [name, bad] : {std::pair{"samples", 0.0},
                                  {"samples", 1.5},
                                  {"samples", nan},
                                  {"repeats", 0.0},
                                  {"proposal_sd", 0.0},
                                  {"proposal_sd", -1.0},
                                  {"proposal_sd", nan},
                                  {"proposal_mean", nan},
                                  {"centre", 26.0},
                                  {"scale", 0.0},
                                  {"estimator", 2.0},
                                  {"integrand", 3.0}})
    EXPECT_NE(problem_with(parameter(name), bad), "") << name << ' ' << bad;
  for (const Parameter& p : study.declaration().parameters) EXPECT_EQ(problem_with(p, p.default_value), "") << p.name;
}

TEST(ImportanceSampling, refuses_more_draws_than_a_stream_has) {
  EXPECT_THROW(value({{"samples", 1e12}, {"repeats", 1e9}}, "estimate"), std::invalid_argument);
}

}  // namespace
}  // namespace trawl::studies
