// Importance sampling of the source's shifted integrand, and the normal draws it stands on. Arguments: number of the
// estimator (plain, importance), threads. bench/importance_sampling.py runs it beside NumPy.
#include <benchmark/benchmark.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <vector>

#include "studies/importance_sampling/estimator.hpp"

namespace trawl::studies::importance {
namespace {

constexpr Integrand centred{.centre = 1, .scale = 1};
constexpr Integrand shifted{.centre = 3, .scale = 20.446};
constexpr Normal target{};
constexpr Normal proposal{.mean = 3, .sd = 1};

template <class Work>
void run_in_arena(benchmark::State& state, int threads, Work work) {
  const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  std::uint64_t task = 0;
  for (auto _ : state) arena.execute([&] { work(RandomStream(1, task++)); });
}

/// One estimate from 100 million samples.
void one_estimate(benchmark::State& state) {
  constexpr std::uint64_t samples = 100'000'000;
  run_in_arena(state, static_cast<int>(state.range(1)), [&](const RandomStream& random) {
    benchmark::DoNotOptimize(sample_estimates(shifted, state.range(0) == 0 ? target : proposal, samples, 1, random));
  });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
}
BENCHMARK(one_estimate)
    ->ArgNames({"estimator", "threads"})
    ->ArgsProduct({{0, 1}, {1, 2}})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// The source's table: 29 sample counts x 10000 estimates for three curves.
void source_table(benchmark::State& state) {
  constexpr int counts[] = {1,  2,  3,  4,  5,  6,   7,   8,   9,   10,  15,  20,  25,  30, 45,
                            50, 60, 70, 80, 90, 100, 150, 200, 250, 300, 350, 400, 450, 500};
  run_in_arena(state, static_cast<int>(state.range(0)), [&](const RandomStream& random) {
    for (const int samples : counts) {
      const auto n = static_cast<std::uint64_t>(samples);
      benchmark::DoNotOptimize(sample_estimates(centred, target, n, 10'000, random));
      benchmark::DoNotOptimize(sample_estimates(shifted, target, n, 10'000, random));
      benchmark::DoNotOptimize(sample_estimates(shifted, proposal, n, 10'000, random));
    }
  });
}
BENCHMARK(source_table)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Draws into the first-level cache: 0 uniform, 1 normal.
void draws(benchmark::State& state) {
  std::vector<double> out(1024);
  const RandomStream random(1, 2);
  std::uint64_t first = 0;
  for (auto _ : state) {
    state.range(0) == 0 ? random.uniform(0, first, out) : random.normal(0, first, out);
    first += out.size();
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(draws)->ArgName("normal")->Arg(0)->Arg(1);

}  // namespace
}  // namespace trawl::studies::importance

BENCHMARK_MAIN();
