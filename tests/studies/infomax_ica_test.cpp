#include "studies/infomax_ica/infomax_ica.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "studies/infomax_ica/infomax.hpp"
#include "studies/infomax_ica/sources.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/mlp_goldens.hpp"

namespace trawl::studies {
namespace {

using namespace ica;

const InfomaxIca infomax_ica;
const Study& study = infomax_ica;

constexpr Density densities[] = {Density::logistic, Density::sech, Density::quartic, Density::two_humped};

Density density_named(const std::string& phi) {
  return phi == "logistic" ? Density::logistic : phi == "tanh" ? Density::sech : Density::quartic;
}

Source source_named(const std::string& name) {
  return name == "laplace"    ? Source::laplace
         : name == "logistic" ? Source::logistic
         : name == "uniform"  ? Source::uniform
                              : Source::gaussian;
}

/// Signals with the rows of a nested array.
Signals signals_of(const Json& rows) {
  Signals signals(rows.size(), rows[0].size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t n = 0; n < rows[i].size(); ++n) signals.signal(i)[n] = rows[i][n];
  return signals;
}

Signals normal_signals(std::size_t d, std::size_t size) {
  Signals signals(d, size);
  for (std::size_t i = 0; i < d; ++i)
    RandomStream(5, 0).normal(static_cast<std::uint32_t>(i), 0, {signals.signal(i), size});
  return signals;
}

Numbers normal_matrix(std::size_t d) {
  Numbers w(d * d);
  RandomStream(6, 0).normal(0, 0, w);
  return w;
}

TEST(InfomaxIca, directions_and_likelihoods_equal_the_reference) {
  const Json& one = golden("infomax_ica/update_d2_N8");
  const Json &inputs = one["inputs"], &reference = one["expected"];
  const Signals x = signals_of(inputs["X_columns_are_samples"]);
  const Numbers w = flat(inputs["W"]);
  Numbers direction(4);
  for (const std::string phi : {"logistic", "tanh", "cubic"})
    for (const std::string rule : {"natural", "ordinary"}) {
      SCOPED_TRACE(rule + phi);
      ascent_direction(density_named(phi), rule == "natural" ? Rule::natural : Rule::ordinary, x, w.data(),
                       direction.data());
      expect_near(direction, flat(reference[rule + "_" + phi]), 1e-9);
    }
  EXPECT_NEAR(mean_log_likelihood(Density::logistic, x, w.data()), reference["mean_log_likelihood_logistic"], 1e-9);
  EXPECT_NEAR(mean_log_likelihood(Density::sech, x, w.data()), reference["mean_log_likelihood_tanh"], 1e-9);
}

TEST(InfomaxIca, fifty_natural_steps_equal_the_reference) {
  const Json& one = golden("infomax_ica/update_d2_N8");
  const Signals x = signals_of(one["inputs"]["X_columns_are_samples"]);
  Numbers w = flat(one["inputs"]["W"]), direction(4), likelihoods;
  for (int step = 1; step <= 50; ++step) {
    ascent_direction(Density::logistic, Rule::natural, x, w.data(), direction.data());
    for (std::size_t e = 0; e < 4; ++e) w[e] += one["inputs"]["eta"].get<double>() * direction[e];
    if (step % 10 == 0) likelihoods.push_back(mean_log_likelihood(Density::logistic, x, w.data()));
  }
  expect_near(w, flat(one["expected"]["W_after_50_natural_steps_eta0.1_logistic"]), 1e-9);
  expect_near(likelihoods, flat(one["expected"]["log_likelihood_every_10"]), 1e-9);
}

TEST(InfomaxIca, the_ordinary_direction_is_the_likelihoods_gradient_and_the_natural_one_follows) {
  // Central differences with step 1e-5: 1e-9 by truncation, 1e-10 by rounding. 13 samples: some lanes end before
  // others.
  constexpr std::size_t d = 3;
  const Signals x = normal_signals(d, 13);
  Numbers w = normal_matrix(d), ordinary(d * d), natural(d * d);
  for (const Density density : densities) {
    ascent_direction(density, Rule::ordinary, x, w.data(), ordinary.data());
    ascent_direction(density, Rule::natural, x, w.data(), natural.data());
    for (std::size_t e = 0; e < w.size(); ++e) {
      const double held = w[e];
      w[e] = held + 1e-5;
      const double above = mean_log_likelihood(density, x, w.data());
      w[e] = held - 1e-5;
      const double below = mean_log_likelihood(density, x, w.data());
      w[e] = held;
      EXPECT_NEAR(ordinary[e], (above - below) / 2e-5, 1e-7 * (1 + std::abs(ordinary[e])));
    }
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) {
        double product = 0;
        for (std::size_t k = 0; k < d; ++k)
          for (std::size_t l = 0; l < d; ++l) product += ordinary[i * d + k] * w[l * d + k] * w[l * d + j];
        EXPECT_NEAR(natural[i * d + j], product, 1e-11 * (1 + std::abs(product)));
      }
  }
}

TEST(InfomaxIca, densities_are_normalised_and_phi_is_minus_their_logarithms_slope) {
  using Quadrature = boost::math::quadrature::gauss_kronrod<double, 61>;
  for (const Density density : densities) {
    const double mass =
        Quadrature::integrate([&](double u) { return std::exp(log_density(density, u)); }, -60.0, 60.0, 15, 1e-13);
    EXPECT_NEAR(mass, 1, 1e-11);
    for (const double u : {-3.0, -0.4, 0.7, 2.2}) {
      const auto slope = [&](auto f) { return (f(u + 1e-5) - f(u - 1e-5)) / 2e-5; };
      EXPECT_NEAR(phi(density, u), -slope([&](double v) { return log_density(density, v); }), 1e-8);
      EXPECT_NEAR(phi_derivative(density, u), slope([&](double v) { return phi(density, v); }), 1e-8);
    }
  }
}

TEST(InfomaxIca, sums_equal_plain_ones_and_have_the_same_bits_on_every_target) {
  for (const std::size_t d : {1, 2, 5, 16}) {
    const Signals x = normal_signals(d, 101);
    const Numbers w = normal_matrix(d);
    for (const Density density : densities) {
      Numbers plain(d * d, 0.0), reference;
      double likelihood = 0;
      for (std::size_t n = 0; n < x.size; ++n) {
        Numbers u(d, 0.0);
        for (std::size_t i = 0; i < d; ++i)
          for (std::size_t k = 0; k < d; ++k) u[i] += w[i * d + k] * x.signal(k)[n];
        for (std::size_t i = 0; i < d; ++i) {
          likelihood += log_density(density, u[i]) / static_cast<double>(x.size);
          for (std::size_t k = 0; k < d; ++k)
            plain[i * d + k] += phi(density, u[i]) * u[k] / static_cast<double>(x.size);
        }
      }
      for_each_vector_target([&] {
        Numbers sums(d * d);
        correlate(density, Rule::natural, x, w.data(), sums.data());
        expect_near(sums, plain, 1e-12);
        sums.push_back(mean_log_likelihood(density, x, w.data()));
        if (reference.empty()) reference = sums;
        EXPECT_EQ(sums, reference);
      });
      if (d == 1) {
        EXPECT_NEAR(reference.back() - std::log(std::abs(w[0])), likelihood, 1e-12);
      }
    }
  }
}

TEST(InfomaxIca, fixed_points_equal_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("infomax_ica")) {
    if (!one["id"].get<std::string>().starts_with("infomax_ica/fixed_point_")) continue;
    SCOPED_TRACE(one["id"].get<std::string>());
    const Json& reference = one["expected"];
    const FixedPoint& ours = fixed_point(density_named(one["inputs"]["phi"]), source_named(one["inputs"]["source"]));
    EXPECT_NEAR(ours.row_scale, reference["row_scale_c"], 1e-8);
    EXPECT_NEAR(ours.output_variance, reference["output_variance"], 1e-8);
    EXPECT_NEAR(ours.stability_product, reference["stability_product_kappa_sigma2"], 1e-8);
    EXPECT_EQ(ours.stable, reference["separating_solution_stable"].get<bool>());
    ++cases;
  }
  EXPECT_EQ(cases, 5u);
}

