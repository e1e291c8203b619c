// Training of a perceptron on samples of the map to the ring.
#pragma once

#include <vector>

#include "engine/optimizer.hpp"
#include "studies/gauss_to_ring/ring.hpp"
#include "studies/models/minibatches.hpp"
#include "studies/models/mlp.hpp"

namespace trawl::studies::ring {

/// Points z ~ N(0, I) and their images g(z), samples x 2 each.
struct Samples {
  std::vector<double> z;
  std::vector<double> g;

  std::size_t size() const { return z.size() / 2; }
};

Samples draw_samples(const Map& map, const RandomStream& random, std::uint32_t stream, std::size_t size);

struct RingNet {
  RingNet(MlpShape s, std::size_t capacity)
      : shape(std::move(s)), params(shape.parameter_count()), gradient(params.size()), workspace(shape, capacity) {}

  MlpShape shape;
  std::vector<double> params;
  std::vector<double> gradient;
  MlpWorkspace workspace;
};

/// The mean over rows and outputs of (f(z) - g)^2, and its gradient in net.gradient; z and g are rows x 2.
double loss_and_gradient(RingNet& net, std::size_t rows, const double* z, const double* g);

/// One pass; gives the average of the mini-batches' losses, weighted by their sizes, each before its step.
double train_epoch(RingNet& net, const Samples& samples, Minibatches& batches, Adam& adam);

}  // namespace trawl::studies::ring
