// The binned model: what training writes into a table, and how a step reads it.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "studies/diffusion/streams.hpp"
#include "studies/diffusion/training.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies::diffusion {
namespace {

using nlohmann::json;

/// The law of one table entry after training on n pairs: the bin's probability, mean target, and the entry's moments.
struct EntryLaw {
  double probability = 0;
  double target_mean = 0;
  double entry_mean = 0;
  double entry_sd = 0;
};

/// Integrals of w N(z; m, s^2) z^k over [a, b], k = 0, 1, 2.
std::array<double, 3> partial_moments(const Gaussian& g, double a, double b) {
  const double u = (a - g.mean) / g.sd;
  const double v = (b - g.mean) / g.sd;
  const auto tail = [](double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); };
  const auto bell = [](double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); };
  const double m0 = u > 0 ? tail(u) - tail(v) : tail(-v) - tail(-u);
  const double m1 = bell(u) - bell(v);
  const double m2 = m0 + u * bell(u) - v * bell(v);
  return {g.weight * m0, g.weight * (g.mean * m0 + g.sd * m1),
          g.weight * (g.mean * g.mean * m0 + 2 * g.mean * g.sd * m1 + g.sd * g.sd * m2)};
}

/// Exact integrals over the bin [a, b]; targets are not clipped. entry = S / (N + 1), N binomial, S a sum of N targets.
EntryLaw law_of_entry(Target target, double beta, std::int64_t t, double a, double b, int n) {
  const auto level = noise_level(beta, t);
  const Mixture noisy = marginal(true_distribution, level);
  const PosteriorMean posterior(true_distribution, level);
  EntryLaw law;
  double first = 0;
  double second = 0;
  for (std::size_t k = 0; k < noisy.size(); ++k) {
    const auto [m0, m1, m2] = partial_moments(noisy[k], a, b);
    const double s = true_distribution[k].sd;
    // x given z and the component: mean intercept + slope z. The target is linear in x and z, plus noise of its own.
    const double x_variance = s * s * level.noise / (noisy[k].sd * noisy[k].sd);
    double of_x = -std::sqrt(level.alpha / level.noise);
    double of_z = 1 / std::sqrt(level.noise);
    double own_variance = 0;
    if (target == Target::step) {
      const auto reverse = reverse_conditional(beta, t);
      of_x = reverse.of_x;
      of_z = reverse.of_z - 1;
      own_variance = reverse.sd * reverse.sd;
    }
    const double constant = of_x * posterior.components[k].intercept;
    const double slope = of_x * posterior.components[k].slope + of_z;
    law.probability += m0;
    first += constant * m0 + slope * m1;
    second += (of_x * of_x * x_variance + own_variance + constant * constant) * m0 + 2 * constant * slope * m1 +
              slope * slope * m2;
  }
  law.target_mean = first / law.probability;
  const double variance = second / law.probability - law.target_mean * law.target_mean;

  double share = 0, share_squared = 0, inverse = 0;  // E[N/(N+1)], E[(N/(N+1))^2], E[N/(N+1)^2]
  for (int count = 1; count <= n; ++count) {
    const double log_choose = std::lgamma(n + 1.0) - std::lgamma(count + 1.0) - std::lgamma(n - count + 1.0);
    const double weight =
        std::exp(log_choose + count * std::log(law.probability) + (n - count) * std::log1p(-law.probability));
    const double ratio = count / (count + 1.0);
    share += weight * ratio;
    share_squared += weight * ratio * ratio;
    inverse += weight * ratio / (count + 1.0);
    if (weight < 1e-25 && count > n * law.probability) break;
  }
  law.entry_mean = law.target_mean * share;
  law.entry_sd = std::sqrt(variance * inverse + law.target_mean * law.target_mean * (share_squared - share * share));
  return law;
}

class DiffusionTable : public testing::TestWithParam<const char*> {
 protected:
  const json& inputs() const { return golden(GetParam()).at("inputs"); }
  Target target() const { return inputs().at("target") == "eps" ? Target::noise : Target::step; }
};

TEST_P(DiffusionTable, has_entries_with_the_law_of_the_reference_case) {
  const json& expected = golden(GetParam()).at("expected");
  const double width = inputs().at("bin_width");
  for (std::size_t i = 0; i < inputs().at("bins").size(); ++i) {
    const double edge = -3 + width * inputs().at("bins")[i].get<double>();
    const auto law =
        law_of_entry(target(), inputs().at("beta"), inputs().at("t"), edge, edge + width, inputs().at("n_train"));
    const auto expect_near = [&](double value, const char* name) {
      const double wanted = expected.at(name)[i];
      EXPECT_NEAR(value, wanted, 1e-8 + 1e-7 * std::abs(wanted)) << name;
    };
    expect_near(law.probability, "bin_probability");
    expect_near(law.target_mean, "conditional_mean");
    expect_near(law.entry_mean, "expected_table_value");
    expect_near(law.entry_sd, "sd_of_table_value");
  }
}