TEST(InfomaxIca, u_cubed_has_fixed_points_by_moments) {
  // E[c^4 s^4] = 1 with the fourth moments 6, 9/5 and 3; stable if 3 E[u^2]^2 > 1: for the uniform source alone.
  EXPECT_NEAR(fixed_point(Density::quartic, Source::laplace).row_scale, std::pow(6, -0.25), 1e-10);
  EXPECT_NEAR(fixed_point(Density::quartic, Source::uniform).row_scale, std::pow(1.8, -0.25), 1e-10);
  EXPECT_NEAR(fixed_point(Density::quartic, Source::gaussian).stability_product, 1, 1e-10);
  EXPECT_FALSE(fixed_point(Density::quartic, Source::laplace).stable);
  EXPECT_TRUE(fixed_point(Density::quartic, Source::uniform).stable);
  EXPECT_FALSE(fixed_point(Density::quartic, Source::gaussian).stable);
}

TEST(InfomaxIca, amari_indices_equal_the_reference) {
  std::size_t cases = 0;
  for (const Json& one : golden_cases("infomax_ica")) {
    if (!one["id"].get<std::string>().starts_with("infomax_ica/amari_")) continue;
    const Numbers p = flat(one["inputs"]["P"]);
    EXPECT_NEAR(amari_index(one["inputs"]["P"].size(), p.data()), one["expected"]["amari_index"], 1e-13);
    ++cases;
  }
  EXPECT_EQ(cases, 3u);
  const Numbers alike(9, -2.0);
  EXPECT_NEAR(amari_index(3, alike.data()), 1, 1e-15);
}

