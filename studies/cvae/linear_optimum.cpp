#include "studies/cvae/linear_optimum.hpp"

#include <cmath>

namespace trawl::studies::autoencoder {

namespace {

/// ln(x / y), also where the quotient is beyond the doubles.
double log_ratio(double x, double y) {
  const double ratio = x / y;
  return std::isinf(ratio) ? std::log(x) - std::log(y) : std::log(ratio);
}

}  // namespace

LinearOptimum collapsed(double variance) {
  return {.reconstruction = variance, .loss = variance};
}

LinearOptimum linear_optimum(double variance, double beta) {
  if (!(variance > beta / 2)) return collapsed(variance);
  const double w_squared = variance - beta / 2, kl = 0.5 * log_ratio(2 * variance, beta);
  return {.active = true,
          .w_squared = w_squared,
          .s_squared = beta / (2 * variance),
          .v = std::sqrt(w_squared) / variance,
          .reconstruction = beta / 2,
          .kl = kl,
          .loss = beta / 2 + (beta == 0 ? 0 : beta * kl)};
}

void linear_optima(std::span<const double> variances, std::size_t latent, double beta, std::span<LinearOptimum> out) {
  for (std::size_t i = 0; i < variances.size(); ++i) {
    const auto before = [&](std::size_t j) {
      return variances[j] > variances[i] || (variances[j] == variances[i] && j < i);
    };
    std::size_t rank = 0;
    for (std::size_t j = 0; j < variances.size(); ++j) rank += before(j) ? 1 : 0;
    out[i] = rank < latent ? linear_optimum(variances[i], beta) : collapsed(variances[i]);
  }
}

}  // namespace trawl::studies::autoencoder
