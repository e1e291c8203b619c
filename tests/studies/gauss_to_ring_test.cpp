#include "studies/gauss_to_ring/gauss_to_ring.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "studies/gauss_to_ring/ring.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using ring::Map;

const GaussToRing gauss_to_ring;
const Study& study = gauss_to_ring;

/// The closed forms alone.
Values without_training(Settings settings) {
  settings["epochs"] = 0;
  settings["test_samples"] = 2;
  return evaluate_point(study, settings);
}

TEST(GaussToRing, the_map_and_its_moments_equal_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("gauss_to_ring")) {
    if (!one["id"].get<std::string>().starts_with("gauss_to_ring/map_")) continue;
    const Json &inputs = one["inputs"], &reference = one["expected"];
    for (std::size_t k = 0; k < inputs["z"].size(); ++k) {
      const Values values = without_training(
          {{"a", inputs["a"]}, {"b", inputs["b"]}, {"z1", inputs["z"][k][0]}, {"z2", inputs["z"][k][1]}});
      expect_near(values.at("ring_point"), flat(reference["g"][k]), 1e-12);
      EXPECT_NEAR(values.at("exact_radius_mean")[0], reference["radius_mean"], 1e-12);
      EXPECT_NEAR(values.at("exact_radius_variance")[0], reference["radius_var"], 1e-12);
      EXPECT_NEAR(values.at("mean_norm_squared")[0], reference["E_norm_sq"], 1e-12);
      EXPECT_NEAR(values.at("linear_coefficient")[0], reference["best_linear_coefficient"], 1e-12);
      EXPECT_NEAR(values.at("linear_squared_error")[0], reference["best_linear_mse_sum_over_2_outputs"], 1e-12);
      EXPECT_NEAR(values.at("covariance_diagonal")[0], reference["covariance_diagonal"], 1e-12);
    }
    ++cases;
  }
  EXPECT_EQ(cases, 2u);
}

TEST(GaussToRing, the_distribution_of_the_radius_equals_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("gauss_to_ring")) {
    if (!one["id"].get<std::string>().starts_with("gauss_to_ring/radius_cdf")) continue;
    const Json& inputs = one["inputs"];
    const Values values = without_training({{"a", inputs["a"]}, {"b", inputs["b"]}, {"radius", inputs["r"]}});
    EXPECT_NEAR(values.at("radius_cdf")[0], one["expected"]["cdf"], 1e-13);
    EXPECT_NEAR(values.at("radius_pdf")[0], one["expected"]["pdf"], 1e-13);
    ++cases;
  }
  EXPECT_EQ(cases, 2u);
}

TEST(GaussToRing, closed_forms_equal_integrals_of_the_density) {
  using Quadrature = boost::math::quadrature::gauss_kronrod<double, 61>;
  const Map map = {0.3, 1.7};
  const auto integral = [&](auto f) {
    return Quadrature::integrate([&](double r) { return f(r) * map.radius_pdf(r); }, map.b, map.b + 12 * map.a, 8,
                                 1e-14);
  };
  const double mean = integral([](double r) { return r; });
  EXPECT_NEAR(integral([](double) { return 1.0; }), 1, 1e-12);
  EXPECT_NEAR(map.radius_mean(), mean, 1e-12);
  EXPECT_NEAR(map.radius_variance(), integral([&](double r) { return (r - mean) * (r - mean); }), 1e-12);
  EXPECT_NEAR(map.mean_norm_squared(), integral([](double r) { return r * r; }), 1e-12);
  // |z| = (|g| - b) / a and g . z = |g| |z|; E |z|^2 = 2.
  const double coefficient = integral([&](double r) { return r * (r - map.b) / map.a; }) / 2;
  EXPECT_NEAR(map.linear_coefficient(), coefficient, 1e-12);
  EXPECT_NEAR(map.linear_squared_error(), map.mean_norm_squared() - 2 * coefficient * coefficient, 1e-12);
  EXPECT_NEAR(map.radius_cdf(2.1), Quadrature::integrate([&](double r) { return map.radius_pdf(r); }, 1.7, 2.1), 1e-12);
  EXPECT_EQ(map.radius_cdf(-1), 0);
}

TEST(GaussToRing, the_map_turns_with_its_argument_and_has_no_value_at_0) {
  const Map map = {0.1, 1};
  const auto g = map({0.6, 0.8}), turned = map({-0.8, 0.6});
  EXPECT_NEAR(turned[0], -g[1], 1e-15);
  EXPECT_NEAR(turned[1], g[0], 1e-15);
  EXPECT_TRUE(std::isnan(map({0, 0})[0]));
}

