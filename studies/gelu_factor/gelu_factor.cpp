#include "studies/gelu_factor/gelu_factor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "studies/gelu_factor/training.hpp"

namespace trawl::studies {
namespace {

using namespace gelu_factor;
using P = GeluFactorParameters;

enum Output : std::size_t {
  train_loss,
  initial_loss,
  final_loss,
  test_mse_erf,
  test_rmse_erf,
  test_mse_tanh,
  test_rmse_tanh,
  pair_rmse
};

enum Stream : std::uint32_t {
  training_matrices,
  training_vectors,
  test_matrices,
  test_vectors,
  initial_weights,
  permutations
};

constexpr std::size_t epochs_parameter = 6;   // its position in the declaration
constexpr std::size_t evaluation_pairs = 64;  // predicted at a time: the layers then stay in the nearest caches

FactorShape shape_of(const P& p) {
  return {static_cast<std::size_t>(p.d), static_cast<std::size_t>(p.m), static_cast<std::size_t>(p.hidden)};
}

Declaration declaration() {
  return {.name = "gelu_factor",
          .group = "GELU",
          .summary = "Two MLPs phi(W), psi(x) trained with Adam so that their row-wise product predicts GELU(W x)",
          .maths = "y_i = phi(W_i) . psi(x), loss = mean (y_i - GELU(W_i x))^2, phi and psi with one hidden ReLU layer",
          .source = "Notebook \"Victor's unbiased estimation\"; Adam: Kingma, Ba (2015)",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::learning_rate>({.name = "learning_rate", .domain = at_least(0), .description = "Adam's learning rate"}),
      bind<&P::hidden>(
          {.name = "hidden", .domain = between(1, 65536), .description = "units in the hidden layer of each network"}),
      bind<&P::samples>(
          {.name = "samples", .domain = between(1, 1e9), .description = "training pairs (W, x), drawn once"}),
      bind<&P::d>({.name = "d",
                   .domain = between(1, 4096),
                   .long_name = "input size d",
                   .description = "size of x; W is d x d"}),
      bind<&P::m>({.name = "m",
                   .domain = between(1, 65536),
                   .long_name = "factor size m",
                   .description = "numbers that phi and psi give"}),
      bind<&P::batch>({.name = "batch",
                       .domain = at_least(1),
                       .description = "pairs in a step; the last of an epoch may have fewer"}),
      bind<&P::epochs>({.name = "epochs",
                        .domain = between(1, 1e6),
                        .description = "passes through the training pairs, each in a new random order"}),
      bind<&P::beta1>({.name = "beta1",
                       .domain = {.lower = 0, .upper = 1, .upper_open = true},
                       .description = "Adam's decay of the mean of the gradients"}),
      bind<&P::beta2>({.name = "beta2",
                       .domain = {.lower = 0, .upper = 1, .upper_open = true},
                       .description = "Adam's decay of the mean of their squares"}),
      bind<&P::epsilon>(
          {.name = "epsilon", .domain = above(0), .description = "added to Adam's root mean square gradient"}),
      bind<&P::test_pairs>(
          {.name = "test_pairs", .domain = between(1, 1e9), .description = "fresh pairs for the test errors"}),
  };
}

}  // namespace

GeluFactor::GeluFactor() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout GeluFactor::outputs(std::span<const Extent> extents) const {
  Dimension epoch = {.name = "epoch", .description = "pass through the training pairs"};
  epoch.values.resize(static_cast<std::size_t>(extents[epochs_parameter].upper));
  std::iota(epoch.values.begin(), epoch.values.end(), 1.0);
  return {.dimensions = {epoch},
          .outputs = {{.name = "train_loss",
                       .description = "average loss of the mini-batches while the weights move",
                       .dimensions = {"epoch"},
                       .nan_means = "epoch beyond the point's own"},
                      {.name = "initial_loss", .description = "loss on the training pairs before training"},
                      {.name = "final_loss", .description = "loss on the training pairs after training"},
                      {.name = "test_mse_erf", .description = "mean squared error on fresh pairs, erf GELU"},
                      {.name = "test_rmse_erf", .description = "its square root"},
                      {.name = "test_mse_tanh", .description = "mean squared error on fresh pairs, tanh GELU"},
                      {.name = "test_rmse_tanh", .description = "its square root"},
                      {.name = "pair_rmse",
                       .description = "mean over fresh pairs of the root mean square over outputs, tanh GELU"}}};
}

void GeluFactor::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const FactorShape shape = shape_of(p);
  const auto samples = static_cast<std::size_t>(p.samples);
  const std::size_t batch = std::min(static_cast<std::size_t>(p.batch), samples);
  const TrainingSet set = draw_training_set(random, {training_matrices, training_vectors}, shape.d, samples);
  std::vector<double> params(shape.parameter_count());
  initialise(shape, random, initial_weights, params);
  FactorWorkspace workspace(shape, std::max(batch, evaluation_pairs));

  out.set(initial_loss, mean_squared_error(shape, params, set, workspace));
  Adam adam = {.learning_rate = p.learning_rate, .beta1 = p.beta1, .beta2 = p.beta2, .epsilon = p.epsilon};
  RandomSequence order(random, permutations);
  train(shape, set, batch, adam, order, params, workspace, out[train_loss].first(static_cast<std::size_t>(p.epochs)));
  out.set(final_loss, mean_squared_error(shape, params, set, workspace));

  const TestErrors errors = test_errors(shape, params, random, {test_matrices, test_vectors},
                                        static_cast<std::size_t>(p.test_pairs), workspace);
  out.set(test_mse_erf, errors.mse_erf);
  out.set(test_rmse_erf, std::sqrt(errors.mse_erf));
  out.set(test_mse_tanh, errors.mse_tanh);
  out.set(test_rmse_tanh, std::sqrt(errors.mse_tanh));
  out.set(pair_rmse, errors.pair_rmse);
}

double GeluFactor::cost(const P& p) const {
  const double per_step = multiplications(shape_of(p));  // a prediction costs about a third of it
  const auto predictions = 2 * static_cast<double>(p.samples) + static_cast<double>(p.test_pairs);
  return per_step * (static_cast<double>(p.epochs) * static_cast<double>(p.samples) + predictions / 3);
}

}  // namespace trawl::studies
