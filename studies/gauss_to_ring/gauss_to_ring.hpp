// A small perceptron that learns to map a normal distribution in the plane onto a ring.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

/// Parameters of the map and of one training.
struct GaussToRingParameters {
  enum class Unit { tanh, relu };

  double a = 0.1;
  double b = 1;
  std::int64_t hidden = 5;
  Unit activation = Unit::tanh;
  std::int64_t samples = 1000;
  std::int64_t epochs = 200;
  double learning_rate = 0.01;
  std::int64_t batch = 50;
  std::int64_t test_samples = 20000;
  double radius = 1.05;
  double z1 = 0.5;
  double z2 = 0;
};

/// How well can a smooth net follow a map that jumps at the origin?
///
///     g(z) = a z + b z / |z|,  z ~ N(0, I) in the plane;  |g| = b + a R,  R of Rayleigh's distribution
///     net  f(z) = W_1 act(W_0 z + b_0) + b_1, 2 - hidden - 2 units
///     loss mean over samples and over both outputs of (f - g)^2, Adam
///     start weights and biases uniform on +-1/sqrt(inputs of the layer)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | a, b | a, b; the ring's mean radius b + a sqrt(pi/2) >= 1e-100 | 0 .. 1e100 |
/// | units of the hidden layer, act | hidden, activation | 1 .. 65536, tanh or relu |
/// | training samples, passes through them, samples in a step | samples, epochs, batch | >= 1, >= 0, >= 1 |
/// | Adam's step | learning_rate | 0 .. 1000 |
/// | where the radius's distribution is given | radius | any |
/// | where both maps are given; g has no value at 0 | z1, z2 | -1e100 .. 1e100 |
///
/// Method: dense layers in double precision (studies/models/mlp.hpp). The net has to be steep near 0, and its error
/// concentrates there; relu units cut the ring into a polygon.
/// Error: gradients as in mlp_test.cpp; whole trainings have the distribution of PyTorch's, closed forms are good to
/// rounding (tests/studies/gauss_to_ring_test.cpp).
/// Cost: about 4 us a step of 50 samples; 4000 steps at the defaults.
/// Source: the report on mapping a normal distribution onto a ring, which gives no formula; g is our choice.
class GaussToRing final : public TypedStudy<GaussToRingParameters> {
 public:
  GaussToRing();

  /// The largest number of epochs of the sweep sets the size of the epoch dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const GaussToRingParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const GaussToRingParameters& p) const override;
};

}  // namespace trawl::studies
