// The diffusion study as a whole.
#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "studies/diffusion/diffusion.hpp"
#include "studies/diffusion/predictor.hpp"
#include "studies/diffusion/sampling.hpp"
#include "tests/engine/vector_targets.hpp"
#include "tests/studies/diffusion_limit.hpp"
#include "tests/studies/evaluate_point.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies {
namespace {

using nlohmann::json;

const Diffusion study;

constexpr double direct = 0, reparameterised = 1, ddim = 2, accelerated = 3;  // sampler
constexpr double exact = 1;                                                   // model
constexpr double source = 1;                                                  // indexing
constexpr double yes = 1;

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// Every output, bit for bit.
bool same_bits(const Values& a, const Values& b) {
  for (const auto& [name, values] : a) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::bit_cast<std::uint64_t>(values[i]) != std::bit_cast<std::uint64_t>(b.at(name)[i])) return false;
    }
  }
  return true;
}

struct Simulated {
  const char* id;
  diffusion::Parameters parameters;
};

diffusion::Parameters with(diffusion::Sampler sampler, double sigma, diffusion::Indexing indexing,
                           bool noise_at_last_step) {
  diffusion::Parameters p;
  p.sampler = sampler;
  p.sigma = sigma;
  p.indexing = indexing;
  p.noise_at_last_step = noise_at_last_step;
  return p;
}

double cdf_of(const diffusion::Tally& tally, double x) {
  const auto cells = tally.cells().first(static_cast<std::size_t>(
      std::lround((x + diffusion::cells_limit) * static_cast<double>(diffusion::cells_per_unit))));
  const auto below = std::accumulate(cells.begin(), cells.end(), static_cast<double>(tally.below()));
  return below / static_cast<double>(tally.total());
}

class DiffusionSimulated : public testing::TestWithParam<Simulated> {};

// The reference gives mean and sd of 40 runs; ours is a mean of 6, at most 5 sd sqrt(1/6 + 1/40) away. Where almost
// no sample lies, the sd of the reference's own 40 runs is uncertain: 1e-4 is added to it for the distribution
// function.
TEST_P(DiffusionSimulated, agrees_with_the_reference_s_replicates) {
  constexpr int replicates = 6;
  const auto& p = GetParam().parameters;
  const json& expected = golden(GetParam().id).at("expected");
  const json& cdf_x = golden("ddim/correct_sigma0").at("expected").at("cdf_x");
  const auto chain = diffusion::make_chain(p);
  std::vector<double> trajectories(8 * 101);
  std::map<std::string, double> mean;
  std::vector<double> cdf(cdf_x.size());
  for (std::uint64_t i = 0; i < replicates; ++i) {
    const RandomStream random(11, i);
    const auto predictor = diffusion::make_predictor(p, chain, random);
    const auto samples = diffusion::draw_samples(p, chain, *predictor, random, trajectories, 101);
    const auto distance = distances(samples.tally, samples.excess);
    mean["mean"] += samples.mean / replicates;
    mean["sd"] += samples.sd / replicates;
    mean["ks"] += distance.ks / replicates;
    mean["w1"] += distance.wasserstein_1 / replicates;
    mean["tv_hist_0p05"] += distance.total_variation / replicates;
    for (std::size_t k = 0; k < cdf.size(); ++k) cdf[k] += cdf_of(samples.tally, cdf_x[k]) / replicates;
  }
  const double bound = 5 * std::sqrt(1.0 / replicates + 1.0 / 40);
  for (const auto& [name, value] : mean) {
    const json& reference = expected.at(name);
    EXPECT_NEAR(value, reference.at("mean").get<double>(), bound * reference.at("sd").get<double>()) << name;
  }
  for (std::size_t k = 0; k < cdf.size(); ++k) {
    const double sd = expected.at("cdf").at("sd")[k].get<double>() + 1e-4;
    EXPECT_NEAR(cdf[k], expected.at("cdf").at("mean")[k].get<double>(), bound * sd) << "x = " << cdf_x[k];
  }
}

using diffusion::Indexing;
using diffusion::Sampler;

