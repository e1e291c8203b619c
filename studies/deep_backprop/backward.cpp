#include "studies/deep_backprop/backward.hpp"

namespace trawl::studies::backprop {
namespace {

double squared_error(std::span<const double> f, std::span<const double> y) {
  double sum = 0;
  for (std::size_t i = 0; i < f.size(); ++i) sum += (f[i] - y[i]) * (f[i] - y[i]);
  return sum;
}

}  // namespace

Passes forward_and_backward(const MlpShape& shape, std::span<const double> params, std::span<const double> x,
                            std::span<const double> y) {
  MlpWorkspace workspace(shape, 1);
  const auto f = mlp_forward(shape, params, 1, x.data(), workspace);
  Passes passes = {.preactivations = {},
                   .output = {f.begin(), f.end()},
                   .loss = squared_error(f, y),
                   .gradient = std::vector<double>(params.size())};
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    const double* const h = k == 0 ? x.data() : workspace.values[k - 1].data();
    std::vector<double> f_k(shape.sizes[k + 1]);
    dense_forward(shape.layer(k, 1), h, &params[shape.weights(k)], &params[shape.biases(k)], f_k.data());
    passes.preactivations.insert(passes.preactivations.end(), f_k.begin(), f_k.end());
  }
  for (std::size_t i = 0; i < f.size(); ++i) workspace.gradients.back()[i] = 2 * (f[i] - y[i]);
  mlp_backward(shape, params, 1, x.data(), workspace, passes.gradient);
  return passes;
}

std::vector<double> difference_gradient(const MlpShape& shape, std::span<const double> params,
                                        std::span<const double> x, std::span<const double> y, Differences differences,
                                        double step) {
  MlpWorkspace workspace(shape, 1);
  std::vector<double> moved(params.begin(), params.end()), gradient(params.size());
  const auto loss_with = [&](std::size_t i, double change) {
    moved[i] = params[i] + change;
    const double loss = squared_error(mlp_forward(shape, moved, 1, x.data(), workspace), y);
    moved[i] = params[i];
    return loss;
  };
  const double loss = loss_with(0, 0);
  for (std::size_t i = 0; i < params.size(); ++i)
    gradient[i] = differences == Differences::central ? (loss_with(i, step) - loss_with(i, -step)) / (2 * step)
                                                      : (loss_with(i, step) - loss) / step;
  return gradient;
}

}  // namespace trawl::studies::backprop
