// Samples from the reverse chain, and what is kept of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/random.hpp"
#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/distances.hpp"
#include "studies/diffusion/kernels.hpp"
#include "studies/diffusion/predictor.hpp"

namespace trawl::studies::diffusion {

inline constexpr std::int64_t trajectory_count = 8;

struct Samples {
  double mean = 0;
  double sd = 0;      ///< population standard deviation
  double excess = 0;  ///< as distances() wants it
  Tally tally;
};

/// Draws p.samples samples in parallel. `trajectories` holds trajectory_count rows of `times` elements each, element t
/// for z_t; the elements of the times that the first samples visit are written.
Samples draw_samples(const Parameters& p, std::span<const Step> chain, const Predictor& predictor,
                     const RandomStream& random, std::span<double> trajectories, std::size_t times);

}  // namespace trawl::studies::diffusion
