#include "studies/gelu_factor/training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/activation.hpp"

namespace trawl::studies::gelu_factor {
namespace {

void resize(PairSet& pairs, std::size_t size, std::size_t d) {
  pairs.size = size;
  pairs.matrices.resize(size * d * d);
  pairs.vectors.resize(size * d);
}

void gather(const TrainingSet& set, std::size_t d, std::span<const std::uint32_t> chosen, TrainingSet& batch) {
  resize(batch.pairs, chosen.size(), d);
  batch.targets.resize(chosen.size() * d);
  double* matrix = batch.pairs.matrices.data();
  double* vector = batch.pairs.vectors.data();
  double* target = batch.targets.data();
  for (const std::size_t n : chosen) {
    matrix = std::copy_n(set.pairs.matrices.data() + n * d * d, d * d, matrix);
    vector = std::copy_n(set.pairs.vectors.data() + n * d, d, vector);
    target = std::copy_n(set.targets.data() + n * d, d, target);
  }
}

}  // namespace

void draw_pairs(const RandomStream& random, PairStreams streams, std::size_t d, std::size_t first, std::size_t size,
                PairSet& pairs) {
  resize(pairs, size, d);
  random.normal(streams.matrices, first * d * d, pairs.matrices);
  random.normal(streams.vectors, first * d, pairs.vectors);
}

void row_sums(const Pairs& pairs, std::size_t d, std::vector<double>& z) {
  z.resize(pairs.size * d);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double* const row = pairs.matrices + i * d;
    z[i] = std::inner_product(row, row + d, pairs.vectors + i / d * d, 0.0);
  }
}

TrainingSet draw_training_set(const RandomStream& random, PairStreams streams, std::size_t d, std::size_t size) {
  TrainingSet set;
  draw_pairs(random, streams, d, 0, size, set.pairs);
  row_sums(set.pairs.view(), d, set.targets);
  for (double& y : set.targets) y = gelu_erf(y);
  return set;
}

void train(const FactorShape& shape, const TrainingSet& set, std::size_t batch_size, Adam& adam,
           RandomSequence& permutations, std::span<double> params, FactorWorkspace& workspace,
           std::span<double> epoch_loss) {
  std::vector<std::uint32_t> order(set.pairs.size);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<double> gradient(params.size());
  TrainingSet batch;
  for (double& loss : epoch_loss) {
    permutations.shuffle(std::span(order));
    double sum = 0;
    for (std::size_t first = 0; first < order.size(); first += batch_size) {
      const std::size_t size = std::min(batch_size, order.size() - first);
      gather(set, shape.d, std::span(order).subspan(first, size), batch);
      sum += static_cast<double>(size) *
             loss_and_gradient(shape, params, batch.pairs.view(), batch.targets.data(), workspace, gradient);
      adam.step(params, gradient);
    }
    loss = sum / static_cast<double>(order.size());
  }
}

double mean_squared_error(const FactorShape& shape, std::span<const double> params, const TrainingSet& set,
                          FactorWorkspace& workspace) {
  const std::size_t d = shape.d;
  double sum = 0;
  for (std::size_t first = 0; first < set.pairs.size; first += workspace.capacity) {
    const std::size_t size = std::min(workspace.capacity, set.pairs.size - first);
    const auto y =
        predict(shape, params, {size, set.pairs.matrices.data() + first * d * d, set.pairs.vectors.data() + first * d},
                workspace);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double residual = y[i] - set.targets[first * d + i];
      sum += residual * residual;
    }
  }
  return sum / static_cast<double>(set.targets.size());
}

TestErrors test_errors(const FactorShape& shape, std::span<const double> params, const RandomStream& random,
                       PairStreams streams, std::size_t size, FactorWorkspace& workspace) {
  const std::size_t d = shape.d;
  TestErrors sum;
  PairSet pairs;
  std::vector<double> z;
  for (std::size_t first = 0; first < size; first += workspace.capacity) {
    draw_pairs(random, streams, d, first, std::min(workspace.capacity, size - first), pairs);
    row_sums(pairs.view(), d, z);
    const auto y = predict(shape, params, pairs.view(), workspace);
    for (std::size_t n = 0; n < pairs.size; ++n) {
      double pair_tanh = 0;
      for (std::size_t i = n * d; i < (n + 1) * d; ++i) {
        sum.mse_erf += std::pow(y[i] - gelu_erf(z[i]), 2);
        pair_tanh += std::pow(y[i] - gelu_tanh(z[i]), 2);
      }
      sum.mse_tanh += pair_tanh;
      sum.pair_rmse += std::sqrt(pair_tanh / static_cast<double>(d));
    }
  }
  const auto outputs = static_cast<double>(size * d);
  return {sum.mse_erf / outputs, sum.mse_tanh / outputs, sum.pair_rmse / static_cast<double>(size)};
}

}  // namespace trawl::studies::gelu_factor
