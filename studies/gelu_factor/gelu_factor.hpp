// Two small networks phi(W), psi(x) whose row-wise product predicts GELU(W x).
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

/// Parameters of one training.
struct GeluFactorParameters {
  double learning_rate = 1e-3;
  std::int64_t hidden = 64;
  std::int64_t samples = 1024;
  std::int64_t d = 2;
  std::int64_t m = 16;
  std::int64_t batch = 64;
  std::int64_t epochs = 5;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  std::int64_t test_pairs = 4096;
};

/// How well can GELU(W x), W a d x d matrix, be written as a product of something that sees W alone and something that
/// sees x alone?
///
///     y_i = phi(W_i) . psi(x),  psi(x) = W2 relu(W1 x + b1) + b2,  phi alike with its own weights, on each row W_i
///     target  z Phi(z) at z = W_i x, Phi the standard normal distribution function;  W, x iid N(0, 1)
///     loss    mean over pairs and over the d outputs of (y_i - target)^2
///     Adam    m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p -= lr mhat / (sqrt(vhat) + eps)
///     start   weights and biases uniform on +-1/sqrt(inputs of the layer)
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | lr | learning_rate | >= 0 |
/// | size of the hidden layer of each network | hidden | 1 .. 65536 |
/// | training pairs (W, x), drawn once | samples | 1 .. 10^9 |
/// | d, m | d, m: sizes of x and of phi(w), psi(x) | 1 .. 4096, 1 .. 65536 |
/// | pairs in a step; the last step of an epoch takes what remains | batch | >= 1 |
/// | passes through the training pairs, each in a new order | epochs | 1 .. 10^6 |
/// | b1, b2, eps | beta1, beta2, epsilon | [0, 1), [0, 1), > 0 |
///
/// train_loss is what the source reports: the average of the mini-batches' losses while the weights move, not an
/// evaluation at the epoch's end. The tanh GELU, which the source compares with, is at most 4.8e-4 from the target.
/// Method: dense layers in double precision (engine/dense.hpp), gradients written out (factor_net.hpp).
/// Error: gradients and 20 steps agree with automatic differentiation to 1e-9; a finite m and hidden size leave a bias,
/// "unbiased" though the source calls the method. The zero prediction has mean squared error 0.935533763 at d = 2.
/// tests/studies/gelu_factor_net_test.cpp measures these, gelu_factor_golden_test.cpp whole trainings beside PyTorch.
/// Cost: epochs * samples * (6 hidden m + 2 d hidden (1 + d) + 3 d hidden) multiplications; about 4 ms at the defaults.
/// Source: the notebook "Victor's unbiased estimation".
class GeluFactor final : public TypedStudy<GeluFactorParameters> {
 public:
  GeluFactor();

  /// The largest number of epochs of the sweep sets the size of the epoch dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;

  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const GeluFactorParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const GeluFactorParameters& p) const override;
};

}  // namespace trawl::studies
