// The inner loops, vectorised with Highway. The bits do not depend on the vector width.
//
// Every array holds a whole block (block_size elements, 64-byte aligned); the elements from n up to the next multiple
// of 8 are read and overwritten too.
#pragma once

#include <cstddef>
#include <cstdint>

#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/forward.hpp"
#include "studies/diffusion/ideal.hpp"

namespace trawl::studies::diffusion {

inline constexpr std::size_t block_size = 1024;

/// `count` bins of equal width on [-limit, limit]; what lies outside belongs to the first or last bin.
struct Bins {
  std::int64_t count;
  double limit;
};

/// Training pairs of a model that predicts the noise. z_t = sqrt(alpha) x + sqrt(1-alpha) noise; bin <- bin of z_t,
/// noise <- noise clipped to the bins' range.
void noise_pairs(NoiseLevel level, const Bins& bins, const double* x, double* noise, std::uint64_t* bin, std::size_t n);

/// Training pairs of a model that predicts z_{t-1} - z_t. z_t as above, z_{t-1} drawn from the reverse conditional
/// with `noise`; bin <- bin of z_t, noise <- z_{t-1} - z_t, both clipped to the bins' range.
void step_pairs(NoiseLevel level, const ReverseConditional& reverse, const Bins& bins, const double* x,
                const double* forward_noise, double* noise, std::uint64_t* bin, std::size_t n);

/// One step of n chains with the binned model: z <- of_z z + of_prediction table[bin of z] + sigma noise.
/// `noise` is not read if sigma is 0.
void advance(const Step& step, const Bins& bins, const double* table, const double* noise, double* z, std::size_t n);

/// The same with the ideal model: z <- of_z z + of_prediction E[target | z] + sigma noise.
void advance(const Step& step, const IdealPrediction& prediction, const double* noise, double* z, std::size_t n);

}  // namespace trawl::studies::diffusion
