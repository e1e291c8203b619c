// Training of the mnist1d_mlp study at the source's defaults: 40-100-100-10 units, 4000 signals, batch 100.
// bench/mnist1d_mlp.py runs it beside PyTorch.
#include <benchmark/benchmark.h>

#include "engine/vector_targets.hpp"
#include "studies/data/mnist1d.hpp"
#include "studies/mnist1d_mlp/classifier.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/mnist1d_mlp_bench.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// `rounds` fused multiply-adds to each of 16 vectors in registers: what the core can do at most. Gives their number.
double multiply_in_registers(std::size_t rounds, double* result) {
  const hn::ScalableTag<double> d;
  constexpr std::size_t chains = 16;
  hn::Vec<decltype(d)> sum[chains];
  HWY_UNROLL(16)
  for (std::size_t c = 0; c < chains; ++c) sum[c] = hn::Set(d, result[c]);
  const auto factor = hn::Set(d, result[0]), term = hn::Set(d, result[1]);
  for (std::size_t i = 0; i < rounds; ++i) {
    HWY_UNROLL(16)
    for (std::size_t c = 0; c < chains; ++c) sum[c] = hn::MulAdd(sum[c], factor, term);
  }
  auto total = hn::Zero(d);
  for (std::size_t c = 0; c < chains; ++c) total = hn::Add(total, sum[c]);
  hn::StoreU(total, d, result);
  return static_cast<double>(rounds * chains * hn::Lanes(d));
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::mnist1d {
namespace {

HWY_EXPORT(multiply_in_registers);

void peak(benchmark::State& state) {
  double result[16] = {0.5, 0.5}, count = 0;
  for (auto _ : state) {
    result[0] = result[1] = 0.5;
    count += HWY_DYNAMIC_DISPATCH(multiply_in_registers)(10000, result);
    benchmark::DoNotOptimize(result);
  }
  state.counters["multiplications/s"] = benchmark::Counter(count, benchmark::Counter::kIsRate);
}
BENCHMARK(peak)->Unit(benchmark::kMicrosecond);

struct Training {
  Training() : set(draw(RandomStream(1, 0), 0, 5000)), net({{40, 100, 100, 10}}, 128) {
    initialise(net, Initialisation::he_uniform, RandomStream(1, 0), 3);
  }
  Examples examples(std::size_t first, std::size_t size) const {
    return {set.x.data() + first * points, std::span(set.labels).subspan(first, size)};
  }

  Set set;
  Classifier net;
  Sgd sgd = {.learning_rate = 0.05, .momentum = 0.9};
};

/// One pass through the training signals, then scores on them and on the test signals, as the study does.
void epoch(benchmark::State& state) {
  Training t;
  Minibatches batches(4000, 100, RandomSequence(RandomStream(1, 0), 4));
  for (auto _ : state) {
    train_epoch(t.net, t.examples(0, 4000), batches, t.sgd);
    benchmark::DoNotOptimize(score(t.net, t.examples(0, 4000)));
    benchmark::DoNotOptimize(score(t.net, t.examples(4000, 1000)));
  }
  const double weights = multiplications(t.net.shape) / 3 + 4000.0 / 3;  // of one forward pass
  state.counters["multiplications/s"] = benchmark::Counter(4000 * multiplications(t.net.shape) + 5000 * weights,
                                                           benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(epoch)->Unit(benchmark::kMillisecond);

void gradient_of_a_batch(benchmark::State& state) {
  Training t;
  for (auto _ : state) compute_gradient(t.net, t.examples(0, 100));
  state.counters["multiplications/s"] =
      benchmark::Counter(100 * multiplications(t.net.shape), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(gradient_of_a_batch)->Unit(benchmark::kMicrosecond);

void step(benchmark::State& state) {
  Training t;
  for (auto _ : state) t.sgd.step(t.net.params, t.net.gradient);
}
BENCHMARK(step)->Unit(benchmark::kMicrosecond);

void data_set(benchmark::State& state) {
  std::uint64_t task = 0;
  for (auto _ : state) benchmark::DoNotOptimize(draw(RandomStream(1, task++), 0, 5000).x.data());
}
BENCHMARK(data_set)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace trawl::studies::mnist1d
#endif
