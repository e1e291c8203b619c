#include "studies/cvae/network.hpp"

#include <algorithm>
#include <cmath>

namespace trawl::studies::autoencoder {
namespace {

MlpShape shape_of(std::size_t inputs, std::size_t hidden, std::size_t outputs) {
  MlpShape shape = {{inputs, outputs}, Activation::tanh};
  if (hidden > 0) shape.sizes.insert(shape.sizes.begin() + 1, hidden);
  return shape;
}

/// Row n of `to` is row n of a beside row n of b.
void join_columns(std::size_t rows, std::size_t a_width, const double* a, std::size_t b_width, const double* b,
                  double* to) {
  for (std::size_t n = 0; n < rows; ++n) {
    to = std::copy_n(a + n * a_width, a_width, to);
    to = std::copy_n(b + n * b_width, b_width, to);
  }
}

}  // namespace

Autoencoder::Autoencoder(const Sizes& s, std::size_t capacity)
    : sizes(s),
      encoder(shape_of(s.data + s.condition, s.hidden, 2 * s.latent)),
      decoder(shape_of(s.latent + s.condition, s.hidden, s.data)),
      params(encoder.parameter_count() + decoder.parameter_count()),
      gradient(params.size()),
      encoder_work(encoder, capacity),
      decoder_work(decoder, capacity),
      encoder_input(capacity * encoder.inputs()),
      decoder_input(capacity * decoder.inputs()),
      decoder_input_gradient(decoder_input.size()),
      deviation(capacity * s.latent) {}

Loss forward(Autoencoder& net, const Batch& batch, std::span<double> unit_kl) {
  const auto [data, condition, latent, hidden] = net.sizes;
  const std::size_t rows = batch.rows;
  join_columns(rows, data, batch.y, condition, batch.c, net.encoder_input.data());
  const auto code = mlp_forward(net.encoder, net.encoder_params(), rows, net.encoder_input.data(), net.encoder_work);
  Loss loss;
  for (std::size_t n = 0; n < rows; ++n) {
    double* const z = &net.decoder_input[n * (latent + condition)];
    for (std::size_t k = 0; k < latent; ++k) {
      const double mu = code[2 * n * latent + k], lv = code[(2 * n + 1) * latent + k];
      const double deviation = net.deviation[n * latent + k] = std::exp(0.5 * lv);
      z[k] = mu + deviation * batch.epsilon[n * latent + k];
      const double kl = 0.5 * (mu * mu + (std::expm1(lv) - lv));
      loss.kl += kl;
      if (!unit_kl.empty()) unit_kl[k] += kl / static_cast<double>(rows);
    }
    std::copy_n(batch.c + n * condition, condition, z + latent);
  }
  const auto f = mlp_forward(net.decoder, net.decoder_params(), rows, net.decoder_input.data(), net.decoder_work);
  for (std::size_t i = 0; i < f.size(); ++i) loss.reconstruction += (f[i] - batch.y[i]) * (f[i] - batch.y[i]);
  loss.kl /= static_cast<double>(rows);
  loss.reconstruction /= static_cast<double>(rows);
  return loss;
}

Loss loss_and_gradient(Autoencoder& net, const Batch& batch, double beta) {
  const Loss loss = forward(net, batch);
  const auto [data, condition, latent, hidden] = net.sizes;
  const std::size_t rows = batch.rows;
  const double weight = 1 / static_cast<double>(rows);
  const std::vector<double>& f = net.decoder_work.values.back();
  std::vector<double>& df = net.decoder_work.gradients.back();
  for (std::size_t i = 0; i < rows * data; ++i) df[i] = 2 * weight * (f[i] - batch.y[i]);
  const std::size_t split = net.encoder.parameter_count();
  mlp_backward(net.decoder, net.decoder_params(), rows, net.decoder_input.data(), net.decoder_work,
               std::span(net.gradient).subspan(split), net.decoder_input_gradient.data());

  const std::vector<double>& code = net.encoder_work.values.back();
  std::vector<double>& dcode = net.encoder_work.gradients.back();
  for (std::size_t n = 0; n < rows; ++n)
    for (std::size_t k = 0; k < latent; ++k) {
      const double mu = code[2 * n * latent + k], deviation = net.deviation[n * latent + k];
      const double dz = net.decoder_input_gradient[n * (latent + condition) + k];
      dcode[2 * n * latent + k] = dz + beta * weight * mu;
      dcode[(2 * n + 1) * latent + k] =
          0.5 * (dz * deviation * batch.epsilon[n * latent + k] + beta * weight * (deviation * deviation - 1));
    }
  mlp_backward(net.encoder, net.encoder_params(), rows, net.encoder_input.data(), net.encoder_work,
               std::span(net.gradient).first(split));
  return loss;
}

}  // namespace trawl::studies::autoencoder
