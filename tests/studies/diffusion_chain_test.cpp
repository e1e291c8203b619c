// The steps of the four samplers.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/forward.hpp"
#include "studies/diffusion/ideal.hpp"
#include "tests/studies/goldens.hpp"

namespace trawl::studies::diffusion {
namespace {

Parameters with(Sampler sampler, double sigma = 0.12288) {
  Parameters p;
  p.sampler = sampler;
  p.sigma = sigma;
  return p;
}

TEST(DiffusionChain, updates_the_mean_as_the_reference_cases_say) {
  for (const char* name : {"diffusion_eps/update_mean_t100", "diffusion_eps/update_mean_t2"}) {
    const auto& inputs = golden(name).at("inputs");
    const std::int64_t t = inputs.at("t");
    const Step step = make_chain(with(Sampler::reparameterised)).at(100 - t);
    ASSERT_EQ(step.time, t);
    const IdealPrediction g(Target::noise, inputs.at("beta"), step.trained_at);
    for (std::size_t i = 0; i < inputs.at("z").size(); ++i) {
      const double z = inputs.at("z")[i];
      EXPECT_NEAR(step.of_z * z + step.of_prediction * g(z), golden(name).at("expected").at("z_hat")[i], 1e-11);
    }
  }
}

TEST(DiffusionChain, direct_and_reparameterised_have_the_same_ideal_mean) {
  const auto direct = make_chain(with(Sampler::direct));
  const auto noise = make_chain(with(Sampler::reparameterised));
  for (std::size_t k = 0; k < direct.size(); ++k) {
    const IdealPrediction of_step(Target::step, 0.01511, direct[k].trained_at);
    const IdealPrediction of_noise(Target::noise, 0.01511, noise[k].trained_at);
    for (const double z : {-2.0, -0.3, 0.9}) {
      EXPECT_NEAR(direct[k].of_z * z + direct[k].of_prediction * of_step(z),
                  noise[k].of_z * z + noise[k].of_prediction * of_noise(z), 1e-12);
    }
  }
}

TEST(DiffusionChain, ddim_keeps_the_marginals_of_the_forward_process) {
  // For z_t = sqrt(alpha_t) x + sqrt(1-alpha_t) eps and a perfect prediction, z_s has the forward process's moments.
  for (const double sigma : {0.0, 0.05, 0.11}) {
    for (const Step& step : make_chain(with(Sampler::accelerated, sigma))) {
      const auto now = noise_level(0.01511, step.time);
      const auto next = noise_level(0.01511, step.next);
      const double of_noise = step.of_z * std::sqrt(now.noise) + step.of_prediction;
      EXPECT_NEAR(step.of_z * std::sqrt(now.alpha), std::sqrt(next.alpha), 1e-14);
      EXPECT_NEAR(of_noise * of_noise + step.sigma * step.sigma, next.noise, 1e-14);
    }
  }
}

TEST(DiffusionChain, posterior_sigma_is_the_sd_of_the_reverse_conditional) {
  Parameters p = with(Sampler::reparameterised);
  p.sigma_rule = SigmaRule::posterior;
  for (const Step& step : make_chain(p)) {
    EXPECT_NEAR(step.sigma, reverse_conditional(p.beta, step.time).sd, 1e-15);
  }
}

TEST(DiffusionChain, adds_noise_at_the_last_step_only_if_told_to) {
  Parameters p = with(Sampler::direct);
  EXPECT_EQ(make_chain(p).back().sigma, 0);
  EXPECT_EQ(make_chain(p).front().sigma, p.sigma);
  p.noise_at_last_step = true;
  EXPECT_EQ(make_chain(p).back().sigma, p.sigma);
  p.sampler = Sampler::ddim;  // alpha_0 = 1 leaves no room for noise
  EXPECT_EQ(make_chain(p).back().sigma, 0);
  p.indexing = Indexing::source;
  EXPECT_EQ(make_chain(p).back().sigma, p.sigma);
}

TEST(DiffusionChain, looks_models_up_one_step_early_with_the_source_s_indexing) {
  Parameters p = with(Sampler::reparameterised);
  EXPECT_EQ(make_chain(p).front().trained_at, 100);
  p.indexing = Indexing::source;
  EXPECT_EQ(make_chain(p).front().trained_at, 99);
  EXPECT_EQ(make_chain(p).back().trained_at, 0);
  p.sampler = Sampler::direct;
  EXPECT_EQ(make_chain(p).back().trained_at, 1);
}

TEST(DiffusionChain, accelerated_takes_equal_strides_down_to_zero) {
  const auto chain = make_chain(with(Sampler::accelerated, 0));
  ASSERT_EQ(chain.size(), 20u);
  for (std::size_t k = 0; k < chain.size(); ++k) {
    EXPECT_EQ(chain[k].time, 100 - 5 * static_cast<std::int64_t>(k));
    EXPECT_EQ(chain[k].next, chain[k].time - 5);
  }
  Parameters p = with(Sampler::accelerated);
  p.sampler_steps = 30;
  EXPECT_THROW(make_chain(p), std::invalid_argument);
  p.sampler_steps = 200;
  EXPECT_THROW(make_chain(p), std::invalid_argument);
}

TEST(DiffusionChain, accelerated_with_all_steps_is_ddim) {
  Parameters p = with(Sampler::accelerated, 0.05);
  p.sampler_steps = p.timesteps;
  const auto all = make_chain(p);
  const auto ddim = make_chain(with(Sampler::ddim, 0.05));
  for (std::size_t k = 0; k < ddim.size(); ++k) EXPECT_EQ(all[k].of_prediction, ddim[k].of_prediction);
}

TEST(DiffusionChain, refuses_a_sigma_that_exceeds_the_noise_left) {
  const auto& expected = golden("ddim/sigma_upper_bound").at("expected");
  const double bound = expected.at("max_constant_sigma_source_indexing");
  EXPECT_NEAR(std::sqrt(noise_level(0.01511, 1).noise), bound, 1e-14);

  Parameters p = with(Sampler::ddim, bound);
  p.indexing = Indexing::source;
  p.noise_at_last_step = true;
  EXPECT_NO_THROW(make_chain(p));
  p.sigma = bound * 1.0001;
  EXPECT_THROW(make_chain(p), std::invalid_argument);
  p.indexing = Indexing::correct;  // the bound is then that of the last step but one
  EXPECT_THROW(make_chain(p), std::invalid_argument);
  p.sigma = expected.at("source_sigma_18_2");
  EXPECT_NO_THROW(make_chain(p));
}

}  // namespace
}  // namespace trawl::studies::diffusion
