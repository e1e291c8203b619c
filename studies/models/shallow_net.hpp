// The network of one input and three hidden units that many notebooks of the source share.
#pragma once

#include <array>
#include <cstddef>

#include "engine/activation.hpp"

namespace trawl::studies::models {

inline constexpr std::size_t hidden_units = 3;
using Triple = std::array<double, hidden_units>;

inline double dot(const Triple& a, const Triple& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// y_k = offset_k + sum_i weight_ki a(hidden_offset_i + hidden_slope_i x), k = 0 .. K-1; a is relu unless given.
template <std::size_t K = 1>
struct ShallowNet {
  Triple hidden_offset = {};
  Triple hidden_slope = {};
  std::array<double, K> offset = {};
  std::array<Triple, K> weight = {};

  template <class Activation>
  Triple hidden(double x, const Activation& activation) const {
    Triple h;
    for (std::size_t i = 0; i < hidden_units; ++i) h[i] = activation(hidden_offset[i] + hidden_slope[i] * x);
    return h;
  }
  Triple hidden(double x) const {
    return hidden(x, [](double z) { return relu(z); });
  }

  /// Outputs for hidden units h.
  std::array<double, K> outputs(const Triple& h) const {
    std::array<double, K> y;
    for (std::size_t k = 0; k < K; ++k) y[k] = offset[k] + dot(weight[k], h);
    return y;
  }
  std::array<double, K> operator()(double x) const { return outputs(hidden(x)); }

  /// Adds dy dy/d(parameter) to each parameter of `gradient`, for the input x, its relu units h and dy = dL/dy. A unit
  /// exactly at its joint has slope 0.
  void add_gradient(double x, const Triple& h, const std::array<double, K>& dy, ShallowNet& gradient) const {
    Triple dh = {};
    for (std::size_t k = 0; k < K; ++k) {
      gradient.offset[k] += dy[k];
      for (std::size_t i = 0; i < hidden_units; ++i) {
        gradient.weight[k][i] += dy[k] * h[i];
        dh[i] += dy[k] * weight[k][i];
      }
    }
    for (std::size_t i = 0; i < hidden_units; ++i) {
      if (!(h[i] > 0)) continue;
      gradient.hidden_offset[i] += dh[i];
      gradient.hidden_slope[i] += dh[i] * x;
    }
  }
};

}  // namespace trawl::studies::models
