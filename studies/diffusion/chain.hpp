// The reverse chains of all four samplers, as one kind of step.
//
// Every sampler starts at z_T ~ N(0,1) and moves from z_t to z_s, s < t, by
//
//   z_s = of_z z_t + of_prediction g(z_t) + sigma e,   e ~ N(0,1),
//
// where g is a model trained on pairs of z and a target:
//
//   direct           target z_{t-1} - z_t:  z_{t-1} = z_t + g + sigma e                                (notebook 18.2)
//   reparameterised  target eps:  z_{t-1} = (z_t - beta / sqrt(1-alpha_t) g) / sqrt(1-beta) + sigma e  (notebook 18.3)
//   ddim             target eps:  z_s = sqrt(alpha_s) (z_t - sqrt(1-alpha_t) g) / sqrt(alpha_t)
//                                       + sqrt(1-alpha_s-sigma^2) g + sigma e,  s = t-1                (notebook 18.4)
//   accelerated      as ddim with s = t - T/n, n steps in all                                          (notebook 18.4)
//
// sigma must not exceed sqrt(1-alpha_s) in the last two; where alpha_s = 1, at the last step, it is therefore 0.
#pragma once

#include <cstdint>
#include <vector>

#include "studies/diffusion/parameters.hpp"

namespace trawl::studies::diffusion {

/// What a model predicts from z_t.
enum class Target { step, noise };

/// One step of a chain, from z_time to z_next.
struct Step {
  std::int64_t time;
  std::int64_t next;
  std::int64_t trained_at;  ///< the model's g was trained on z_trained_at
  double of_z;
  double of_prediction;
  double sigma;
};

Target target_of(Sampler sampler);

/// The steps in the order they are taken. Throws std::invalid_argument if the parameters allow no such chain.
std::vector<Step> make_chain(const Parameters& p);

}  // namespace trawl::studies::diffusion
