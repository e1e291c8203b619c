#include "studies/latent_variable/latent_variable.hpp"

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>

#include "studies/latent_variable/density.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace latent;
using nlohmann::json;

const LatentVariable study;
constexpr double sine = 1;

Values at(Settings settings) {
  settings.insert({{"samples", 1}, {"with_expected_log_density", 0}});
  return evaluate_point(study, settings);
}

double value(const Settings& settings, const std::string& output) {
  return at(settings).at(output).at(0);
}

double f1(double z) {
  return 0.5 * std::exp(std::sin(2 + 3.675 * z));
}

double joint(double z, double x1, double x2, double sigma_sq) {
  const double d1 = x1 - f1(z), d2 = x2 - std::cos(2 + 2.85 * z);
  return std::exp(-z * z / 2 - (d1 * d1 + d2 * d2) / (2 * sigma_sq)) /
         (2 * std::numbers::pi * sigma_sq * std::sqrt(2 * std::numbers::pi));
}

template <class F>
double integral(const F& f) {
  double sum = 0;
  for (int piece = -18; piece < 18; ++piece)
    sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(f, piece / 2.0, (piece + 1) / 2.0, 6, 1e-13);
  return sum;
}

TEST(LatentVariableGolden, has_the_densities_and_posteriors) {
  int compared = 0;
  for (const json& one : golden_cases("latent_variable")) {
    if (!one.at("expected").contains("density_exact")) continue;
    const json& inputs = one.at("inputs");
    const Values values = at({{"x1", inputs.at("x1").get<double>()},
                              {"x2", inputs.at("x2").get<double>()},
                              {"sigma_sq", inputs.at("sigma_sq").get<double>()}});
    for (const auto& [field, output] : {std::pair{"density_exact", "density"},
                                        {"posterior_mean", "posterior_mean"},
                                        {"posterior_var", "posterior_variance"},
                                        {"posterior_mode", "posterior_mode"},
                                        {"grid_sum_times_0.01", "grid_density"},
                                        {"grid_posterior_mean", "grid_posterior_mean"},
                                        {"grid_posterior_max_probability_mass", "grid_largest_mass"}})
      expect_golden(one, field, values.at(output)[0]);
    ++compared;
  }
  EXPECT_EQ(compared, 11);
}

TEST(LatentVariableGolden, has_the_map_and_the_likelihood) {
  for (const char* name : {"latent_variable/map_z1.8", "latent_variable/map_z0.0"}) {
    const json& one = golden(name);
    const Settings settings{{"z", one.at("inputs").at("z").get<double>()}, {"x1", 1}, {"x2", 0}};
    const Values values = at(settings);
    expect_golden(one, "x1", values.at("map")[0]);
    expect_golden(one, "x2", values.at("map")[1]);
    expect_golden(one, "likelihood_at_1_0", values.at("likelihood")[0]);
    Settings of_text = settings;
    of_text["second_coordinate"] = sine;
    expect_golden(one, "x2_if_sin_as_in_the_text", at(of_text).at("map")[1]);
  }
}

TEST(LatentVariableGolden, has_the_moments_of_x) {
  const json& one = golden("latent_variable/sample_moments_s0.04");
  const Values values = at({{"sigma_sq", one.at("inputs").at("sigma_sq").get<double>()}});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(values.at("exact_mean")[i], one.at("expected").at("mean")[i].get<double>(), 1e-10);
    for (std::size_t j = 0; j < 2; ++j)
      EXPECT_NEAR(values.at("exact_covariance")[2 * i + j], one.at("expected").at("cov")[i][j].get<double>(), 1e-10);
  }
}

TEST(LatentVariableGolden, has_the_prior_mass_outside_and_the_expected_log_density) {
  expect_golden(golden("latent_variable/prior_mass_outside_grid"), "Pr_abs_z_gt_3", value({}, "prior_mass_outside"));
  const json& one = golden("latent_variable/expected_log_density_s0.04");
  const Settings settings{{"sigma_sq", one.at("inputs").at("sigma_sq").get<double>()},
                          {"with_expected_log_density", 1}};
  expect_golden(one, "E_log_p", value(settings, "expected_log_density"));
}

TEST(LatentVariable, agrees_with_adaptive_quadrature) {
  for (const auto& [x1, x2, sigma_sq] : {std::array{0.9, -0.9, 0.04}, {1.3, 0.2, 0.003}, {0.3, 0.9, 1.5}}) {
    const Values values = at({{"x1", x1}, {"x2", x2}, {"sigma_sq", sigma_sq}});
    const auto moment = [&, x1 = x1, x2 = x2, sigma_sq = sigma_sq](int k) {
      return integral([&](double z) { return std::pow(z, k) * joint(z, x1, x2, sigma_sq); });
    };
    const double density = moment(0), mean = moment(1) / density;
    EXPECT_NEAR(values.at("density")[0] / density, 1, 1e-10);
    EXPECT_NEAR(values.at("posterior_mean")[0], mean, 1e-10);
    EXPECT_NEAR(values.at("posterior_variance")[0], moment(2) / density - mean * mean, 1e-10);
    for (const std::size_t i : {0u, 100u, 158u, 300u}) {
      const double z = -3 + 0.02 * static_cast<double>(i);
      EXPECT_NEAR(values.at("posterior")[i], joint(z, x1, x2, sigma_sq) / density, 1e-9);
    }
  }
}

