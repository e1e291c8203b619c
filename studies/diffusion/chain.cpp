#include "studies/diffusion/chain.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "studies/diffusion/forward.hpp"

namespace trawl::studies::diffusion {
namespace {

bool is_ddim(Sampler sampler) {
  return sampler == Sampler::ddim || sampler == Sampler::accelerated;
}

std::int64_t stride(const Parameters& p) {
  if (p.sampler != Sampler::accelerated) return 1;
  if (p.timesteps % p.sampler_steps == 0) return p.timesteps / p.sampler_steps;
  throw std::invalid_argument(
      fmt::format("sampler_steps {} does not divide timesteps {} (the accelerated sampler takes equal strides). "
                  "Use a divisor?",
                  p.sampler_steps, p.timesteps));
}

/// sigma of a step between two noise levels; the posterior's is that of q(z_s | z_t, x).
double sigma_between(const Parameters& p, NoiseLevel now, NoiseLevel next, double ratio) {
  if (p.sigma_rule == SigmaRule::constant) return p.sigma;
  return std::sqrt(next.noise / now.noise * ratio);
}

/// sqrt(1 - alpha_s - sigma^2): how much of the predicted noise a DDIM step puts back.
double kept_noise(const Parameters& p, NoiseLevel next, double sigma, std::int64_t time) {
  const double square = next.noise - sigma * sigma;
  const double rounding = 1e-14;
  if (square >= -rounding) return std::sqrt(std::max(square, 0.0));
  throw std::invalid_argument(fmt::format(
      "sigma {} is more than sqrt(1 - alpha_s) = {} (the step from t = {} would add more noise than z_s holds). "
      "Use a smaller sigma, or sigma_rule = posterior?",
      p.sigma, std::sqrt(next.noise), time));
}

Step make_step(const Parameters& p, std::int64_t time, std::int64_t next) {
  // The source evaluates 18.3's model one step early, and in 18.4 also takes alpha one step late.
  const bool as_source = p.indexing == Indexing::source;
  const std::int64_t shift = as_source && is_ddim(p.sampler) ? 1 : 0;
  const std::int64_t early = as_source && p.sampler != Sampler::direct ? 1 : 0;
  const auto level = noise_level(p.beta, time + shift);
  const auto next_level = noise_level(p.beta, next + shift);
  const double jump = static_cast<double>(time - next) * std::log1p(-p.beta);  // ln(alpha_t / alpha_s)

  const bool no_room = is_ddim(p.sampler) && next_level.noise == 0;
  const bool silent = no_room || (next == 0 && !p.noise_at_last_step);
  const double sigma = silent ? 0 : sigma_between(p, level, next_level, -std::expm1(jump));
  Step step{time, next, time - early, 1, 1, sigma};
  if (p.sampler == Sampler::reparameterised) {
    step.of_z = 1 / std::sqrt(1 - p.beta);
    step.of_prediction = -p.beta / std::sqrt(level.noise * (1 - p.beta));
  } else if (is_ddim(p.sampler)) {
    step.of_z = std::exp(-0.5 * jump);
    step.of_prediction = kept_noise(p, next_level, sigma, time) - std::sqrt(level.noise) * step.of_z;
  }
  return step;
}

}  // namespace

Target target_of(Sampler sampler) {
  return sampler == Sampler::direct ? Target::step : Target::noise;
}

std::vector<Step> make_chain(const Parameters& p) {
  const std::int64_t by = stride(p);
  std::vector<Step> chain;
  chain.reserve(static_cast<std::size_t>(p.timesteps / by));
  for (std::int64_t time = p.timesteps; time > 0; time -= by) chain.push_back(make_step(p, time, time - by));
  return chain;
}

}  // namespace trawl::studies::diffusion
