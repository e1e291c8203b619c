// A conditional variational autoencoder on normal data, beside the best linear one.
#pragma once

#include <array>
#include <cstdint>

#include "engine/typed_study.hpp"

namespace trawl::studies {

inline constexpr std::size_t cvae_axes = 5;

/// The data, the nets and their training.
struct CvaeParameters {
  double beta = 1;
  std::int64_t latent = 5;
  std::int64_t hidden = 16;
  double learning_rate = 3e-3;
  std::int64_t batch = 50;
  bool conditional = true;
  std::array<double, cvae_axes> variance = {3.0, 1.2, 0.7, 0.3, 0.1};
  double class_distance = 2;
  std::int64_t samples = 1000;
  std::int64_t epochs = 100;
  std::int64_t test_samples = 2000;
};

/// Which latent units does a variational autoencoder use, and what does it reconstruct, for how large a beta?
///
///     encoder  q(z | y, c) = N(mu, diag exp(lv)), (mu, lv) a net of (y, c);  z = mu + exp(lv / 2) eps, eps ~ N(0, I)
///     decoder  f(z, c)
///     loss     |y - f|^2 + beta KL(q || N(0, I)),  KL = 1/2 sum_k (mu_k^2 + exp(lv_k) - 1 - lv_k)
///     data     class 0 or 1 with probability 1/2; y_1 = class_distance * class + sqrt(variance_1) n_1,
///              y_i = sqrt(variance_i) n_i, i = 2 .. 5, n ~ N(0, I); c is the class one-hot if conditional, else
///              nothing
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | beta | beta | >= 0 |
/// | size of z | latent | 1 .. 64 |
/// | units of each net's tanh layer | hidden | 0 (linear nets) .. 4096 |
/// | Adam's step | learning_rate | >= 0 |
/// | samples in a step, of the training set, passes through it | batch, samples, epochs | >= 1, >= 1, >= 0 |
/// | data | variance_1 .. variance_5, class_distance | >= 0, any |
///
/// The weight of the KL divergence is +beta and the prior N(0, I); the source's report has a minus sign. The squared
/// error, summed over outputs, stands for a normal density of variance 1/2: the best linear autoencoder uses a latent
/// unit for an axis whose variance is above beta / 2. Its values (linear_...) are closed forms for normal data of the
/// same covariance, which on axis 1 without the condition includes class_distance^2 / 4.
/// Method: Adam, gradients written out (network.hpp), double precision.
/// Error: gradients and 25 steps agree with automatic differentiation to 1e-9; linear nets reach the closed form
/// (tests/studies/cvae_test.cpp).
/// Cost: about 20 us a step of 50 samples at the defaults.
/// Source: the report on conditional variational autoencoders; Lucas, Tucker, Grosse, Norouzi, "Don't blame the ELBO!",
/// NeurIPS 2019, for the linear case.
class Cvae final : public TypedStudy<CvaeParameters> {
 public:
  Cvae();

  /// The largest numbers of epochs and latent units of the sweep set the sizes of their dimensions.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  void evaluate(const CvaeParameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const CvaeParameters& p) const override;
};

}  // namespace trawl::studies
