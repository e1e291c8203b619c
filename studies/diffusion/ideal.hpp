// The ideal predictor, which an infinite training set and no bins would give.
#pragma once

#include <cstdint>

#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/forward.hpp"

namespace trawl::studies::diffusion {

/// E[target | z_t] = of_z z_t + of_data E[x | z_t].
struct IdealPrediction {
  IdealPrediction(Target target, double beta, std::int64_t time);

  double operator()(double z) const { return of_z * z + of_data * posterior_mean(z); }

  PosteriorMean posterior_mean;
  double of_z = 0;
  double of_data = 0;
};

}  // namespace trawl::studies::diffusion
