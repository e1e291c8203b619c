// The best linear variational autoencoder of normal data, in closed form.
#pragma once

#include <cstddef>
#include <span>

namespace trawl::studies::autoencoder {

/// x ~ N(0, variance), encoder N(v x, s^2), decoder w z: the minimum of E(x - w z)^2 + beta KL(encoder || N(0, 1)).
///
///     variance > beta / 2:  w^2 = variance - beta / 2, s^2 = beta / (2 variance), v = w / variance,
///                           minimum beta / 2 (1 + ln(2 variance / beta))
///     otherwise the latent collapses: w = v = 0, s = 1, minimum the variance
///
/// The squared error stands for a normal density of variance 1/2: hence beta / 2. At beta = 0 kl is infinite.
struct LinearOptimum {
  bool active = false;
  double w_squared = 0;
  double s_squared = 1;
  double v = 0;
  double reconstruction = 0;
  double kl = 0;
  double loss = 0;
};

LinearOptimum linear_optimum(double variance, double beta);

/// The same for one dimension whose latent unit is missing.
LinearOptimum collapsed(double variance);

/// Several dimensions with a diagonal covariance: the `latent` largest variances have a latent unit each. `out` has the
/// size of `variances`.
void linear_optima(std::span<const double> variances, std::size_t latent, double beta, std::span<LinearOptimum> out);

}  // namespace trawl::studies::autoencoder
