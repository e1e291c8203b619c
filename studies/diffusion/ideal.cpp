#include "studies/diffusion/ideal.hpp"

#include <cmath>

namespace trawl::studies::diffusion {

IdealPrediction::IdealPrediction(Target target, double beta, std::int64_t time)
    : posterior_mean(true_distribution, noise_level(beta, time)) {
  if (target == Target::step) {
    const auto reverse = reverse_conditional(beta, time);
    of_z = reverse.of_z - 1;
    of_data = reverse.of_x;
  } else if (time > 0) {  // z_0 holds no noise to predict
    const auto level = noise_level(beta, time);
    of_z = 1 / std::sqrt(level.noise);
    of_data = -std::sqrt(level.alpha / level.noise);
  }
}

}  // namespace trawl::studies::diffusion
