// Repeated Monte Carlo estimates of E[f(y)].
#pragma once

#include <cstdint>

#include "engine/random.hpp"
#include "studies/importance_sampling/integrand.hpp"

namespace trawl::studies::importance {

struct Estimates {
  double first = 0;                  ///< the first estimate
  double mean = 0;                   ///< of all estimates
  double variance = 0;               ///< of the estimates, divided by their number less one; NaN if there is one only
  double effective_sample_size = 0;  ///< (sum w)^2 / sum w^2 over the weights of the first estimate
};

/// `repeats` independent estimates, each the mean of f(y) p(y)/q(y) over `samples` draws y of the proposal q, p = N(0,
/// 1), from stream 0 (models/repeated_estimates.hpp: parallel, the same bits for any number of threads).
Estimates sample_estimates(const Integrand& f, const Normal& proposal, std::uint64_t samples, std::uint64_t repeats,
                           const RandomStream& random);

}  // namespace trawl::studies::importance
