#include "studies/mnist1d_mlp/mnist1d_mlp.hpp"

#include <algorithm>
#include <numeric>

#include "studies/data/mnist1d.hpp"

namespace trawl::studies {
namespace {

using namespace mnist1d;
using P = Mnist1dMlpParameters;

enum Output : std::size_t {
  train_loss,
  train_error,
  test_loss,
  test_error,
  final_train_loss,
  final_train_error,
  final_test_loss,
  final_test_error
};

enum Stream : std::uint32_t { initial_weights, permutations, signals };  // signals takes three

constexpr std::size_t epochs_parameter = 6;   // its position in the declaration
constexpr std::size_t evaluation_rows = 128;  // at a time: the layers then stay in the nearest caches

MlpShape shape_of(const P& p) {
  MlpShape shape = {{points}};
  shape.sizes.insert(shape.sizes.end(), static_cast<std::size_t>(p.depth), static_cast<std::size_t>(p.hidden));
  shape.sizes.push_back(digits);
  return shape;
}

Declaration declaration() {
  return {.name = "mnist1d_mlp",
          .group = "Backpropagation and training",
          .summary = "Trains a multilayer perceptron on MNIST-1D by stochastic gradient descent with momentum",
          .maths = "z = W_2 relu(W_1 relu(W_0 x + b_0) + b_1) + b_2, loss = mean -ln softmax(z)_label",
          .source = "S. J. D. Prince, Understanding Deep Learning (2023), notebook 8.1, \"MNIST-1D performance\"",
          .parameters = {}};
}

std::vector<Binding<P>> bindings() {
  return {
      bind<&P::learning_rate>(
          {.name = "learning_rate", .domain = at_least(0), .description = "learning rate of the first epochs"}),
      bind<&P::hidden>({.name = "hidden", .domain = between(1, 4096), .description = "units of each hidden layer"}),
      bind<&P::depth>({.name = "depth", .domain = between(0, 32), .description = "number of hidden layers"}),
      bind<&P::train_samples>(
          {.name = "train_samples", .domain = between(1, 1e6), .description = "signals trained on"}),
      bind<&P::momentum>({.name = "momentum",
                          .domain = {.lower = 0, .upper = 1, .upper_open = true},
                          .description = "part of a step that goes on in the next"}),
      bind<&P::batch>({.name = "batch",
                       .domain = between(1, 1e6),
                       .description = "signals in a step; the last of an epoch may have fewer"}),
      bind<&P::epochs>({.name = "epochs",
                        .domain = between(1, 1e5),
                        .description = "passes through the training signals, each in a new random order"}),
      bind<&P::learning_rate_step>({.name = "learning_rate_step",
                                    .domain = at_least(1),
                                    .description = "epochs after which the learning rate falls, again and again"}),
      bind<&P::learning_rate_factor>({.name = "learning_rate_factor",
                                      .domain = {.lower = 0, .upper = 1, .lower_open = true},
                                      .description = "what it falls by"}),
      bind<&P::initialisation>({.name = "initialisation",
                                .choices = {"he_uniform", "he_normal"},
                                .description = "distribution of the first weights, variance 2 / inputs"}),
      bind<&P::test_samples>(
          {.name = "test_samples", .domain = between(1, 1e6), .description = "signals not trained on"}),
  };
}

/// Learning rate of epoch `epoch`, counted from 0.
double learning_rate(const P& p, std::int64_t epoch) {
  double rate = p.learning_rate;
  for (std::int64_t passed = p.learning_rate_step; passed <= epoch; passed += p.learning_rate_step)
    rate *= p.learning_rate_factor;
  return rate;
}

}  // namespace

Mnist1dMlp::Mnist1dMlp() : TypedStudy(studies::declaration(), bindings()) {}

OutputLayout Mnist1dMlp::outputs(std::span<const Extent> extents) const {
  Dimension epoch = {.name = "epoch", .description = "passes through the training signals so far"};
  epoch.values.resize(static_cast<std::size_t>(extents[epochs_parameter].upper) + 1);
  std::iota(epoch.values.begin(), epoch.values.end(), 0.0);
  const auto curve = [](const char* name, const char* unit, const char* description) {
    return trawl::Output{.name = name,
                         .unit = unit,
                         .description = description,
                         .dimensions = {"epoch"},
                         .nan_means = "epoch beyond the point's own"};
  };
  return {
      .dimensions = {epoch},
      .outputs = {curve("train_loss", "1", "cross-entropy on all training signals"),
                  curve("train_error", "percent", "training signals classified wrongly"),
                  curve("test_loss", "1", "cross-entropy on the test signals"),
                  curve("test_error", "percent", "test signals classified wrongly"),
                  {.name = "final_train_loss", .description = "train_loss after the last epoch"},
                  {.name = "final_train_error", .unit = "percent", .description = "train_error after the last epoch"},
                  {.name = "final_test_loss", .description = "test_loss after the last epoch"},
                  {.name = "final_test_error", .unit = "percent", .description = "test_error after the last epoch"}}};
}

void Mnist1dMlp::evaluate(const P& p, const RandomStream& random, const Outputs& out) const {
  const auto train_samples = static_cast<std::size_t>(p.train_samples);
  const Set set = draw(random, signals, train_samples + static_cast<std::size_t>(p.test_samples));
  const std::span labels(set.labels);
  const Examples train = {set.x.data(), labels.first(train_samples)};
  const Examples test = {set.x.data() + train_samples * points, labels.subspan(train_samples)};

  Minibatches batches(train_samples, static_cast<std::size_t>(p.batch), RandomSequence(random, permutations));
  Classifier net(shape_of(p), std::max(batches.largest(), evaluation_rows));
  initialise(net, p.initialisation, random, initial_weights);
  Sgd sgd = {.learning_rate = p.learning_rate, .momentum = p.momentum};
  for (std::int64_t epoch = 0;; ++epoch) {
    const Score on_train = score(net, train), on_test = score(net, test);
    const double scores[] = {on_train.loss, on_train.error, on_test.loss, on_test.error};
    for (std::size_t k = 0; k < std::size(scores); ++k) out[k][static_cast<std::size_t>(epoch)] = scores[k];
    if (epoch == p.epochs) {
      for (std::size_t k = 0; k < std::size(scores); ++k) out.set(final_train_loss + k, scores[k]);
      return;
    }
    sgd.learning_rate = learning_rate(p, epoch);
    train_epoch(net, train, batches, sgd);
  }
}

double Mnist1dMlp::cost(const P& p) const {
  const double per_signal = multiplications(shape_of(p));  // an evaluation costs a third of it
  const auto train_samples = static_cast<double>(p.train_samples), test_samples = static_cast<double>(p.test_samples);
  return static_cast<double>(p.epochs) * per_signal * (train_samples + (train_samples + test_samples) / 3);
}

}  // namespace trawl::studies
