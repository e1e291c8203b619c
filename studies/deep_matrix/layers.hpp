// A layer of any size, and the composition of two shallow networks as layers of three units.
#pragma once

#include <array>
#include <span>

#include "studies/models/shallow_net.hpp"

namespace trawl::studies::deep_matrix {

/// y_i = beta_i + sum_j omega_ij x_j; omega row after row, a row for each output.
inline void affine(std::span<const double> beta, std::span<const double> omega, std::span<const double> x,
                   std::span<double> y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = beta[i];
    for (std::size_t j = 0; j < x.size(); ++j) y[i] += omega[i * x.size() + j] * x[j];
  }
}

inline void relu_in_place(std::span<double> y) {
  for (double& one : y) one = relu(one);
}

/// Two hidden layers of three units, one input, one output.
struct DeepNet {
  models::Triple beta0, omega0;
  models::Triple beta1;
  std::array<double, 9> omega1;  ///< row after row
  double beta2;
  models::Triple omega2;

  double operator()(double x) const {
    models::Triple h1, h2;
    affine(beta0, omega0, {&x, 1}, h1);
    relu_in_place(h1);
    affine(beta1, omega1, h1, h2);
    relu_in_place(h2);
    double y;
    affine({&beta2, 1}, omega2, h2, {&y, 1});
    return y;
  }
};

/// `second` after `first`.
inline DeepNet compose(const models::ShallowNet<1>& first, const models::ShallowNet<1>& second) {
  DeepNet net{.beta0 = first.hidden_offset,
              .omega0 = first.hidden_slope,
              .beta1 = {},
              .omega1 = {},
              .beta2 = second.offset[0],
              .omega2 = second.weight[0]};
  for (std::size_t i = 0; i < models::hidden_units; ++i) {
    net.beta1[i] = second.hidden_offset[i] + second.hidden_slope[i] * first.offset[0];
    for (std::size_t j = 0; j < models::hidden_units; ++j)
      net.omega1[i * models::hidden_units + j] = second.hidden_slope[i] * first.weight[0][j];
  }
  return net;
}

}  // namespace trawl::studies::deep_matrix