TEST_P(DiffusionTable, is_trained_to_within_5_sd_of_its_law) {
  const json& expected = golden(GetParam()).at("expected");
  const std::int64_t n = inputs().at("n_train");
  const RandomStream random(3, 1);
  std::vector<double> table(600);
  train(target(), inputs().at("beta"), inputs().at("t"), {600, 3}, draw_data(n, random), n, random, table);
  for (std::size_t i = 0; i < inputs().at("bins").size(); ++i) {
    EXPECT_NEAR(table.at(inputs().at("bins")[i]), expected.at("expected_table_value")[i].get<double>(),
                5 * expected.at("sd_of_table_value")[i].get<double>());
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, DiffusionTable,
                         testing::Values("diffusion_lookup/table_zprev_t1_n100000",
                                         "diffusion_lookup/table_zprev_t50_n100000",
                                         "diffusion_eps/table_eps_t1_n100000", "diffusion_eps/table_eps_t99_n100000",
                                         "diffusion_eps/table_eps_t50_n1000"),
                         [](const auto& one) { return "case_" + std::to_string(one.index); });

TEST(DiffusionTraining, agrees_with_a_plain_loop) {
  const std::int64_t n = 5003;  // neither whole vectors nor whole blocks
  const std::int64_t t = 7;
  const double beta = 0.02;
  const std::size_t bins = 50;
  const double limit = 1.5;  // well inside the data, so that clipping matters
  const RandomStream random(5, 9);
  const auto data = draw_data(n, random);
  const auto level = noise_level(beta, t);
  const auto reverse = reverse_conditional(beta, t);
  std::vector<double> e(n), f(n);
  random.normal(forward_noise, row_start(t, n), e);
  random.normal(previous_noise, row_start(t, n), f);

  for (const Target target : {Target::noise, Target::step}) {
    std::vector<double> sum(bins), count(bins, 1), table(bins);
    for (std::int64_t i = 0; i < n; ++i) {
      const double z = std::sqrt(level.alpha) * data[i] + std::sqrt(level.noise) * e[i];
      const double previous = reverse.of_z * z + reverse.of_x * data[i] + reverse.sd * f[i];
      const double clipped = std::clamp(z, -limit, limit);
      const auto bin = std::min(static_cast<std::size_t>((clipped + limit) * (50 / 3.0)), bins - 1);
      sum[bin] +=
          target == Target::noise ? std::clamp(e[i], -limit, limit) : std::clamp(previous, -limit, limit) - clipped;
      count[bin] += 1;
    }
    train(target, beta, t, {static_cast<std::int64_t>(bins), limit}, data, n, random, table);
    for (std::size_t bin = 0; bin < bins; ++bin) EXPECT_NEAR(table[bin], sum[bin] / count[bin], 1e-12);
  }
}

TEST(DiffusionTraining, draws_data_with_the_true_mean_and_variance) {
  const std::int64_t n = 1'000'000;
  const auto data = draw_data(n, RandomStream(1, 2));
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += data[i];
  const double centre = sum / n;
  for (std::int64_t i = 0; i < n; ++i) squares += (data[i] - centre) * (data[i] - centre);
  // 5 standard errors: sqrt(1.172 / n), and sqrt((3.471 - 1.172^2) / n) from the fourth central moment.
  EXPECT_NEAR(centre, mean(true_distribution), 5 * 0.00108);
  EXPECT_NEAR(squares / n, variance(true_distribution), 5 * 0.00145);
}

TEST(DiffusionStep, reads_the_bin_that_holds_z) {
  const Step step{.time = 1, .next = 0, .trained_at = 1, .of_z = 2, .of_prediction = 10, .sigma = 0};
  const double table[] = {1, 2, 3};
  const double infinity = std::numeric_limits<double>::infinity();
  alignas(64) double z[block_size] = {-5, -3, -1.01, -0.99, 0.99, 1.01, 3, 5, infinity};
  const double bin[] = {1, 1, 1, 2, 2, 3, 3, 3, 3};
  alignas(64) double moved[block_size];
  std::copy(std::begin(z), std::end(z), moved);
  advance(step, {3, 3.0}, table, nullptr, moved, std::size(bin));
  for (std::size_t i = 0; i < std::size(bin); ++i) EXPECT_EQ(moved[i], 2 * z[i] + 10 * bin[i]);
}

TEST(DiffusionStep, with_the_ideal_model_agrees_with_the_plain_formula) {
  const IdealPrediction ideal(Target::noise, 0.01511, 3);
  const Step step{.time = 3, .next = 2, .trained_at = 3, .of_z = 1.01, .of_prediction = -0.1, .sigma = 0.12};
  alignas(64) double z[block_size] = {};
  alignas(64) double noise[block_size] = {};
  for (std::size_t i = 0; i < block_size; ++i) {
    z[i] = -4 + 8 * static_cast<double>(i) / block_size;
    noise[i] = std::sin(static_cast<double>(i));
  }
  alignas(64) double moved[block_size];
  std::copy(std::begin(z), std::end(z), moved);
  advance(step, ideal, noise, moved, block_size);
  for (std::size_t i = 0; i < block_size; ++i) {
    EXPECT_NEAR(moved[i], 1.01 * z[i] - 0.1 * ideal(z[i]) + 0.12 * noise[i], 1e-13);
  }
}

}  // namespace
}  // namespace trawl::studies::diffusion
