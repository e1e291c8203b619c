// What the study says of the forward process itself: exact, whatever the samplers do.
//
// Along the dimension `time`, up to the point's timesteps: the kernels q(z_t | x) and q(z_{t-1} | z_t, x), and the mean
// and variance of z_t. On a grid of z, at t = forward_time: the density of z_t and what an ideal model predicts from
// z_t.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/typed_study.hpp"
#include "studies/diffusion/parameters.hpp"

namespace trawl::studies::diffusion {

/// The grid of z.
Dimension z_dimension();

/// They have the dimensions `time` and `z`.
std::vector<Output> forward_outputs();

/// Writes them; the first is the study's output `first`.
void write_forward_outputs(const Parameters& p, std::size_t first, const Outputs& out);

}  // namespace trawl::studies::diffusion
