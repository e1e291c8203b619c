#include "studies/gauss_to_ring/training.hpp"

namespace trawl::studies::ring {

Samples draw_samples(const Map& map, const RandomStream& random, std::uint32_t stream, std::size_t size) {
  Samples samples = {std::vector<double>(2 * size), std::vector<double>(2 * size)};
  random.normal(stream, 0, samples.z);
  for (std::size_t n = 0; n < size; ++n) {
    const Point g = map({samples.z[2 * n], samples.z[2 * n + 1]});
    samples.g[2 * n] = g[0];
    samples.g[2 * n + 1] = g[1];
  }
  return samples;
}

double loss_and_gradient(RingNet& net, std::size_t rows, const double* z, const double* g) {
  const auto f = mlp_forward(net.shape, net.params, rows, z, net.workspace);
  std::vector<double>& df = net.workspace.gradients.back();
  const double scale = 1 / static_cast<double>(f.size());
  double sum = 0;
  for (std::size_t i = 0; i < f.size(); ++i) {
    const double residual = f[i] - g[i];
    sum += residual * residual;
    df[i] = 2 * scale * residual;
  }
  mlp_backward(net.shape, net.params, rows, z, net.workspace, net.gradient);
  return sum * scale;
}

double train_epoch(RingNet& net, const Samples& samples, Minibatches& batches, Adam& adam) {
  std::vector<double> z(2 * batches.largest()), g(2 * batches.largest());
  double sum = 0;
  batches.epoch([&](std::span<const std::uint32_t> chosen) {
    gather_rows(samples.z.data(), 2, chosen, z.data());
    gather_rows(samples.g.data(), 2, chosen, g.data());
    sum += static_cast<double>(chosen.size()) * loss_and_gradient(net, chosen.size(), z.data(), g.data());
    adam.step(net.params, net.gradient);
  });
  return sum / static_cast<double>(samples.size());
}

}  // namespace trawl::studies::ring
