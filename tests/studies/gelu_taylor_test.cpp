#include "studies/gelu_taylor/gelu_taylor.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <numbers>

#include "engine/random.hpp"
#include "studies/gelu_taylor/errors.hpp"
#include "tests/studies/allocations.hpp"
#include "tests/studies/dual.hpp"
#include "tests/studies/expect_golden.hpp"

namespace trawl::studies {
namespace {

using namespace taylor;
using nlohmann::json;

const GeluTaylor study;
constexpr double printed = 1, random_direction = 1;
const Form forms[] = {Form::tanh, Form::erf};

double form_of(const json& one) {
  return one.at("inputs").at("activation") == "gelu_tanh" ? 0 : 1;
}

std::vector<double> over(const json& zs, const std::string& output, double form, double terms = 5) {
  std::vector<double> values;
  for (const json& z : zs)
    values.push_back(
        evaluate_point(study, {{"activation", form}, {"z", z.get<double>()}, {"series_terms", terms}, {"d", 1}})
            .at(output)[0]);
  return values;
}

double phi(double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}
double normal_cdf(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

TEST(GeluTaylorGolden, has_the_tables_of_values_and_derivatives) {
  for (const char* name : {"table_tanh", "table_erf", "extreme", "printed_derivatives"}) {
    const json& one = golden(std::string("gelu_taylor/") + name);
    const json& z = one.at("inputs").at("z");
    for (const auto& [field, output] :
         {std::pair{"gelu", "value"}, {"dgelu_dz", "derivative"}, {"d2gelu_dz2", "second_derivative"}})
      if (one.at("expected").contains(field)) expect_golden(one, field, over(z, output, form_of(one)));
    if (one.at("expected").contains("printed_in_source"))
      expect_golden(one, "printed_in_source", over(z, "derivative", form_of(one)));
  }
}

TEST(GeluTaylorGolden, has_the_minima_and_the_largest_gap) {
  const json& one = golden("gelu_taylor/minimum");
  for (const auto& [form, name] : {std::pair{0.0, "tanh"}, {1.0, "erf"}}) {
    const Values values = evaluate_point(study, {{"activation", form}, {"d", 1}});
    expect_golden(one, std::string("argmin_") + name, values.at("minimum_at"));
    expect_golden(one, std::string("min_") + name, values.at("minimum"));
  }
  const json& gap = golden("gelu_taylor/erf_vs_tanh_max_abs_diff");
  const Values values = evaluate_point(study, {{"d", 1}});
  expect_golden(gap, "max_abs_diff", values.at("largest_gap"));
  EXPECT_NEAR(values.at("largest_gap_at")[0], gap.at("expected").at("at_abs_z").get<double>(), 1e-5);
}

TEST(GeluTaylorGolden, linearises_the_printed_instance) {
  const json& one = golden("gelu_taylor/notebook_instance_correct");
  const Values values = evaluate_point(study, {{"instance", printed}, {"r", 0}});
  expect_golden(one, "z_bar", values.at("reference_z"));
  expect_golden(one, "y_linear", values.at("taylor_output"));
  expect_golden(one, "max_abs_error_at_reference", values.at("layer_max_error"));
  const auto& matrix = values.at("phi");
  expect_golden(one, "Phi_row0", std::vector<double>(matrix.begin(), matrix.begin() + 11));
  EXPECT_EQ(matrix.size(), 110u);
  const json& code = golden("gelu_taylor/notebook_instance_source_code_values");
  expect_golden(code, "W_times_dgelu", values.at("source_weighted"));
  expect_golden(code, "gelu_of_first_zbar_component", values.at("source_constant"));
  expect_golden(code, "x_minus_zbar", values.at("source_difference"));
}

TEST(GeluTaylorGolden, predicts_displaced_points) {
  int compared = 0;
  for (const json& one : golden_cases("gelu_taylor")) {
    if (!one.at("inputs").contains("displacement_norm")) continue;
    const Values values =
        evaluate_point(study, {{"instance", printed}, {"r", one.at("inputs").at("displacement_norm").get<double>()}});
    expect_golden(one, "y_linear", values.at("taylor_output"));
    expect_golden(one, "y_true", values.at("exact_output"));
    expect_golden(one, "rmse", values.at("layer_rmse"));
    expect_golden(one, "max_abs", values.at("layer_max_error"));
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST(GeluTaylorGolden, has_the_errors_of_a_unit) {
  int compared = 0;
  for (const json& one : golden_cases("gelu_taylor")) {
    if (!one.at("expected").contains("bias")) continue;
    const Values values = evaluate_point(study, {{"activation", form_of(one)},
                                                 {"z", one.at("inputs").at("z_bar").get<double>()},
                                                 {"s", one.at("inputs").at("s").get<double>()},
                                                 {"d", 1}});
    expect_golden(one, "bias", values.at("bias"));
    expect_golden(one, "mse", values.at("mse"));
    EXPECT_EQ(values.at("rmse")[0], std::sqrt(values.at("mse")[0]));
    ++compared;
  }
  EXPECT_EQ(compared, 12);
}

TEST(GeluTaylorGolden, has_the_errors_of_a_population_of_layers) {
  int compared = 0;
  for (const json& one : golden_cases("gelu_taylor")) {
    if (!one.at("expected").contains("mse_per_output_erf")) continue;
    for (const auto& [form, field] : {std::pair{0.0, "mse_per_output_tanh"}, {1.0, "mse_per_output_erf"}})
      expect_golden(one, field,
                    evaluate_point(study, {{"activation", form},
                                           {"d", one.at("inputs").at("d").get<double>()},
                                           {"r", one.at("inputs").at("r").get<double>()}})
                        .at("population_mse"));
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST(GeluTaylorGolden, has_the_maclaurin_series) {
  for (const double terms : {1.0, 3.0, 5.0}) {
    const json& one = golden("gelu_taylor/maclaurin_n" + std::to_string(static_cast<int>(terms)));
    expect_golden(one, "series", over(one.at("inputs").at("z"), "series", 1, terms));
  }
}

TEST(GeluTaylor, has_derivatives_that_dual_numbers_and_differences_agree_with) {
  for (double z = -6; z <= 6; z += 0.37) {
    const Dual u =
        Dual(std::sqrt(2 / std::numbers::pi)) * (Dual(z, 1) + Dual(0.044715) * Dual(z, 1) * Dual(z, 1) * Dual(z, 1));
    const Dual tanh = Dual(1) - Dual(2) / (Dual(1) + exp(Dual(2) * u));
    EXPECT_NEAR(gelu_derivative(Form::tanh, z), (Dual(z, 1) / 2 * (Dual(1) + tanh)).slope, 1e-13);
    EXPECT_NEAR(gelu_derivative(Form::erf, z), normal_cdf(z) + z * phi(z), 1e-15);
    for (const Form form : forms) {
      const auto error = [&](double h) {
        return (gelu_derivative(form, z + h) - gelu_derivative(form, z - h)) / (2 * h) -
               gelu_second_derivative(form, z);
      };
      EXPECT_NEAR(error(1e-4), 0, 1e-7);
    }
  }
}

TEST(GeluTaylor, errs_to_the_order_after_the_polynomials_degree) {
  for (const Form form : forms)
    for (int order = 0; order <= 2; ++order)
      for (const double z : {-1.0, 0.4, 1.3}) {
        const Expansion expansion(form, order, z);
        const auto error = [&](double t) { return std::abs(gelu(form, z + t) - expansion(t)); };
        EXPECT_NEAR(std::log2(error(2e-2) / error(1e-2)), order + 1, 0.15) << order << ' ' << z;
      }
}

TEST(GeluTaylor, has_the_closed_form_bias_of_the_erf_form) {
  for (const double z : {-2.5, 0.0, 0.7, 4.0})
    for (const double s : {0.05, 0.8, 2.0, 10.0}) {
      const double r = std::sqrt(1 + s * s);
      const double bias = z * normal_cdf(z / r) + s * s / r * phi(z / r) - z * normal_cdf(z);
      EXPECT_NEAR(error_moments(Form::erf, 1, z, s).bias, bias, 1e-13 * (1 + s));
    }
}

TEST(GeluTaylor, has_moments_that_adaptive_quadrature_agrees_with) {
  for (const Form form : forms)
    for (const int order : {0, 1, 2})
      for (const auto& [z, s] : {std::pair{-0.6, 0.3}, {1.1, 2.0}, {0.2, 8.0}}) {
        const Expansion expansion(form, order, z);
        const auto mean = [&, z = z, s = s](int power) {
          double sum = 0;
          for (int piece = -20; piece < 20; ++piece)
            sum += boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
                [&](double e) { return phi(e) * std::pow(gelu(form, z + s * e) - expansion(s * e), power); },
                piece / 2.0, (piece + 1) / 2.0, 8, 1e-13);
          return sum;
        };
        const ErrorMoments moments = error_moments(form, order, z, s);
        EXPECT_NEAR(moments.bias, mean(1), 1e-11 * (1 + s * s));
        EXPECT_NEAR(moments.mean_square / mean(2), 1, 1e-10);
      }
}

TEST(GeluTaylor, has_a_population_error_that_random_layers_approach) {
  // 4000 layers of 10 outputs each; the squared errors of a layer have a relative sd below 4.
  for (const Form form : forms) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      const RandomStream random(seed, 1);
      double w[100], xbar[10], u[10], length = 0;
      random.normal(0, 0, w);
      random.normal(1, 0, xbar);
      random.normal(2, 0, u);
      for (const double x : u) length += x * x;
      for (int i = 0; i < 10; ++i) {
        double z = 0, t = 0;
        for (int j = 0; j < 10; ++j) {
          z += w[10 * i + j] * xbar[j];
          t += w[10 * i + j] * u[j] / std::sqrt(length);
        }
        const double error = gelu(form, z + t) - gelu(form, z) - gelu_derivative(form, z) * t;
        sum += error * error / 40000;
      }
    }
    EXPECT_NEAR(sum / population_mean_square(form, 1, 10, 1), 1, 5 * 4 / std::sqrt(4000.0));
  }
}

TEST(GeluTaylor, has_a_layer_that_is_phi_times_psi) {
  const Values values = evaluate_point(study, {{"d", 7}, {"r", 0.3}, {"direction", random_direction}}, 5);
  const auto& matrix = values.at("phi");
  double length = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < 8; ++j) sum += matrix[8 * i + j] * values.at("psi")[j];
    EXPECT_NEAR(sum, values.at("taylor_output")[i], 1e-14);
    length += values.at("psi")[i] * values.at("psi")[i];
  }
  EXPECT_NEAR(std::sqrt(length), 0.3, 1e-14);
  EXPECT_EQ(values.at("psi")[7], 1);
}

TEST(GeluTaylor, converges_to_the_erf_form_with_more_terms) {
  for (const double z : {-2.0, 0.5, 3.0}) EXPECT_NEAR(maclaurin(z, 50), gelu(Form::erf, z), 1e-13);
}

TEST(GeluTaylor, has_a_population_error_of_one_dimension_and_of_many) {
  // d = 1: v = +-1, so that the mean is one over two normal numbers.
  double sum = 0;
  for (double w = -8; w <= 8; w += 0.05)
    for (double x = -8; x <= 8; x += 0.05) {
      const double z = w * x,
                   error = gelu(Form::erf, z + 0.7 * w) - gelu(Form::erf, z) - gelu_derivative(Form::erf, z) * 0.7 * w;
      sum += 0.0025 * phi(w) * phi(x) * error * error;
    }
  EXPECT_NEAR(population_mean_square(Form::erf, 1, 1, 0.7) / sum, 1, 1e-6);
  EXPECT_GT(population_mean_square(Form::erf, 1, 256, 1), 0);
}

TEST(GeluTaylor, refuses_the_printed_instance_in_other_sizes) {
  EXPECT_THROW(evaluate_point(study, {{"instance", printed}, {"d", 3}}), std::domain_error);
}

TEST(GeluTaylor, allocates_nothing_per_point_like_the_last) {
  EXPECT_EQ(allocations(study, {}), 0);
}

}  // namespace
}  // namespace trawl::studies
