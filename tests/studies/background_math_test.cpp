#include "studies/background_math/background_math.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "engine/random.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

const BackgroundMath study;
constexpr double infinity = std::numeric_limits<double>::infinity();

double at_z(const char* output, double z) {
  return evaluate_point(study, {{"z", z}}).at(output)[0];
}

TEST(BackgroundMathGolden, has_the_linear_function) {
  const auto& one = golden("background_math/linear");
  const auto& in = one.at("inputs");
  Settings settings;
  for (std::size_t i = 0; i < 2; ++i) {
    settings["beta" + std::to_string(i + 1)] = in["beta"][i];
    for (std::size_t j = 0; j < 3; ++j)
      settings["omega" + std::to_string(i + 1) + std::to_string(j + 1)] = in["omega"][i][j];
  }
  for (std::size_t j = 0; j < 3; ++j) settings["x" + std::to_string(j + 1)] = in["x"][j];
  EXPECT_EQ(row_of(study, settings), row_of(study, {}));
  expect_golden(one, "y", evaluate_point(study, settings).at("y"));
}

TEST(BackgroundMathGolden, has_the_line_through_its_intercepts) {
  const auto& one = golden("background_math/line_through_10_and_5");
  const Values values = evaluate_point(study, {{"y_intercept", one.at("inputs").at("y_intercept")},
                                               {"x_intercept", one.at("inputs").at("x_intercept")}});
  expect_golden(one, "beta", values.at("line_offset"));
  expect_golden(one, "omega", values.at("line_slope"));
}

TEST(BackgroundMathGolden, has_the_special_values) {
  const auto& one = golden("background_math/special");
  expect_golden(one, "exp0", at_z("exp_z", 0));
  expect_golden(one, "exp1", at_z("exp_z", 1));
  expect_golden(one, "exp_minus_inf", at_z("exp_z", -infinity));
  expect_golden(one, "log1", at_z("log_z", 1));
  expect_golden(one, "log_exp3", at_z("log_exp_z", 3));
  expect_golden(one, "exp_log4", at_z("exp_log_z", 4));
  EXPECT_EQ(one.at("expected").at("log0"), "-inf");
  EXPECT_EQ(at_z("log_z", 0), -infinity);
  EXPECT_EQ(one.at("expected").at("log_minus1"), "nan");
  EXPECT_TRUE(std::isnan(at_z("log_z", -1)));
  EXPECT_EQ(one.at("expected").at("exp_inf"), "inf");
  EXPECT_EQ(at_z("exp_z", infinity), infinity);
}

TEST(BackgroundMathGolden, no_case_is_left_out) {
  EXPECT_EQ(golden_cases("background_math").size(), 3u);
}

TEST(BackgroundMath, is_linear_in_its_inputs) {
  for (std::uint64_t index = 0; index < 10; ++index) {
    double v[6];
    RandomStream(2, index).normal(0, 0, v);
    const auto y = [](double x1, double x2, double x3) {
      return evaluate_point(study, {{"x1", x1}, {"x2", x2}, {"x3", x3}}).at("y");
    };
    const auto a = y(v[0], v[1], v[2]), b = y(v[3], v[4], v[5]), zero = y(0, 0, 0);
    const auto sum = y(v[0] + 2 * v[3], v[1] + 2 * v[4], v[2] + 2 * v[5]);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(sum[i] - zero[i], a[i] - zero[i] + 2 * (b[i] - zero[i]), 1e-14);
  }
}

TEST(BackgroundMath, line_meets_both_axes) {
  for (const double x : {-3.0, 0.25, 1e6}) {
    const Values values = evaluate_point(study, {{"y_intercept", 7.5}, {"x_intercept", x}});
    EXPECT_EQ(values.at("line_offset")[0], 7.5);
    EXPECT_NEAR(values.at("line_offset")[0] + values.at("line_slope")[0] * x, 0, 1e-14);
  }
  EXPECT_THROW(evaluate_point(study, {{"x_intercept", 0}}), std::domain_error);
}

TEST(BackgroundMath, exponential_and_logarithm_undo_each_other) {
  for (double z = 0.01; z < 700; z *= 1.3) {
    EXPECT_NEAR(at_z("log_exp_z", z) / z, 1, 2e-16 / z + 2e-16);
    EXPECT_NEAR(at_z("exp_log_z", z) / z, 1, 2e-16 * (2 + std::abs(std::log(z))));
    EXPECT_NEAR(at_z("exp_z", z) * at_z("exp_z", -z), 1, 3e-16);
  }
}

TEST(BackgroundMath, exponential_is_its_own_slope) {
  constexpr double h = 1e-5;
  for (double z = -3; z < 3; z += 0.5)
    EXPECT_NEAR((at_z("exp_z", z + h) - at_z("exp_z", z - h)) / (2 * h) / at_z("exp_z", z), 1, 1e-9);
}

TEST(BackgroundMath, allocates_nothing_for_a_point) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