TEST(LatentVariable, has_a_density_that_integrates_to_one) {
  double sum = 0;
  for (double x1 = -1; x1 < 2.6; x1 += 0.1)
    for (double x2 = -2.4; x2 < 2.4; x2 += 0.1) sum += 0.01 * value({{"x1", x1}, {"x2", x2}}, "density");
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(LatentVariable, has_its_highest_posterior_at_the_mode) {
  for (const double x1 : {0.2, 0.7, 1.2})
    for (const double x2 : {-0.8, 0.1, 1.1})
      for (const double sigma_sq : {0.001, 0.04, 1.0, 20.0}) {
        const double mode = value({{"x1", x1}, {"x2", x2}, {"sigma_sq", sigma_sq}}, "posterior_mode");
        const double highest = joint(mode, x1, x2, sigma_sq);
        for (double z = -5; z < 5; z += 1e-3) ASSERT_GE(highest * (1 + 1e-12), joint(z, x1, x2, sigma_sq)) << z;
      }
}

TEST(LatentVariable, approaches_the_integral_as_the_sources_grid_widens) {
  const Settings wide{{"grid_lower", -9}, {"grid_upper", 9}};
  const Values values = at(wide);
  EXPECT_NEAR(values.at("grid_density")[0] / values.at("density")[0], 1, 1e-12);
  EXPECT_NEAR(values.at("grid_posterior_mean")[0], values.at("posterior_mean")[0], 1e-12);
  EXPECT_LT(values.at("prior_mass_outside")[0], 1e-18);
  EXPECT_LT(value({}, "grid_density"), value({}, "density"));
}

TEST(LatentVariable, stays_finite_where_the_density_underflows) {
  const Values values = at({{"x1", 200}, {"x2", -100}});
  EXPECT_EQ(values.at("density")[0], 0);
  EXPECT_LT(values.at("log_density")[0], -1e5);
  EXPECT_TRUE(std::isfinite(values.at("posterior_mean")[0]));
}

TEST(LatentVariable, has_slopes_that_are_differences_of_the_map) {
  for (const Second second : {Second::cosine, Second::sine})
    for (const double z : {-2.1, -0.3, 0.0, 1.7}) {
      const Map map(second);
      const double h = 1e-4;
      const Point below = map(z - h), here = map(z), above = map(z + h);
      const Slopes s = slopes(map, z);
      EXPECT_NEAR(s.first.x1, (above.x1 - below.x1) / (2 * h), 1e-6);
      EXPECT_NEAR(s.first.x2, (above.x2 - below.x2) / (2 * h), 1e-6);
      EXPECT_NEAR(s.second.x1, (above.x1 - 2 * here.x1 + below.x1) / (h * h), 1e-5);
      EXPECT_NEAR(s.second.x2, (above.x2 - 2 * here.x2 + below.x2) / (h * h), 1e-5);
    }
}

TEST(LatentVariable, draws_samples_with_the_moments_of_the_model) {
  // A million samples: means within 5 standard errors; of variances and covariance the standard error is below
  // sqrt(2 / n) of the product of the sds, both numbers being bounded up to their noise.
  constexpr double n = 1e6;
  const Values values = at({{"samples", n}, {"scored_samples", 20000}, {"with_expected_log_density", 1}});
  const auto& mean = values.at("exact_mean");
  const auto& covariance = values.at("exact_covariance");
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(values.at("sample_mean")[i], mean[i], 5 * std::sqrt(covariance[3 * i] / n));
    for (std::size_t j = 0; j < 2; ++j) {
      const double scale = std::sqrt(covariance[3 * i] * covariance[3 * j]);
      EXPECT_NEAR(values.at("sample_covariance")[2 * i + j], covariance[2 * i + j], 5 * scale * std::sqrt(2 / n));
    }
  }
  // The log density of a sample has an sd of about 1.
  EXPECT_NEAR(values.at("mean_log_density")[0], values.at("expected_log_density")[0], 5 / std::sqrt(20000.0));
}

TEST(LatentVariable, has_the_same_bits_for_any_number_of_threads_and_every_target) {
  const tbb::global_control three_threads(tbb::global_control::max_allowed_parallelism, 3);
  for (const double samples : {2.0, 511.0, 10'007.0}) {
    const Settings settings{{"samples", samples}, {"with_expected_log_density", 0}, {"sigma_sq", 0.09}};
    Values expected;
    for_each_vector_target([&] {
      for (const int threads : {1, 3}) {
        tbb::task_arena arena(threads);
        evaluate_point(study, {{"sigma_sq", 1}, {"second_coordinate", sine}, {"grid_step", 0.5}});  // other tables
        const Values values = arena.execute([&] { return evaluate_point(study, settings); });
        if (expected.empty()) expected = values;
        for (const auto& [name, got] : values) {
          if (name == "expected_log_density") continue;
          EXPECT_EQ(got, expected.at(name)) << name << ' ' << samples << ' ' << threads;
        }
      }
    });
  }
}

TEST(LatentVariable, refuses_a_grid_without_points) {
  EXPECT_THROW(at({{"grid_lower", 1}, {"grid_upper", 1}}), std::domain_error);
}

}  // namespace
}  // namespace trawl::studies
