// The diffusion study: a one-dimensional diffusion model of a mixture of four Gaussians, trained and sampled.
//
// Data x ~ sum_k w_k N(mu_k, s_k^2) (mixture.hpp) are turned into noise by the forward process (forward.hpp); a model
// of each time is trained on pairs of z_t and a target (training.hpp); samples are drawn by a reverse chain (chain.hpp)
// and compared with the data's distribution (distances.hpp).
//
//   symbol   meaning                                  domain
//   T        timesteps                                1 .. 10000
//   beta     share of variance replaced per step      (0, 1)
//   alpha_t  (1-beta)^t, signal variance left at t    (0, 1]
//   sigma    sd of the noise added by a reverse step  >= 0
//   t        forward_time, for the outputs on z       0 .. 10000
//
// Of the forward process itself (forward.hpp) the outputs hold, exactly: along `time` the kernels q(z_t | x) and
// q(z_{t-1} | z_t, x) and the mean and variance of z_t; on a grid of z, at t = forward_time, the density of z_t and
// E[x | z_t], E[eps | z_t] and E[z_{t-1} | z_t], which an ideal model would predict.
//
// Method: ancestral sampling of all chains in blocks; the models of all times are independent of each other.
// Error: the chains start at N(0,1) instead of q(z_T) (terminal_kl), take steps of finite size, and use models with
// bins and finite training sets; the exact model leaves the first two. Statistical error 1/sqrt(samples).
// Cost: about n_train + samples random numbers per step; memory 8 n_train + 8 bins T bytes.
//
// Source: Prince, Understanding Deep Learning, notebooks 18.2, 18.3 and 18.4. These add noise at the last step too
// (noise_at_last_step = true), and the last two look models and alpha up at shifted times (indexing = source).
#pragma once

#include "engine/typed_study.hpp"
#include "studies/diffusion/parameters.hpp"

namespace trawl::studies {

class Diffusion : public TypedStudy<diffusion::Parameters> {
 public:
  Diffusion();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const diffusion::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const diffusion::Parameters& p) const override;
};

}  // namespace trawl::studies