INSTANTIATE_TEST_SUITE_P(
    Reference, DiffusionSimulated,
    testing::Values(
        Simulated{"diffusion_lookup/simulated_18p2_source", with(Sampler::direct, 0.12288, Indexing::correct, true)},
        Simulated{"diffusion_lookup/simulated_18p2_no_noise_last",
                  with(Sampler::direct, 0.12288, Indexing::correct, false)},
        Simulated{"diffusion_eps/simulated_18p3_correct_noise_last",
                  with(Sampler::reparameterised, 0.12288, Indexing::correct, true)},
        Simulated{"diffusion_eps/simulated_18p3_source_no_noise_last",
                  with(Sampler::reparameterised, 0.12288, Indexing::source, false)},
        Simulated{"ddim/simulated_18p4_ddim_correct_sigma0p0", with(Sampler::ddim, 0, Indexing::correct, false)},
        Simulated{"ddim/simulated_18p4_ddim_correct_sigma0p001", with(Sampler::ddim, 0.001, Indexing::correct, false)},
        Simulated{"ddim/simulated_18p4_ddim_source_sigma0p0", with(Sampler::ddim, 0, Indexing::source, true)},
        Simulated{"ddim/simulated_18p4_ddim_source_sigma0p001", with(Sampler::ddim, 0.001, Indexing::source, true)}),
    [](const auto& one) {
      const std::string id = one.param.id;
      return id.substr(id.find('/') + 1);
    });

// With the exact model only n = 4e5 samples separate the study from the limit: 5 sd / sqrt(n) for the mean,
// 2 / sqrt(n) for the KS distance (exceeded with probability 7e-4), the largest cell's share added.
TEST(Diffusion, with_the_exact_model_samples_the_exact_limit) {
  const double n = 400'000;
  const std::pair<const char*, Settings> cases[] = {
      {"diffusion_lookup/default_no_noise_last", {}},
      {"diffusion_eps/source_indexing_noise_last",
       {{"sampler", reparameterised}, {"indexing", source}, {"noise_at_last_step", yes}}},
      {"ddim_accelerated/source_default_20steps_sigma0.11",
       {{"sampler", accelerated}, {"sigma", 0.11}, {"indexing", source}, {"noise_at_last_step", yes}}},
      {"ddim_accelerated/correct_20steps_sigma0.11", {{"sampler", accelerated}, {"sigma", 0.11}}},
  };
  for (auto [id, settings] : cases) {
    SCOPED_TRACE(id);
    settings["model"] = exact;
    settings["samples"] = n;
    const Values values = evaluate_point(study, settings, 5);
    const json& expected = golden(id).at("expected");
    EXPECT_NEAR(values.at("mean")[0], expected.at("mean").get<double>(), 5 * 1.1 / std::sqrt(n));
    EXPECT_NEAR(values.at("sd")[0], expected.at("sd").get<double>(), 5 * 1.1 / std::sqrt(n));
    EXPECT_NEAR(values.at("ks")[0], expected.at("ks").get<double>(), 2 / std::sqrt(n) + 2.4e-4);
  }
}

TEST(Diffusion, has_the_same_bits_for_any_number_of_threads) {
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, 3);
  for (const double sampler : {direct, reparameterised, accelerated}) {
    const Settings settings = {{"sampler", sampler}, {"sigma", 0.1}, {"samples", 5003}, {"n_train", 7001}};
    const Values alone = tbb::task_arena(1).execute([&] { return evaluate_point(study, settings, 3); });
    for (const int threads : {2, 3}) {
      const Values together = tbb::task_arena(threads).execute([&] { return evaluate_point(study, settings, 3); });
      EXPECT_TRUE(same_bits(alone, together));
    }
  }
}

TEST(Diffusion, has_the_same_bits_on_every_vector_target) {
  for (const double model : {0.0, exact}) {
    for (const double sampler : {direct, accelerated}) {
      const Settings settings = {{"sampler", sampler}, {"sigma", 0.1},   {"samples", 3001},
                                 {"n_train", 3001},    {"model", model}, {"sampler_steps", 10}};
      const Values usual = evaluate_point(study, settings, 3);
      for_each_vector_target([&] { EXPECT_TRUE(same_bits(usual, evaluate_point(study, settings, 3))); });
    }
  }
}

