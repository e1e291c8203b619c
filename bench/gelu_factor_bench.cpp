// Training of the gelu_factor study at the source's defaults: d 2, m 16, hidden 64, 1024 pairs, batch 64, 5 epochs.
// bench/gelu_factor.py runs it beside PyTorch.
#include <benchmark/benchmark.h>

#include <vector>

#include "studies/gelu_factor/training.hpp"

namespace trawl::studies::gelu_factor {
namespace {

/// The training alone, without the drawing of its data.
void train_at_defaults(benchmark::State& state) {
  const FactorShape shape = {2, 16, 64};
  const RandomStream random(1, 0);
  const TrainingSet set = draw_training_set(random, {0, 1}, shape.d, 1024);
  FactorWorkspace workspace(shape, 64);
  std::vector<double> params(shape.parameter_count()), epoch_loss(5);
  for (auto _ : state) {
    initialise(shape, random, 4, params);
    Adam adam;
    RandomSequence permutations(random, 5);
    train(shape, set, 64, adam, permutations, params, workspace, epoch_loss);
    benchmark::DoNotOptimize(epoch_loss.data());
  }
}
BENCHMARK(train_at_defaults)->Unit(benchmark::kMillisecond);

/// One mini-batch: loss and gradient.
void loss_and_gradient_of_a_batch(benchmark::State& state) {
  const FactorShape shape = {2, 16, 64};
  const RandomStream random(1, 0);
  const TrainingSet set = draw_training_set(random, {0, 1}, shape.d, 64);
  FactorWorkspace workspace(shape, 64);
  std::vector<double> params(shape.parameter_count()), gradient(params.size());
  initialise(shape, random, 4, params);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        loss_and_gradient(shape, params, set.pairs.view(), set.targets.data(), workspace, gradient));
  state.counters["multiplications/s"] =
      benchmark::Counter(64 * multiplications(shape), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(loss_and_gradient_of_a_batch)->Unit(benchmark::kMicrosecond);

/// A step of Adam for the 2464 parameters of the two networks.
void adam_step(benchmark::State& state) {
  std::vector<double> params(2464, 0.5), gradient(params.size(), 0.01);
  Adam adam;
  for (auto _ : state) adam.step(params, gradient);
}
BENCHMARK(adam_step)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace trawl::studies::gelu_factor
