// The diffusion study at the source's defaults: 100 models trained on 1e5 points each, 1e5 samples. Arguments: the
// sampler's number, threads. bench/diffusion.py runs it beside NumPy.
#include <benchmark/benchmark.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include "studies/diffusion/predictor.hpp"
#include "studies/diffusion/sampling.hpp"

namespace trawl::studies::diffusion {
namespace {

void train_and_sample(benchmark::State& state) {
  constexpr double sigmas[] = {0.12288, 0.12288, 0.001, 0.11};
  Parameters p;
  p.sampler = static_cast<Sampler>(state.range(0));
  p.sigma = sigmas[state.range(0)];
  const int threads = static_cast<int>(state.range(1));
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  const auto chain = make_chain(p);
  const std::size_t times = static_cast<std::size_t>(p.timesteps) + 1;
  std::vector<double> trajectories(trajectory_count * times);
  std::uint64_t task = 0;
  for (auto _ : state) {
    const RandomStream random(1, task++);
    arena.execute([&] {
      const auto predictor = make_predictor(p, chain, random);
      const auto samples = draw_samples(p, chain, *predictor, random, trajectories, times);
      benchmark::DoNotOptimize(distances(samples.tally, samples.excess));
    });
  }
}
BENCHMARK(train_and_sample)
    ->ArgNames({"sampler", "threads"})
    ->ArgsProduct({{0, 1, 2, 3}, {1, 2}})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace trawl::studies::diffusion

BENCHMARK_MAIN();