TEST(GaussToRing, may_have_next_to_no_width_or_none) {
  for (const double a : {0.0, 5e-324, 1e-320, 1e-160, 1e-12}) {
    const Values values = without_training({{"a", a}});  // at the radius 1.05, b = 1
    EXPECT_EQ(values.at("radius_pdf")[0], 0) << a;
    EXPECT_EQ(values.at("radius_cdf")[0], 1) << a;
    EXPECT_EQ(without_training({{"a", a}, {"radius", 0.99}}).at("radius_cdf")[0], 0) << a;
    EXPECT_NEAR(values.at("exact_radius_mean")[0], 1, 2e-12);
    EXPECT_NEAR(values.at("linear_coefficient")[0], std::sqrt(std::numbers::pi / 2) / 2, 2e-12);
    const auto& density = values.at("exact_radius_density");
    const double width = 0.02 * values.at("exact_radius_mean")[0];
    EXPECT_NEAR(width * std::accumulate(density.begin(), density.end(), 0.0), 1, 1e-12);
    EXPECT_NEAR(values.at("ring_point")[0], 1, 1e-12);
  }
  EXPECT_EQ(without_training({{"a", 0}, {"radius", 1}}).at("radius_cdf")[0], 1);
  EXPECT_TRUE(std::isnan(without_training({{"a", 0}, {"radius", 1}}).at("radius_pdf")[0])) << "all of it is there";
}

TEST(GaussToRing, a_density_of_any_width_integrates_to_its_distribution) {
  for (const double a : {1e-160, 1e-30, 1e30}) {
    const Map map = {a, 0};
    const double half = a * std::sqrt(2 * std::numbers::ln2);  // the median
    EXPECT_NEAR(map.radius_cdf(half), 0.5, 1e-15);
    EXPECT_NEAR(map.radius_pdf(half) * half, std::numbers::ln2, 1e-14);  // r pdf(r) = s^2 exp(-s^2/2), s = r/a
  }
}

TEST(GaussToRing, has_no_point_at_the_origin_but_one_at_any_distance) {
  EXPECT_TRUE(std::isnan(without_training({{"z1", 0}}).at("ring_point")[0]));
  EXPECT_EQ(without_training({{"z1", 0}, {"b", 0}}).at("ring_point")[0], 0);
  EXPECT_EQ(without_training({{"z1", 5e-324}}).at("ring_point")[0], 1);
  EXPECT_EQ(without_training({{"z1", -1e100}, {"a", 0}}).at("ring_point")[0], -1);
  EXPECT_THROW(without_training({{"a", 0}, {"b", 0}}), std::invalid_argument);
}

class GaussToRingReference : public testing::TestWithParam<std::string> {};

TEST_P(GaussToRingReference, training_has_the_distribution_of_the_reference_runs) {
  // Means of 12 runs each: 5 standard deviations of their difference, sd sqrt(1/12 + 1/12), false for one number in a
  // million were sd known; with both from 12 runs, for one in ten thousand.
  const Json& one = golden("gauss_to_ring/" + GetParam());
  const Json &inputs = one["inputs"], &expected = one["expected"];
  constexpr std::size_t runs = 12;
  const Settings settings = {{"hidden", inputs["hidden"]}, {"activation", inputs["activation"] == "tanh" ? 0 : 1},
                             {"samples", inputs["N"]},     {"epochs", inputs["epochs"]},
                             {"batch", inputs["batch"]},   {"test_samples", 20000}};
  const auto all = evaluate_block(study, std::vector(runs, row_of(study, settings)), 1);
  const auto mean = [&](const char* output) {
    double sum = 0;
    for (const Values& run : all) sum += run.at(output)[0];
    return sum / runs;
  };
  const double z = 5 * std::sqrt(1.0 / runs + 1 / expected["n"].get<double>());
  EXPECT_NEAR(mean("test_mse"), expected["test_mse_mean"].get<double>(), z * expected["test_mse_sd"].get<double>());
  EXPECT_NEAR(mean("radius_mean"), expected["radius_mean"].get<double>(), z * expected["radius_mean_sd"].get<double>());
  // The reference gives no spread for this one; it goes with the root of the squared error, which has 6 % and 8 %.
  EXPECT_NEAR(mean("radius_sd") / expected["radius_sd"].get<double>(), 1, 0.15);
}

INSTANTIATE_TEST_SUITE_P(Training, GaussToRingReference, testing::Values("mlp_h5_tanh", "mlp_h20_tanh"),
                         [](const auto& param_info) { return param_info.param; });

TEST(GaussToRing, five_relu_units_disturb_the_ring) {
  // The catalogue's 0.047; between runs the error varies by a third.
  const auto all = evaluate_block(study, std::vector(8, row_of(study, {{"activation", 1}})), 1);
  double mean = 0;
  for (const Values& run : all) mean += run.at("test_mse")[0] / 8;
  EXPECT_NEAR(mean, 0.047, 0.02);
}

TEST(GaussToRing, densities_integrate_to_one_and_the_net_nears_the_linear_map_before_all_else) {
  const Values values = evaluate_point(study, {{"epochs", 20}}, 3);
  const double width = 0.02 * values.at("exact_radius_mean")[0];
  for (const char* density : {"radius_density", "exact_radius_density"}) {
    const auto& one = values.at(density);
    EXPECT_NEAR(width * std::accumulate(one.begin(), one.end(), 0.0), 1, 0.01);
  }
  EXPECT_LT(values.at("test_mse")[0], values.at("linear_squared_error")[0] / 2);
  EXPECT_LT(values.at("train_loss").back(), values.at("train_loss").front());
}

}  // namespace
}  // namespace trawl::studies
