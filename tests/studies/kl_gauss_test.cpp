#include "studies/kl_gauss/kl_gauss.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using nlohmann::json;

const KlGauss study;
constexpr double standard = 1;

std::string indexed(const std::string& name, std::size_t i) {
  return name + "_" + std::to_string(i + 1);
}
std::string indexed(const std::string& name, std::size_t i, std::size_t j) {
  return indexed(name, i) + std::to_string(j + 1);
}

/// A random normal distribution under a name's parameters: S = B B^T + 0.3 I.
void add_random(Settings& settings, const std::string& index, std::size_t d, RandomSequence& random) {
  double b[4][4];
  for (auto& row : b)
    for (double& entry : row) entry = random.normal();
  for (std::size_t i = 0; i < d; ++i) {
    settings[indexed("mean" + index, i)] = random.normal();
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? 0.3 : 0;
      for (std::size_t k = 0; k < d; ++k) sum += b[i][k] * b[j][k];
      settings[indexed("covariance" + index, i, j)] = sum;
    }
  }
}

Settings random_settings(std::size_t d, std::uint64_t task) {
  RandomSequence random(RandomStream(7, task), 0);
  Settings settings{{"dimension", static_cast<double>(d)}};
  add_random(settings, "0", d, random);
  add_random(settings, "1", d, random);
  return settings;
}

double kl(const Settings& settings) {
  return evaluate_point(study, settings).at("kl")[0];
}

TEST(KlGaussGolden, has_every_case) {
  int compared = 0;
  for (const json& one : golden_cases("kl_gauss")) {
    const json& inputs = one.at("inputs");
    Settings settings;
    if (inputs.contains("mu")) {
      const auto mean = flat(inputs.at("mu")), log_variance = flat(inputs.at("log_var"));
      settings = {{"form", standard}, {"dimension", static_cast<double>(mean.size())}};
      for (std::size_t i = 0; i < mean.size(); ++i) {
        settings[indexed("mean0", i)] = mean[i];
        settings[indexed("log_variance", i)] = log_variance[i];
      }
      const Values values = evaluate_point(study, settings);
      expect_golden(one, "KL", values.at("kl"));
      expect_golden(one, "dKL_dmu", values.at("gradient_mean"));
      expect_golden(one, "dKL_dlogvar", values.at("gradient_log_variance"));
    } else {
      const std::size_t d = inputs.at("mu0").size();
      settings = {{"dimension", static_cast<double>(d)}};
      for (const std::string index : {"0", "1"})
        for (std::size_t i = 0; i < d; ++i) {
          settings[indexed("mean" + index, i)] = inputs.at("mu" + index)[i].get<double>();
          for (std::size_t j = 0; j <= i; ++j)
            settings[indexed("covariance" + index, i, j)] = inputs.at("Sigma" + index)[i][j].get<double>();
        }
      expect_golden(one, "KL_0_to_1", kl(settings));
    }
    ++compared;
  }
  EXPECT_EQ(compared, 7);
}

TEST(KlGauss, is_the_worked_example_at_its_defaults) {
  EXPECT_NEAR(kl({}), std::numbers::ln2 - 0.25, 1e-15);
}

TEST(KlGauss, is_the_integral_that_defines_it) {
  for (const auto& [m0, s0, m1, s1] : {std::array{0.3, 0.5, -1.0, 2.0}, {2.0, 3.0, 1.5, 0.7}}) {
    const auto log_density = [](double x, double m, double s) {
      return -(x - m) * (x - m) / (2 * s) - std::log(2 * std::numbers::pi * s) / 2;
    };
    const double sd = std::sqrt(s0);
    const double integral = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&, m0 = m0, s0 = s0, m1 = m1, s1 = s1](double x) {
          return std::exp(log_density(x, m0, s0)) * (log_density(x, m0, s0) - log_density(x, m1, s1));
        },
        m0 - 12 * sd, m0 + 12 * sd, 10, 1e-13);
    EXPECT_NEAR(kl({{"mean0_1", m0}, {"covariance0_11", s0}, {"mean1_1", m1}, {"covariance1_11", s1}}), integral,
                1e-12);
  }
}

TEST(KlGauss, is_never_negative_and_zero_between_equals) {
  for (std::size_t d = 1; d <= 4; ++d)
    for (std::uint64_t task = 0; task < 50; ++task) {
      Settings settings = random_settings(d, task);
      EXPECT_GT(kl(settings), 0);
      for (auto& [name, value] : settings)
        if (name.starts_with("mean1") || name.starts_with("covariance1")) {
          std::string first = name;
          first[first.find('1')] = '0';
          value = settings.at(first);
        }
      EXPECT_NEAR(kl(settings), 0, 1e-13);
    }
}

TEST(KlGauss, does_not_change_under_a_linear_map_of_both_distributions) {
  // x -> 2 x + 1 in the first component, sign change in the second.
  const Settings settings = random_settings(2, 3);
  Settings mapped = settings;
  for (const std::string index : {"0", "1"}) {
    mapped["mean" + index + "_1"] = 2 * settings.at("mean" + index + "_1") + 1;
    mapped["mean" + index + "_2"] = -settings.at("mean" + index + "_2");
    mapped["covariance" + index + "_11"] *= 4;
    mapped["covariance" + index + "_21"] *= -2;
  }
  EXPECT_NEAR(kl(mapped), kl(settings), 1e-12 * kl(settings));
}

