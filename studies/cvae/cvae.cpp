#include "studies/cvae/cvae.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/optimizer.hpp"
#include "studies/cvae/linear_optimum.hpp"
#include "studies/cvae/network.hpp"
#include "studies/models/minibatches.hpp"

namespace trawl::studies {
namespace {

using namespace autoencoder;
using P = CvaeParameters;

enum Output : std::size_t {
  train_reconstruction,
  train_kl,
  test_loss,
  test_reconstruction,
  test_kl,
  unit_kl,
  active_units,
  linear_loss,
  linear_reconstruction,
  linear_kl,
  linear_active_units,
  linear_w_squared,
  linear_s_squared,
  linear_v
};

/// Data take two each.
enum Stream : std::uint32_t {
  encoder_weights,
  decoder_weights,
  order,
  training_noise,
  test_noise,
  training_data,
  test_data = 7
};

constexpr std::size_t latent_parameter = 1, epochs_parameter = 13;  // positions in the declaration
constexpr std::size_t classes = 2;
constexpr std::size_t evaluation_rows = 100;
constexpr double active_kl = 0.01;  // a latent unit with more is used

Declaration declaration() {
  return {.name = "cvae",
          .group = "Generative",
          .summary = "A conditional variational autoencoder trained on normal data, beside the best linear one",
          .maths = "z = mu + exp(lv / 2) eps, loss = |y - f(z, c)|^2 + beta KL(N(mu, diag exp(lv)) || N(0, I))",
          .source = "Report on conditional variational autoencoders; linear case: Lucas et al. (2019)",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  std::vector<Binding<P>> all = {
      bind<&P::beta>({.name = "beta",
                      .domain = at_least(0),
                      .long_name = "weight of the KL divergence",
                      .description = "weight of the KL divergence"}),
      bind<&P::latent>({.name = "latent", .domain = between(1, 64), .description = "latent units"}),
      bind<&P::hidden>({.name = "hidden",
                        .domain = between(0, 4096),
                        .description = "tanh units of each net; 0: both nets are linear"}),
      bind<&P::learning_rate>({.name = "learning_rate", .domain = at_least(0), .description = "Adam's learning rate"}),
      bind<&P::batch>({.name = "batch",
                       .domain = between(1, 1e6),
                       .description = "samples in a step; the last of an epoch may have fewer"}),
      bind<&P::conditional>({.name = "conditional", .description = "whether both nets are told the class"}),
  };
  const auto variances = bind_elements<&P::variance>(
      {.name = "variance_#", .domain = at_least(0), .description = "variance of the data along axis # within a class"},
      1);
  all.insert(all.end(), variances.begin(), variances.end());
  all.push_back(bind<&P::class_distance>(
      {.name = "class_distance", .description = "distance of the two classes' means, along axis 1"}));
  all.push_back(bind<&P::samples>({.name = "samples", .domain = between(1, 1e7), .description = "training samples"}));
  all.push_back(bind<&P::epochs>(
      {.name = "epochs", .domain = between(0, 1e5), .description = "passes through them, each in a new random order"}));
  all.push_back(bind<&P::test_samples>(
      {.name = "test_samples", .domain = between(1, 1e7), .description = "fresh samples for the test"}));
  return all;
}

/// Samples and, if the condition is given, their classes one-hot.
struct Data {
  std::vector<double> y;  ///< samples x 5
  std::vector<double> c;  ///< samples x conditions
};

Data draw(const P& p, const RandomStream& random, std::uint32_t stream, std::size_t samples) {
  Data data = {std::vector<double>(samples * cvae_axes), std::vector<double>(p.conditional ? samples * classes : 0)};
  std::vector<double> uniform(samples);
  random.normal(stream, 0, data.y);
  random.uniform(stream + 1, 0, uniform);
  for (std::size_t n = 0; n < samples; ++n) {
    const std::size_t label = uniform[n] < 0.5 ? 0 : 1;
    double* const y = &data.y[n * cvae_axes];
    for (std::size_t i = 0; i < cvae_axes; ++i) y[i] *= std::sqrt(p.variance[i]);
    y[0] += p.class_distance * static_cast<double>(label);
    if (p.conditional) data.c[n * classes + label] = 1;
  }
  return data;
}

void train(Autoencoder& net, const P& p, const RandomStream& random, std::span<double> reconstruction,
           std::span<double> kl) {
  const auto samples = static_cast<std::size_t>(p.samples);
  const Data data = draw(p, random, training_data, samples);
  Minibatches batches(samples, static_cast<std::size_t>(p.batch), RandomSequence(random, order));
  const auto [width, condition, latent, hidden] = net.sizes;
  Data chosen_data = {std::vector<double>(batches.largest() * width),
                      std::vector<double>(batches.largest() * condition)};
  std::vector<double> epsilon(batches.largest() * latent);
  Adam adam = {.learning_rate = p.learning_rate};
  std::uint64_t drawn = 0;
  for (std::size_t epoch = 0; epoch < static_cast<std::size_t>(p.epochs); ++epoch) {
    Loss sum;
    batches.epoch([&](std::span<const std::uint32_t> chosen) {
      gather_rows(data.y.data(), width, chosen, chosen_data.y.data());
      gather_rows(data.c.data(), condition, chosen, chosen_data.c.data());
      random.normal(training_noise, drawn, std::span(epsilon).first(chosen.size() * latent));
      drawn += chosen.size() * latent;
      const Loss loss =
          loss_and_gradient(net, {chosen.size(), chosen_data.y.data(), chosen_data.c.data(), epsilon.data()}, p.beta);
      adam.step(net.params, net.gradient);
      const double weight = static_cast<double>(chosen.size()) / static_cast<double>(samples);
      sum.reconstruction += weight * loss.reconstruction;
      sum.kl += weight * loss.kl;
    });
    reconstruction[epoch] = sum.reconstruction;
    kl[epoch] = sum.kl;
  }
}

/// Loss on fresh samples; parts[k] becomes latent unit k's part of the KL divergence.
Loss test(Autoencoder& net, const P& p, const RandomStream& random, std::span<double> parts) {
  const auto samples = static_cast<std::size_t>(p.test_samples);
  const auto [width, condition, latent, hidden] = net.sizes;
  const Data data = draw(p, random, test_data, samples);
  std::vector<double> epsilon(samples * latent), of_block(latent);
  random.normal(test_noise, 0, epsilon);
  std::fill(parts.begin(), parts.end(), 0.0);
  Loss sum;
  for (std::size_t first = 0; first < samples; first += evaluation_rows) {
    const std::size_t rows = std::min(evaluation_rows, samples - first);
    const double weight = static_cast<double>(rows) / static_cast<double>(samples);
    std::fill(of_block.begin(), of_block.end(), 0.0);
    const Loss loss = forward(
        net, {rows, data.y.data() + first * width, data.c.data() + first * condition, epsilon.data() + first * latent},
        of_block);
    sum.reconstruction += weight * loss.reconstruction;
    sum.kl += weight * loss.kl;
    for (std::size_t k = 0; k < latent; ++k) parts[k] += weight * of_block[k];
  }
  return sum;
}

void closed_form(const P& p, const Outputs& out) {
  auto variances = p.variance;
  if (!p.conditional) variances[0] += p.class_distance * p.class_distance / 4;
  std::array<LinearOptimum, cvae_axes> optima;
  linear_optima(variances, static_cast<std::size_t>(p.latent), p.beta, optima);
  LinearOptimum sum = collapsed(0);
  int active = 0;
  for (std::size_t i = 0; i < cvae_axes; ++i) {
    sum.loss += optima[i].loss;
    sum.reconstruction += optima[i].reconstruction;
    sum.kl += optima[i].kl;
    active += optima[i].active ? 1 : 0;
    out[linear_w_squared][i] = optima[i].w_squared;
    out[linear_s_squared][i] = optima[i].s_squared;
    out[linear_v][i] = optima[i].v;
  }
  out.set(linear_loss, sum.loss);
  out.set(linear_reconstruction, sum.reconstruction);
  out.set(linear_kl, std::isfinite(sum.kl) ? sum.kl : std::numeric_limits<double>::quiet_NaN());
  out.set(linear_active_units, active);
}

}  // namespace

Cvae::Cvae() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout Cvae::outputs(std::span<const Extent> extents) const {
  const auto counted = [](const char* name, double size, const char* description) {
    Dimension dimension = {.name = name, .description = description};
    dimension.values.resize(static_cast<std::size_t>(size));
    std::iota(dimension.values.begin(), dimension.values.end(), 1.0);
    return dimension;
  };
  return {.dimensions = {counted("epoch", std::max(1.0, extents[epochs_parameter].upper), "pass through the samples"),
                         counted("latent_unit", extents[latent_parameter].upper, "component of z"),
                         counted("axis", cvae_axes, "component of y")},
          .outputs = {
              {.name = "train_reconstruction",
               .description = "average squared error of the mini-batches while the weights move",
               .dimensions = {"epoch"},
               .nan_means = "epoch beyond the point's own"},
              {.name = "train_kl",
               .description = "average KL divergence of the mini-batches while the weights move",
               .dimensions = {"epoch"},
               .nan_means = "epoch beyond the point's own"},
              {.name = "test_loss", .description = "test_reconstruction + beta test_kl"},
              {.name = "test_reconstruction", .description = "mean of |y - f|^2 on fresh samples"},
              {.name = "test_kl", .description = "mean KL divergence of code and prior on fresh samples"},
              {.name = "unit_kl",
               .description = "a latent unit's part of test_kl",
               .dimensions = {"latent_unit"},
               .nan_means = "unit beyond the point's own"},
              {.name = "active_units", .description = "latent units whose unit_kl is above 0.01"},
              {.name = "linear_loss", .description = "loss of the best linear autoencoder"},
              {.name = "linear_reconstruction", .description = "its squared error"},
              {.name = "linear_kl", .description = "its KL divergence", .nan_means = "infinite: beta is 0"},
              {.name = "linear_active_units", .description = "latent units that it uses"},
              {.name = "linear_w_squared", .description = "its decoder's squared weight", .dimensions = {"axis"}},
              {.name = "linear_s_squared", .description = "its encoder's variance", .dimensions = {"axis"}},
              {.name = "linear_v", .description = "its encoder's weight", .dimensions = {"axis"}},
          }};
}

void Cvae::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const auto latent = static_cast<std::size_t>(p.latent);
  const Sizes sizes = {cvae_axes, p.conditional ? classes : 0, latent, static_cast<std::size_t>(p.hidden)};
  Autoencoder net(sizes, std::max(static_cast<std::size_t>(std::min(p.batch, p.samples)), evaluation_rows));
  draw_fan_in_uniform(net.encoder, random, encoder_weights, net.encoder_params());
  draw_fan_in_uniform(net.decoder, random, decoder_weights, net.decoder_params());
  train(net, p, random, out[train_reconstruction], out[train_kl]);

  const auto parts = out[unit_kl].first(latent);
  const Loss loss = test(net, p, random, parts);
  out.set(test_loss, loss.total(p.beta));
  out.set(test_reconstruction, loss.reconstruction);
  out.set(test_kl, loss.kl);
  const auto used = std::count_if(parts.begin(), parts.end(), [](double kl) { return kl > active_kl; });
  out.set(active_units, static_cast<double>(used));
  closed_form(p, out);
}

double Cvae::cost(const P& p) const {
  const auto hidden = static_cast<double>(p.hidden), latent = static_cast<double>(p.latent);
  const double per_sample = 100 + (hidden + 1) * (cvae_axes + latent) * 3;
  return per_sample *
         (static_cast<double>(p.epochs) * static_cast<double>(p.samples) + static_cast<double>(p.test_samples));
}

}  // namespace trawl::studies