TEST(InfomaxIca, sources_have_mean_0_and_variance_1) {
  // 40000 numbers: mean to 5 / 200, variance to 5 sqrt((kurtosis - 1) / 40000), the largest kurtosis being 6.
  for (const Source source : {Source::laplace, Source::logistic, Source::uniform, Source::gaussian}) {
    Numbers s(40000);
    draw_source(source, RandomStream(1, 0), 0, 0, s);
    double mean = 0, square = 0;
    for (const double value : s) mean += value / 40000, square += value * value / 40000;
    EXPECT_NEAR(mean, 0, 0.025);
    EXPECT_NEAR(square, 1, 5 * std::sqrt(5.0 / 40000));
  }
}

class InfomaxIcaReference : public testing::TestWithParam<std::string> {};

TEST_P(InfomaxIcaReference, training_has_the_distribution_of_the_reference_runs) {
  // 60 runs against 100: 5 standard deviations of the difference of means; false for one seed in a million.
  const Json& one = golden("infomax_ica/" + GetParam());
  const Json &inputs = one["inputs"], &expected = one["expected"];
  constexpr std::size_t runs = 60;
  const bool laplace = inputs["source"].get<std::string>().starts_with("laplace");
  const Settings settings = {{"samples", inputs["N"]},
                             {"steps", inputs["steps"]},
                             {"eta", inputs["eta"]},
                             {"signals", inputs["d"]},
                             {"source", static_cast<double>(laplace ? Source::laplace : Source::uniform)},
                             {"phi", static_cast<double>(density_named(inputs["phi"]))}};
  const auto all = evaluate_block(study, std::vector(runs, row_of(study, settings)), 1);
  double mean = 0;
  for (const Values& run : all) mean += run.at("final_amari")[0] / runs;
  const double z = 5 * std::sqrt(1.0 / runs + 1 / expected["n"].get<double>());
  EXPECT_NEAR(mean, expected["amari_mean"].get<double>(), z * expected["amari_sd"].get<double>());
}

INSTANTIATE_TEST_SUITE_P(Training, InfomaxIcaReference,
                         testing::Values("training_laplace_N2000", "training_uniform_N2000", "training_laplace_tanh"),
                         [](const auto& param_info) { return param_info.param; });

TEST(InfomaxIca, the_rule_separates_exactly_where_theory_says_it_is_stable) {
  for (const Source source : {Source::laplace, Source::uniform})
    for (const Density density : densities) {
      const Values values = evaluate_point(study,
                                           {{"source", static_cast<double>(source)},
                                            {"phi", static_cast<double>(density)},
                                            {"eta", 0.05},
                                            {"samples", 5000},
                                            {"steps", 600}},
                                           2);
      EXPECT_EQ(values.at("final_amari")[0] < 0.2, values.at("stable")[0] == 1)
          << static_cast<int>(source) << " " << static_cast<int>(density);
    }
}

TEST(InfomaxIca, separated_rows_have_the_scale_of_the_fixed_point) {
  // The scale is a mean over 20000 samples, good to 1 %; the other source leaves the Amari index in the row.
  const Values values = evaluate_point(study, {{"samples", 20000}, {"steps", 300}}, 3);
  for (std::size_t row = 0; row < 2; ++row) {
    const double largest = std::max(std::abs(values.at("gain")[2 * row]), std::abs(values.at("gain")[2 * row + 1]));
    EXPECT_NEAR(largest / values.at("row_scale")[0], 1, 0.05);
  }
  EXPECT_GT(values.at("log_likelihood").back(), values.at("log_likelihood").front());
}

TEST(InfomaxIca, batches_and_the_ordinary_rule_separate_too) {
  EXPECT_LT(evaluate_point(study, {{"batch", 200}, {"eta", 0.02}, {"steps", 2000}}, 4).at("final_amari")[0], 0.15);
  EXPECT_LT(evaluate_point(study, {{"rule", 1}, {"steps", 1000}}, 4).at("final_amari")[0], 0.1);
  const Values wide = evaluate_point(study, {{"signals", 4}, {"max_condition", 20}, {"steps", 600}}, 4);
  EXPECT_LT(wide.at("final_amari")[0], 0.1);
}

TEST(InfomaxIca, smaller_points_of_a_sweep_leave_the_rest_nan) {
  const auto all = evaluate_block(study, {row_of(study, {{"signals", 2}, {"steps", 5}, {"samples", 50}}),
                                          row_of(study, {{"signals", 3}, {"steps", 20}, {"samples", 50}})});
  EXPECT_EQ(all[0].at("unmixing").size(), 9u);
  EXPECT_FALSE(std::isnan(all[0].at("unmixing")[4]));
  EXPECT_TRUE(std::isnan(all[0].at("unmixing")[2]));
  EXPECT_TRUE(std::isnan(all[0].at("amari")[6]));
  EXPECT_EQ(all[0].at("final_amari")[0], all[0].at("amari")[5]);
}

}  // namespace
}  // namespace trawl::studies
