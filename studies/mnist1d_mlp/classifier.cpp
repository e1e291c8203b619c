#include "studies/mnist1d_mlp/classifier.hpp"

#include <algorithm>
#include <cmath>

#include "engine/softmax_rows.hpp"

namespace trawl::studies::mnist1d {

void initialise(Classifier& net, Initialisation initialisation, const RandomStream& random, std::uint32_t stream) {
  const MlpShape& shape = net.shape;
  const bool normal = initialisation == Initialisation::he_normal;
  if (normal) random.normal(stream, 0, net.params);
  else random.uniform(stream, 0, net.params);
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    const double scale = std::sqrt((normal ? 2.0 : 6.0) / static_cast<double>(shape.sizes[k]));
    for (std::size_t i = shape.weights(k); i < shape.biases(k); ++i)
      net.params[i] = scale * (normal ? net.params[i] : 2 * net.params[i] - 1);
    std::fill_n(net.params.begin() + static_cast<std::ptrdiff_t>(shape.biases(k)), shape.sizes[k + 1], 0.0);
  }
}

void compute_gradient(Classifier& net, const Examples& examples) {
  const std::size_t rows = examples.labels.size(), classes = net.shape.outputs();
  const auto logits = mlp_forward(net.shape, net.params, rows, examples.x, net.workspace);
  std::vector<double>& dz = net.workspace.gradients.back();
  softmax_rows(rows, classes, logits.data(), dz.data(), net.log_sums.data());
  for (std::size_t n = 0; n < rows; ++n) dz[n * classes + examples.labels[n]] -= 1;
  const double weight = 1 / static_cast<double>(rows);
  for (std::size_t i = 0; i < rows * classes; ++i) dz[i] *= weight;
  mlp_backward(net.shape, net.params, rows, examples.x, net.workspace, net.gradient);
}

void train_epoch(Classifier& net, const Examples& examples, Minibatches& batches, Sgd& sgd) {
  const std::size_t inputs = net.shape.inputs();
  std::vector<double> x(batches.largest() * inputs);
  std::vector<std::uint8_t> labels(batches.largest());
  batches.epoch([&](std::span<const std::uint32_t> chosen) {
    gather_rows(examples.x, inputs, chosen, x.data());
    for (std::size_t n = 0; n < chosen.size(); ++n) labels[n] = examples.labels[chosen[n]];
    compute_gradient(net, {x.data(), std::span(labels).first(chosen.size())});
    sgd.step(net.params, net.gradient);
  });
}

Score score(Classifier& net, const Examples& examples) {
  const std::size_t size = examples.labels.size(), inputs = net.shape.inputs(), classes = net.shape.outputs();
  double loss = 0;
  std::size_t wrong = 0;
  for (std::size_t first = 0; first < size; first += net.workspace.capacity) {
    const std::size_t rows = std::min(net.workspace.capacity, size - first);
    const auto logits = mlp_forward(net.shape, net.params, rows, examples.x + first * inputs, net.workspace);
    softmax_rows(rows, classes, logits.data(), net.workspace.gradients.back().data(), net.log_sums.data());
    for (std::size_t n = 0; n < rows; ++n) {
      const std::span<const double> z = logits.subspan(n * classes, classes);
      const std::size_t label = examples.labels[first + n];
      loss += net.log_sums[n] - z[label];
      wrong += static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin()) != label ? 1 : 0;
    }
  }
  return {loss / static_cast<double>(size), 100 * static_cast<double>(wrong) / static_cast<double>(size)};
}

}  // namespace trawl::studies::mnist1d