TEST(Diffusion, ddim_without_noise_is_a_function_of_the_start) {
  const Values values = evaluate_point(study, {{"sampler", ddim}, {"sigma", 0}, {"model", exact}, {"samples", 100}});
  diffusion::Parameters p;
  p.sampler = diffusion::Sampler::ddim;
  p.sigma = 0;
  const diffusion::LimitLaw law(p);
  const auto& trajectory = values.at("trajectory");
  std::vector<double> start, end;
  for (std::size_t i = 0; i < 8; ++i) {
    start.push_back(trajectory[i * 101 + 100]);
    end.push_back(trajectory[i * 101]);
  }
  EXPECT_EQ(law.ends_of(start), end);
}

TEST(Diffusion, comes_closer_to_the_truth_with_more_timesteps) {
  // The limits are 0.085, 0.061 and 0.04 or less; a sampling error of 5 * 1.1 / sqrt(n) is below half the gaps.
  double before = 1;
  for (const double timesteps : {50, 100, 200}) {
    const Settings settings = {
        {"sampler", ddim}, {"sigma", 0}, {"model", exact}, {"timesteps", timesteps}, {"samples", 300'000}};
    const double distance = evaluate_point(study, settings, 2).at("wasserstein_1")[0];
    EXPECT_LT(distance, before - 0.005);
    before = distance;
  }
}

TEST(Diffusion, comes_closer_to_its_limit_with_more_training) {
  const auto sd_after = [](double n_train) { return evaluate_point(study, {{"n_train", n_train}}, 4).at("sd")[0]; };
  EXPECT_GT(std::abs(sd_after(1'000) - 1.0754), 2 * std::abs(sd_after(1'000'000) - 1.0754));
}

TEST(Diffusion, gives_a_histogram_that_integrates_to_the_share_inside) {
  const Values values = evaluate_point(study, {{"samples", 20'000}, {"n_train", 20'000}});
  const double inside = mean_of(values.at("histogram")) * 6;
  EXPECT_LE(inside, 1 + 1e-12);
  EXPECT_GT(inside, 0.98);
}

TEST(Diffusion, leaves_out_of_the_trajectories_what_was_not_visited) {
  const std::vector<std::vector<double>> rows = {
      row_of(study, {{"timesteps", 20}, {"samples", 3}, {"n_train", 100}}),
      row_of(study, {{"timesteps", 40}, {"sampler", accelerated}, {"sampler_steps", 4}, {"n_train", 100}}),
  };
  const auto values = evaluate_block(study, rows);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t t = 0; t <= 40; ++t) {
      EXPECT_EQ(std::isnan(values[0].at("trajectory")[i * 41 + t]), i >= 3 || t > 20);
      EXPECT_EQ(std::isnan(values[1].at("trajectory")[i * 41 + t]), t % 10 != 0);
    }
  }
}

TEST(Diffusion, says_what_is_wrong_with_parameters_that_allow_no_chain) {
  EXPECT_THROW(evaluate_point(study, {{"sampler", accelerated}, {"sampler_steps", 7}}), std::invalid_argument);
  try {
    evaluate_point(study, {{"sampler", ddim}, {"sigma", 0.5}});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("sigma 0.5"), std::string::npos) << error.what();
  }
}

TEST(Diffusion, works_at_the_edges_of_its_domain) {
  const Settings smallest = {{"timesteps", 1}, {"samples", 1}, {"n_train", 1}, {"bins", 1}};
  for (const auto& [name, values] : evaluate_point(study, smallest)) {
    const bool needs_a_step_before = name.starts_with("reverse_");
    EXPECT_TRUE(name == "trajectory" || std::isfinite(values[0]) != needs_a_step_before) << name;
  }
  EXPECT_EQ(evaluate_point(study, smallest).at("sd")[0], 0);
}

}  // namespace
}  // namespace trawl::studies
