// Encoder and decoder of a conditional variational autoencoder, its loss and gradient.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "studies/models/mlp.hpp"

namespace trawl::studies::autoencoder {

/// Sizes of y, c and z, and of each net's hidden tanh layer; hidden = 0: both nets are linear.
struct Sizes {
  std::size_t data;
  std::size_t condition;
  std::size_t latent;
  std::size_t hidden;
};

/// Rows of data and their conditions.
struct Batch {
  std::size_t rows;
  const double* y;        ///< rows x data
  const double* c;        ///< rows x condition
  const double* epsilon;  ///< rows x latent, N(0, 1)
};

/// Means over the rows of a batch.
struct Loss {
  double reconstruction = 0;  ///< |y - f|^2, the sum over the outputs
  double kl = 0;              ///< KL(N(mu, diag exp(lv)) || N(0, I)), the sum over the latent units

  double total(double beta) const { return reconstruction + beta * kl; }
};

/// The two nets. The parameters are one array: the encoder's, then the decoder's. The encoder takes (y, c) to
/// (mu, lv), the decoder takes (z, c) to f, z = mu + exp(lv / 2) epsilon.
struct Autoencoder {
  Autoencoder(const Sizes& sizes, std::size_t capacity);

  std::span<double> encoder_params() { return std::span(params).first(encoder.parameter_count()); }
  std::span<double> decoder_params() { return std::span(params).subspan(encoder.parameter_count()); }

  Sizes sizes;
  MlpShape encoder;
  MlpShape decoder;
  std::vector<double> params;
  std::vector<double> gradient;

  // What passes between the nets, for up to `capacity` rows.
  MlpWorkspace encoder_work;
  MlpWorkspace decoder_work;
  std::vector<double> encoder_input;  ///< (y, c)
  std::vector<double> decoder_input;  ///< (z, c)
  std::vector<double> decoder_input_gradient;
  std::vector<double> deviation;  ///< exp(lv / 2)
};

/// Both nets forward; mu, lv, z and f stay in the workspaces. Adds each latent unit's part of kl to unit_kl, unless
/// that is empty.
Loss forward(Autoencoder& net, const Batch& batch, std::span<double> unit_kl = {});

/// forward(), and the gradient of reconstruction + beta kl in net.gradient.
Loss loss_and_gradient(Autoencoder& net, const Batch& batch, double beta);

}  // namespace trawl::studies::autoencoder
