// The samplers' exact limits (ideal predictor, infinitely many samples) against the reference cases.
#include <gtest/gtest.h>

#include <map>

#include "tests/studies/diffusion_limit.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies::diffusion {
namespace {

using nlohmann::json;

/// The parameters that a reference case speaks of.
Parameters parameters_of(const json& inputs, Sampler sampler) {
  Parameters p;
  p.sampler = sampler;
  p.timesteps = inputs.at("T");
  p.beta = inputs.at("beta");
  p.sampler_steps = inputs.value("n_steps", p.timesteps);
  const json& sigma = inputs.contains("sigma") ? inputs.at("sigma") : inputs.at("sigma_t");
  if (sigma.is_number()) p.sigma = sigma;
  else p.sigma_rule = SigmaRule::posterior;
  p.noise_at_last_step = inputs.value("noise_added_at_last_step", inputs.value("noise_at_last_step", false));
  const bool shifted = inputs.value("alpha_index_shift", 0) == 1;
  const bool early = inputs.value("model_for_step_t_trained_at", "") == "alpha=(1-beta)^(t-1)";
  p.indexing = shifted || early ? Indexing::source : Indexing::correct;
  return p;
}

const std::map<std::string, Sampler> cases = {
    {"diffusion_lookup/source_default_noise_last", Sampler::direct},
    {"diffusion_lookup/default_no_noise_last", Sampler::direct},
    {"diffusion_lookup/sigma0.2_no_noise_last", Sampler::direct},
    {"diffusion_lookup/T200_no_noise_last", Sampler::direct},
    {"diffusion_lookup/T400_beta0.01511", Sampler::direct},
    {"diffusion_lookup/posterior_sd_schedule", Sampler::direct},
    {"diffusion_eps/source_indexing_noise_last", Sampler::reparameterised},
    {"diffusion_eps/correct_indexing_no_noise_last", Sampler::reparameterised},
    {"ddim/correct_sigma0", Sampler::ddim},
    {"ddim/source_indexing_sigma0", Sampler::ddim},
    {"ddim/correct_T50_sigma0", Sampler::ddim},
    {"ddim_accelerated/correct_5steps_sigma0", Sampler::accelerated},
    {"ddim_accelerated/correct_20steps_sigma0", Sampler::accelerated},
    {"ddim_accelerated/correct_50steps_sigma0", Sampler::accelerated},
    {"ddim_accelerated/source_default_20steps_sigma0.11", Sampler::accelerated},
    {"ddim_accelerated/correct_20steps_sigma0.11", Sampler::accelerated},
    {"ddim_accelerated/correct_100steps_sigma0.11", Sampler::accelerated},
};

class DiffusionLimit : public testing::TestWithParam<std::pair<const std::string, Sampler>> {};

TEST_P(DiffusionLimit, is_that_of_the_reference_case) {
  const auto& [id, sampler] = GetParam();
  const json& expected = golden(id).at("expected");
  const LimitLaw law(parameters_of(golden(id).at("inputs"), sampler));

  EXPECT_NEAR(law.mean(), expected.at("mean").get<double>(), 1e-7);
  EXPECT_NEAR(law.sd(), expected.at("sd").get<double>(), 1e-7);
  EXPECT_NEAR(law.wasserstein_1(), expected.at("w1").get<double>(), 1e-7);
  EXPECT_NEAR(law.ks(), expected.at("ks").get<double>(), 1e-7);
  for (std::size_t i = 0; i < expected.at("cdf").size(); ++i) {
    EXPECT_NEAR(law.cdf(expected.at("cdf_x")[i]), expected.at("cdf")[i].get<double>(), 1e-6);
  }
  if (expected.contains("tv")) {
    EXPECT_NEAR(law.total_variation(), expected.at("tv").get<double>(), 1e-7);
  }
  if (expected.contains("start_z")) {
    const auto ends = law.ends_of(expected.at("start_z"));
    for (std::size_t i = 0; i < ends.size(); ++i) EXPECT_NEAR(ends[i], expected.at("end_value")[i].get<double>(), 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, DiffusionLimit, testing::ValuesIn(cases), [](const auto& one) {
  std::string name = one.param.first;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

}  // namespace
}  // namespace trawl::studies::diffusion
