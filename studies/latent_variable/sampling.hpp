// Samples of the model: z ~ N(0, 1), x ~ N(f(z), sigma^2 I).
#pragma once

#include <cstdint>

#include "engine/random.hpp"
#include "studies/latent_variable/density.hpp"

namespace trawl::studies::latent {

struct SampleStatistics {
  Moments moments;          ///< covariances divided by the number less one; NaN for one sample
  double mean_log_density;  ///< of the first `scored` samples; NaN if none
};

/// Sample i takes z and both noises from draw i of streams 0, 1, 2. Parallel in the calling thread's TBB arena; the
/// same bits for any number of threads and any instruction set.
SampleStatistics draw_samples(const Map& map, double sigma_sq, const Grid& quadrature, const Point& exact_mean,
                              std::uint64_t samples, std::uint64_t scored, const RandomStream& random);

}  // namespace trawl::studies::latent
