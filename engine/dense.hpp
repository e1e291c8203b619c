// Dense layers: y = x w + b for a batch of rows, and its gradients.
//
// Numbers are double: single precision would be at most twice as fast, and sweeps compare small differences between
// runs. Every output element is one chain of fused multiply-adds in the order of the summed index, from its initial
// value (the bias, zero, or what is added to), so the bits depend neither on the vector width nor on the blocking.
//
// All matrices are row-major without gaps and need no alignment; unless said otherwise they must not overlap.
#pragma once

#include <cstddef>

namespace trawl {

/// `rows` rows go through a layer from `inputs` to `outputs` units:
/// x is rows x inputs, w is inputs x outputs, b has `outputs` elements, y is rows x outputs.
/// Gradients have the shape of what they are the gradient of. Sizes may be 0.
struct DenseShape {
  std::size_t rows;
  std::size_t inputs;
  std::size_t outputs;
};

enum class Activation { identity, relu, tanh };
enum class Store { overwrite, add };

/// y = activation(x w + b). `b` may be null: no bias.
void dense_forward(const DenseShape& shape, const double* x, const double* w, const double* b, double* y,
                   Activation activation = Activation::identity);

/// dw = x^T dy, and db = the sum of the rows of dy unless `db` is null.
void dense_weight_gradient(const DenseShape& shape, const double* x, const double* dy, double* dw, double* db);

/// dx = dy w^T, or dx += dy w^T. `scratch` holds inputs * outputs numbers, with any content.
void dense_input_gradient(const DenseShape& shape, const double* dy, const double* w, double* dx, double* scratch,
                          Store store = Store::overwrite);

/// The gradient before a ReLU from the one behind it: dy[i] = 0 where y[i] > 0 is false. `y` is the ReLU's output.
void relu_gradient(std::size_t size, const double* y, double* dy);

/// The same for tanh: dy[i] *= 1 - y[i]^2.
void tanh_gradient(std::size_t size, const double* y, double* dy);

}  // namespace trawl
