// Training steps of the studies cvae, gauss_to_ring and infomax_ica at their defaults; generative.py runs them beside
// NumPy. Each benchmark's items are steps.
#include <benchmark/benchmark.h>

#include "engine/optimizer.hpp"
#include "studies/cvae/network.hpp"
#include "studies/gauss_to_ring/training.hpp"
#include "studies/infomax_ica/infomax.hpp"
#include "studies/infomax_ica/sources.hpp"

namespace trawl::studies {
namespace {

/// Noise, gradient and Adam for 50 samples of 5 numbers and 2 classes; 16 hidden and 5 latent units.
void cvae(benchmark::State& state) {
  constexpr std::size_t rows = 50;
  const RandomStream random(1, 0);
  autoencoder::Autoencoder net({5, 2, 5, 16}, rows);
  draw_fan_in_uniform(net.encoder, random, 0, net.encoder_params());
  draw_fan_in_uniform(net.decoder, random, 1, net.decoder_params());
  std::vector<double> y(rows * 5), c(rows * 2), epsilon(rows * 5);
  random.normal(2, 0, y);
  for (std::size_t n = 0; n < rows; ++n) c[2 * n + n % 2] = 1;
  Adam adam = {.learning_rate = 3e-3};
  std::uint64_t drawn = 0;
  for (auto _ : state) {
    random.normal(3, drawn, epsilon);
    drawn += epsilon.size();
    loss_and_gradient(net, {rows, y.data(), c.data(), epsilon.data()}, 1.0);
    adam.step(net.params, net.gradient);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(cvae);

/// An epoch: 20 steps of 50 samples, 5 tanh units.
void gauss_to_ring(benchmark::State& state) {
  const RandomStream random(1, 0);
  ring::RingNet net({{2, 5, 2}, Activation::tanh}, 50);
  draw_fan_in_uniform(net.shape, random, 0, net.params);
  const ring::Samples samples = ring::draw_samples({0.1, 1}, random, 1, 1000);
  Minibatches batches(1000, 50, RandomSequence(random, 2));
  Adam adam = {.learning_rate = 0.01};
  for (auto _ : state) ring::train_epoch(net, samples, batches, adam);
  state.SetItemsProcessed(20 * state.iterations());
}
BENCHMARK(gauss_to_ring);

/// A natural step on all 2000 samples of 2 mixed Laplace sources.
void infomax_ica(benchmark::State& state) {
  const RandomStream random(1, 0);
  ica::Signals signals(2, 2000);
  for (std::uint32_t i = 0; i < 2; ++i)
    ica::draw_source(ica::Source::laplace, random, i, 0, {signals.signal(i), signals.size});
  double w[] = {1, 0.3, -0.2, 1}, direction[4];
  for (auto _ : state) {
    ica::ascent_direction(ica::Density::logistic, ica::Rule::natural, signals, w, direction);
    for (std::size_t e = 0; e < 4; ++e) w[e] += 0.1 * direction[e];
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(infomax_ica);

}  // namespace
}  // namespace trawl::studies