TEST(KlGauss, adds_up_over_independent_components) {
  Settings both{{"dimension", 2}, {"mean0_2", 0.5}, {"covariance0_22", 0.3}, {"mean1_2", -1}, {"covariance1_22", 2}};
  const double second = kl({{"mean0_1", 0.5}, {"covariance0_11", 0.3}, {"mean1_1", -1}, {"covariance1_11", 2}});
  EXPECT_NEAR(kl(both), kl({}) + second, 1e-14);
}

TEST(KlGauss, agrees_between_its_two_forms) {
  for (const double v : {-3.0, -0.2, 0.05, 1.7}) {
    const Values full = evaluate_point(study, {{"dimension", 2},
                                               {"mean0_1", 0.7},
                                               {"mean0_2", -1.1},
                                               {"covariance0_11", std::exp(v)},
                                               {"covariance0_22", std::exp(-v)},
                                               {"mean1_1", 0},
                                               {"covariance1_11", 1}});
    const Values diagonal = evaluate_point(study, {{"dimension", 2},
                                                   {"form", standard},
                                                   {"mean0_1", 0.7},
                                                   {"mean0_2", -1.1},
                                                   {"log_variance_1", v},
                                                   {"log_variance_2", -v}});
    for (const auto& [name, values] : full)
      for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], diagonal.at(name)[i], 1e-13) << name << i;
  }
}

TEST(KlGauss, has_gradients_that_are_central_differences) {
  for (std::size_t d = 1; d <= 4; ++d) {
    const Settings settings = random_settings(d, 20 + d);
    const Values values = evaluate_point(study, settings);
    const auto slope = [&](const std::string& name) {
      Settings above = settings, below = settings;
      const double h = 1e-5;
      above[name] += h;
      below[name] -= h;
      return (kl(above) - kl(below)) / (2 * h);
    };
    for (std::size_t i = 0; i < d; ++i) {
      EXPECT_NEAR(values.at("gradient_mean")[i], slope(indexed("mean0", i)), 1e-7);
      for (std::size_t j = 0; j <= i; ++j) {
        const double both = values.at("gradient_covariance")[i * d + j] + values.at("gradient_covariance")[j * d + i];
        EXPECT_NEAR(i == j ? both / 2 : both, slope(indexed("covariance0", i, j)), 1e-6);
      }
      EXPECT_NEAR(values.at("gradient_log_variance")[i],
                  slope(indexed("covariance0", i, i)) * settings.at(indexed("covariance0", i, i)), 1e-6);
    }
  }
}

TEST(KlGauss, has_the_gradient_of_dual_numbers_in_one_dimension) {
  const double m0 = 0.4, s0 = 0.8, m1 = -0.3, s1 = 2.5;
  const auto by_dual = [&](Dual m, Dual v) {
    const Dual s = exp(v);
    return (Dual(std::log(s1)) - log(s) + s / s1 - 1 + (m - m1) * (m - m1) / s1) / 2;
  };
  const Values values =
      evaluate_point(study, {{"mean0_1", m0}, {"covariance0_11", s0}, {"mean1_1", m1}, {"covariance1_11", s1}});
  EXPECT_NEAR(values.at("kl")[0], by_dual(m0, std::log(s0)).value, 1e-15);
  EXPECT_NEAR(values.at("gradient_mean")[0], by_dual({m0, 1}, std::log(s0)).slope, 1e-15);
  EXPECT_NEAR(values.at("gradient_log_variance")[0], by_dual(m0, {std::log(s0), 1}).slope, 1e-15);
}

TEST(KlGauss, keeps_its_digits_for_small_log_variances) {
  for (const double v : {1e-8, -1e-5, 1e-3, 0.0999, -0.1001}) {
    const Values values = evaluate_point(study, {{"form", standard}, {"log_variance_1", v}});
    long double series = 0, term = v;
    for (int k = 2; k < 20; ++k) series += term *= static_cast<long double>(v) / k;
    EXPECT_NEAR(values.at("kl")[0] / static_cast<double>(series / 2), 1, 1e-14) << v;
    EXPECT_NEAR(values.at("gradient_log_variance")[0] / (std::expm1(v) / 2), 1, 1e-15);
  }
}

TEST(KlGauss, leaves_components_beyond_its_dimension_empty) {
  const std::vector<Values> values =
      evaluate_block(study, {row_of(study, {{"dimension", 1}}), row_of(study, {{"dimension", 3}})});
  EXPECT_TRUE(std::isnan(values[0].at("gradient_mean")[1]));
  EXPECT_EQ(values[1].at("gradient_covariance").size(), 9u);
  EXPECT_EQ(values[0].at("gradient_covariance")[0], evaluate_point(study, {}).at("gradient_covariance")[0]);
}

TEST(KlGauss, refuses_covariances_that_are_not_positive_definite) {
  EXPECT_THROW(kl({{"dimension", 2}, {"covariance0_21", 1.5}}), std::domain_error);
  EXPECT_THROW(kl({{"covariance1_11", 0}}), std::domain_error);
}

TEST(KlGauss, allocates_nothing_per_point) {
  EXPECT_EQ(allocations(study, random_settings(4, 1)), 0);
  EXPECT_EQ(allocations(study, {{"form", standard}, {"dimension", 4}}), 0);
}

}  // namespace
}  // namespace trawl::studies
