#include "studies/models/mlp.hpp"

#include <algorithm>
#include <cmath>

#include "engine/error.hpp"

namespace trawl::studies {
namespace {

void activation_gradient(Activation activation, std::size_t size, const double* y, double* dy) {
  if (activation == Activation::relu) relu_gradient(size, y, dy);
  if (activation == Activation::tanh) tanh_gradient(size, y, dy);
}

}  // namespace

std::size_t MlpShape::weights(std::size_t k) const {
  std::size_t start = 0;
  for (std::size_t l = 0; l < k; ++l) start += (sizes[l] + 1) * sizes[l + 1];
  return start;
}

MlpWorkspace::MlpWorkspace(const MlpShape& shape, std::size_t rows)
    : capacity(rows), values(shape.layers()), gradients(shape.layers()) {
  std::size_t largest = 0;
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    values[k].resize(rows * shape.sizes[k + 1]);
    gradients[k].resize(rows * shape.sizes[k + 1]);
    largest = std::max(largest, shape.sizes[k] * shape.sizes[k + 1]);
  }
  transposed.resize(largest);
}

std::span<double> mlp_forward(const MlpShape& shape, std::span<const double> params, std::size_t rows, const double* x,
                              MlpWorkspace& workspace) {
  TRAWL_CHECK(rows <= workspace.capacity && params.size() == shape.parameter_count());
  const std::size_t last = shape.layers() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    double* const y = workspace.values[k].data();
    dense_forward(shape.layer(k, rows), x, &params[shape.weights(k)], &params[shape.biases(k)], y,
                  k == last ? Activation::identity : shape.activation);
    x = y;
  }
  return {workspace.values[last].data(), rows * shape.outputs()};
}

void mlp_backward(const MlpShape& shape, std::span<const double> params, std::size_t rows, const double* x,
                  MlpWorkspace& workspace, std::span<double> gradient, double* dx) {
  TRAWL_CHECK(rows <= workspace.capacity && gradient.size() == shape.parameter_count());
  for (std::size_t k = shape.layers(); k-- > 0;) {
    const DenseShape layer = shape.layer(k, rows);
    const double* const dy = workspace.gradients[k].data();
    const double* const h = k == 0 ? x : workspace.values[k - 1].data();
    dense_weight_gradient(layer, h, dy, &gradient[shape.weights(k)], &gradient[shape.biases(k)]);
    double* const dh = k == 0 ? dx : workspace.gradients[k - 1].data();
    if (dh == nullptr) break;
    dense_input_gradient(layer, dy, &params[shape.weights(k)], dh, workspace.transposed.data());
    if (k > 0) activation_gradient(shape.activation, rows * layer.inputs, h, dh);
  }
}

void draw_fan_in_uniform(const MlpShape& shape, const RandomStream& random, std::uint32_t stream,
                         std::span<double> params) {
  TRAWL_CHECK(params.size() == shape.parameter_count());
  random.uniform(stream, 0, params);
  for (std::size_t k = 0; k < shape.layers(); ++k) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(shape.sizes[k]));
    for (double& p : params.subspan(shape.weights(k), (shape.sizes[k] + 1) * shape.sizes[k + 1]))
      p = bound * (2.0 * p - 1.0);
  }
}

double multiplications(const MlpShape& shape) {
  double sum = 0;
  for (std::size_t k = 0; k < shape.layers(); ++k)
    sum += static_cast<double>((k == 0 ? 2 : 3) * shape.sizes[k] * shape.sizes[k + 1]);
  return sum;
}

}  // namespace trawl::studies
