// The forward process that turns data into noise, its reverse given the data, and the ideal predictors.
//
//   q(z_t | z_{t-1}) = N(sqrt(1-beta) z_{t-1}, beta),   z_0 = x
//   q(z_t | x)       = N(sqrt(alpha_t) x, 1 - alpha_t),  alpha_t = (1-beta)^t
//   q(z_{t-1} | z_t, x): mean (1-alpha_{t-1})/(1-alpha_t) sqrt(1-beta) z_t + sqrt(alpha_{t-1}) beta/(1-alpha_t) x,
//                        variance beta (1-alpha_{t-1})/(1-alpha_t)
//
// Source: Prince, Understanding Deep Learning, chapter 18 and notebooks 18.2 to 18.4.
#pragma once

#include <array>
#include <cstdint>

#include "studies/diffusion/mixture.hpp"

namespace trawl::studies::diffusion {

/// How much of the data and of the noise z_t holds.
struct NoiseLevel {
  double alpha;  ///< alpha_t, in (0, 1]
  double noise;  ///< 1 - alpha_t without cancellation, in [0, 1)
};

/// beta in (0, 1), t >= 0.
NoiseLevel noise_level(double beta, std::int64_t t);

/// z_{t-1} given z_t and x is N(of_z z_t + of_x x, sd^2); t >= 1. For t = 1 it is x itself.
struct ReverseConditional {
  double of_z;
  double of_x;
  double sd;
};

ReverseConditional reverse_conditional(double beta, std::int64_t t);

/// The distribution of z_t, which is a mixture too: means sqrt(alpha) mu_k, variances alpha s_k^2 + 1 - alpha.
Mixture marginal(const Mixture& data, NoiseLevel level);

/// KL(q(z_T) || N(0, 1)) by quadrature: how far the samplers' start is from where the forward process ends.
double divergence_from_standard_normal(const Mixture& mixture);

/// E[x | z_t] as a function of z_t:
///   sum_k r_k(z) (mu_k + sqrt(alpha) s_k^2 / v_k (z - sqrt(alpha) mu_k)),  v_k = alpha s_k^2 + 1 - alpha,
/// r_k the probability that z_t comes from component k. All else that is to be predicted is linear in it and z_t.
struct PosteriorMean {
  PosteriorMean(const Mixture& data, NoiseLevel level);

  double operator()(double z) const;

  /// E[eps | z_t] = sqrt(1-alpha) sum_k r_k(z) (z - sqrt(alpha) mu_k) / v_k, without cancellation; 0 at t = 0.
  double noise(double z) const;

  struct Component {
    double log_weight;  ///< up to a common constant
    double mean;
    double half_precision;
    double intercept;  ///< E[x | z_t, component] = intercept + slope z_t
    double slope;
  };
  std::array<Component, 4> components;
  double noise_sd;  ///< sqrt(1-alpha)
};

}  // namespace trawl::studies::diffusion
