// The two networks phi and psi, whose products predict GELU(W x): prediction, loss and gradient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/random.hpp"

namespace trawl::studies::gelu_factor {

/// psi(x) = relu(x A + a) B + b and phi(w) = relu(w C + c) V^T + v, each from d to m numbers; y_i = phi(W_i) . psi(x).
struct FactorShape {
  std::size_t d;
  std::size_t m;
  std::size_t hidden;

  std::size_t parameter_count() const { return 2 * (d * hidden + hidden + hidden * m + m); }
};

/// The parts of a flat vector of parameters or of their gradients, in this order. Matrices are row-major.
template <class T>
struct FactorWeights {
  T* psi_hidden;       ///< A, d x hidden
  T* psi_hidden_bias;  ///< a, hidden
  T* psi_output;       ///< B, hidden x m
  T* psi_output_bias;  ///< b, m
  T* phi_hidden;       ///< C, d x hidden
  T* phi_hidden_bias;  ///< c, hidden
  T* phi_output;       ///< V, m x hidden: unlike the others, a row for each output
  T* phi_output_bias;  ///< v, m
};

template <class T>
FactorWeights<T> factor_weights(const FactorShape& shape, T* flat) {
  const auto take = [&flat](std::size_t size) {
    T* const part = flat;
    flat += size;
    return part;
  };
  const auto [d, m, hidden] = shape;
  return {take(d * hidden), take(hidden), take(hidden * m), take(m),
          take(d * hidden), take(hidden), take(m * hidden), take(m)};
}

/// Every weight and bias uniform on +-1/sqrt(inputs of its layer), from the first draws of `stream`.
void initialise(const FactorShape& shape, const RandomStream& random, std::uint32_t stream, std::span<double> params);

/// `size` pairs (W, x): matrices is size x d x d, vectors is size x d.
struct Pairs {
  std::size_t size;
  const double* matrices;
  const double* vectors;
};

/// Memory for what passes between the layers, for up to `capacity` pairs at a time.
struct FactorWorkspace {
  FactorWorkspace(const FactorShape& shape, std::size_t capacity);

  std::size_t capacity;
  std::vector<double> psi_rows;       ///< relu(x A + a), capacity x hidden
  std::vector<double> phi_rows;       ///< relu(W_i C + c), capacity x d x hidden, later the gradient before the relu
  std::vector<double> psi;            ///< psi(x), capacity x m
  std::vector<double> psi_grad;       ///< capacity x m
  std::vector<double> mixed;          ///< psi(x) V, capacity x hidden
  std::vector<double> mixed_grad;     ///< capacity x hidden
  std::vector<double> psi_rows_grad;  ///< capacity x hidden
  std::vector<double> offset;         ///< v . psi(x), later its gradient
  std::vector<double> y;              ///< predictions, later their gradient, capacity x d
  std::vector<double> transposed;     ///< scratch, hidden x m
};

/// Predictions for up to workspace.capacity pairs, pairs.size x d: a view of workspace.y.
///
/// y_i = phi(W_i) . psi(x) = relu(W_i C + c) . (psi(x) V) + v . psi(x): phi's output layer is applied once to each
/// psi(x) in place of once to each of the d rows, which leaves the numbers the same up to rounding.
std::span<double> predict(const FactorShape& shape, std::span<const double> params, const Pairs& pairs,
                          FactorWorkspace& workspace);

/// The loss, mean over pairs and outputs of (y - targets)^2, and its gradient. pairs.size is in [1, capacity].
double loss_and_gradient(const FactorShape& shape, std::span<const double> params, const Pairs& pairs,
                         const double* targets, FactorWorkspace& workspace, std::span<double> gradient);

/// Multiplications of loss_and_gradient for one pair.
double multiplications(const FactorShape& shape);

}  // namespace trawl::studies::gelu_factor
