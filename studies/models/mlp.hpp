// Multilayer perceptrons: dense layers one behind the other, forward and backward, for batches of rows.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/dense.hpp"
#include "engine/random.hpp"

namespace trawl::studies {

/// h_0 = x, h_{k+1} = a(h_k W_k + b_k) for k = 0 .. L-1, where a is the identity in the last layer.
///
/// The parameters are one flat array: W_0 (sizes[0] x sizes[1], row-major), b_0, W_1, b_1, ...; a gradient likewise.
struct MlpShape {
  std::vector<std::size_t> sizes;  ///< units of h_0 .. h_L, all at least 1; L >= 1
  Activation activation = Activation::relu;

  std::size_t layers() const { return sizes.size() - 1; }
  std::size_t inputs() const { return sizes.front(); }
  std::size_t outputs() const { return sizes.back(); }
  DenseShape layer(std::size_t k, std::size_t rows) const { return {rows, sizes[k], sizes[k + 1]}; }
  std::size_t weights(std::size_t k) const;  ///< where W_k starts in the flat array
  std::size_t biases(std::size_t k) const { return weights(k) + sizes[k] * sizes[k + 1]; }
  std::size_t parameter_count() const { return weights(layers()); }
};

/// Memory for what passes between the layers, for up to `capacity` rows at a time.
struct MlpWorkspace {
  MlpWorkspace(const MlpShape& shape, std::size_t capacity);

  std::size_t capacity;
  std::vector<std::vector<double>> values;     ///< h_{k+1} for each layer k
  std::vector<std::vector<double>> gradients;  ///< the loss's gradient with respect to them
  std::vector<double> transposed;              ///< scratch
};

/// Outputs for `rows` <= capacity rows of x, rows x outputs(): a view of the workspace.
std::span<double> mlp_forward(const MlpShape& shape, std::span<const double> params, std::size_t rows, const double* x,
                              MlpWorkspace& workspace);

/// The gradient with respect to the parameters and, unless `dx` is null, to x. Before the call workspace.gradients
/// holds the gradient with respect to the outputs in its last element; the call uses up all of them. `x` and the
/// workspace are those of the mlp_forward before.
void mlp_backward(const MlpShape& shape, std::span<const double> params, std::size_t rows, const double* x,
                  MlpWorkspace& workspace, std::span<double> gradient, double* dx = nullptr);

/// Every weight and bias uniform on +-1/sqrt(inputs of its layer), from the first draws of `stream`.
void draw_fan_in_uniform(const MlpShape& shape, const RandomStream& random, std::uint32_t stream,
                         std::span<double> params);

/// Multiplications of mlp_forward and mlp_backward together for one row, without the gradient with respect to x.
double multiplications(const MlpShape& shape);

}  // namespace trawl::studies
