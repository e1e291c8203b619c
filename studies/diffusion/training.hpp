// The binned model: a table of the mean target for each bin of z_t, made from training pairs.
//
//   table[bin] = sum of the targets of the pairs in the bin / (number of pairs in the bin + 1)
//
// The training set, n_train draws of the data, is shared by the models of all times; the noise is not.
//
// Error: an entry with bin probability P is (1 - (1-(1-P)^(n+1)) / ((n+1) P)) times the bin's mean target on average,
// and its standard deviation falls as 1/sqrt(n P).
// Cost: n_train for each model; memory 8 n_train + 8 bins x models bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tbb/cache_aligned_allocator.h>

#include "engine/random.hpp"
#include "studies/diffusion/chain.hpp"
#include "studies/diffusion/kernels.hpp"

namespace trawl::studies::diffusion {

using AlignedVector = std::vector<double, tbb::cache_aligned_allocator<double>>;

/// n draws of the data; the vector is longer, a whole number of blocks.
AlignedVector draw_data(std::int64_t n, const RandomStream& random);

/// Trains the model of time `time` on the first n elements of `data` and writes it to `table` (bins.count elements).
/// Depends on the random numbers of its own time only.
void train(Target target, double beta, std::int64_t time, const Bins& bins, const AlignedVector& data, std::int64_t n,
           const RandomStream& random, std::span<double> table);

/// The models that a chain needs, step after step, trained in parallel.
std::vector<double> train_models(const Parameters& p, std::span<const Step> chain, const RandomStream& random);

}  // namespace trawl::studies::diffusion
