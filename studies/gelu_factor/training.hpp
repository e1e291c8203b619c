// Gaussian pairs (W, x), training on them, and errors on fresh ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/optimizer.hpp"
#include "engine/random.hpp"
#include "studies/gelu_factor/factor_net.hpp"

namespace trawl::studies::gelu_factor {

/// `size` pairs (W, x).
struct PairSet {
  std::size_t size = 0;
  std::vector<double> matrices;  ///< size x d x d
  std::vector<double> vectors;   ///< size x d

  Pairs view() const { return {size, matrices.data(), vectors.data()}; }
};

/// The streams that W and x come from.
struct PairStreams {
  std::uint32_t matrices;
  std::uint32_t vectors;
};

/// Pairs [first, first + size) of an endless sequence with all entries N(0, 1).
void draw_pairs(const RandomStream& random, PairStreams streams, std::size_t d, std::size_t first, std::size_t size,
                PairSet& pairs);

/// z = W x for each pair, pairs.size x d.
void row_sums(const Pairs& pairs, std::size_t d, std::vector<double>& z);

struct TrainingSet {
  PairSet pairs;
  std::vector<double> targets;  ///< gelu_erf(W x), size x d
};

TrainingSet draw_training_set(const RandomStream& random, PairStreams streams, std::size_t d, std::size_t size);

/// Mini-batch training: each epoch takes the pairs in a new random order, `batch` at a time; the last batch holds what
/// remains. epoch_loss[e] becomes the average of the batches' losses weighted by their sizes, each before its step.
/// epoch_loss.size() is the number of epochs. workspace.capacity >= min(batch, set size).
void train(const FactorShape& shape, const TrainingSet& set, std::size_t batch, Adam& adam,
           RandomSequence& permutations, std::span<double> params, FactorWorkspace& workspace,
           std::span<double> epoch_loss);

/// Mean over pairs and outputs of (prediction - targets)^2.
double mean_squared_error(const FactorShape& shape, std::span<const double> params, const TrainingSet& set,
                          FactorWorkspace& workspace);

struct TestErrors {
  double mse_erf = 0;    ///< mean squared error against gelu_erf
  double mse_tanh = 0;   ///< against gelu_tanh
  double pair_rmse = 0;  ///< mean over pairs of the root mean square over the d outputs, against gelu_tanh
};

/// Errors on the first `size` pairs of the streams; size > 0.
TestErrors test_errors(const FactorShape& shape, std::span<const double> params, const RandomStream& random,
                       PairStreams streams, std::size_t size, FactorWorkspace& workspace);

}  // namespace trawl::studies::gelu_factor
