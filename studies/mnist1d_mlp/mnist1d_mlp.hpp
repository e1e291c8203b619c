// A multilayer perceptron that learns to classify MNIST-1D, and over-fits.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/mnist1d_mlp/classifier.hpp"

namespace trawl::studies {

/// Parameters of one training.
struct Mnist1dMlpParameters {
  double learning_rate = 0.05;
  std::int64_t hidden = 100;
  std::int64_t depth = 2;
  std::int64_t train_samples = 4000;
  double momentum = 0.9;
  std::int64_t batch = 100;
  std::int64_t epochs = 50;
  std::int64_t learning_rate_step = 10;
  double learning_rate_factor = 0.5;
  mnist1d::Initialisation initialisation = mnist1d::Initialisation::he_uniform;
  std::int64_t test_samples = 1000;
};

/// Losses and errors of a network on the signals it is trained on, and on others.
///
///     h_0 = x, h_{k+1} = relu(h_k W_k + b_k), z = h_depth W_depth + b_depth        (40 - hidden - ... - hidden - 10)
///     loss = mean over signals of -ln softmax(z)_label
///     v = momentum v + gradient, p -= lr v;  lr falls by learning_rate_factor every learning_rate_step epochs
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | lr | learning_rate | >= 0 |
/// | units of a hidden layer, number of hidden layers | hidden, depth | 1 .. 4096, 0 .. 32 |
/// | signals trained on, other signals | train_samples, test_samples | 1 .. 10^6 |
/// | momentum | momentum | [0, 1) |
/// | signals in a step; the last step of an epoch takes what remains | batch | 1 .. 10^6 |
/// | passes through the training signals, each in a new order | epochs | 1 .. 10^5 |
/// | schedule | learning_rate_step, learning_rate_factor | >= 1 epochs, (0, 1] |
/// | weights at the start | initialisation | he_uniform (+-sqrt(6/inputs)), he_normal (variance 2/inputs); biases 0 |
///
/// Method: each task draws its own signals (studies/data/mnist1d.hpp), which costs a thirtieth of the training, so that
/// nothing is kept between tasks; training and test signals are standardised together, as in the source. The whole of
/// both sets is evaluated before the first epoch (epoch 0) and after each. Double precision.
/// Error: gradients, and 30 steps of a small net, agree with automatic differentiation to 1e-9; whole trainings have
/// the distribution of PyTorch's (tests/studies/mnist1d_mlp_test.cpp).
/// Cost: epochs (4 train_samples + test_samples) * weights multiplications; 0.7 s at the defaults.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 8.1, "MNIST-1D performance".
class Mnist1dMlp final : public TypedStudy<Mnist1dMlpParameters> {
 public:
  Mnist1dMlp();

  /// The largest number of epochs of the sweep sets the size of the epoch dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const Mnist1dMlpParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const Mnist1dMlpParameters& p) const override;
};

}  // namespace trawl::studies
