// A chain of four linear functions with sin, exp and cos between them, forwards and backwards.
#pragma once

#include <array>
#include <cmath>

namespace trawl::studies::toy_backprop {

/// T is double, or any number with sin, exp and cos of its own.
template <class T>
struct Weights {
  std::array<T, 4> beta;
  std::array<T, 4> omega;
};

/// f0 = beta0 + omega0 x, h1 = sin f0, f1 = beta1 + omega1 h1, h2 = exp f1, f2 = beta2 + omega2 h2, h3 = cos f2,
/// f3 = beta3 + omega3 h3, l = (f3 - y)^2. f[k] is f_k; h[k] is h_k, with h[0] = x.
template <class T>
struct Forward {
  std::array<T, 4> f;
  std::array<T, 4> h;
  T loss;
};

template <class T>
Forward<T> forward(const Weights<T>& weights, const T& x, const T& y) {
  using std::cos, std::exp, std::sin;
  Forward<T> pass;
  const auto linear = [&](std::size_t k) { return weights.beta[k] + weights.omega[k] * pass.h[k]; };
  pass.h[0] = x;
  pass.f[0] = linear(0);
  pass.h[1] = sin(pass.f[0]);
  pass.f[1] = linear(1);
  pass.h[2] = exp(pass.f[1]);
  pass.f[2] = linear(2);
  pass.h[3] = cos(pass.f[2]);
  pass.f[3] = linear(3);
  pass.loss = (pass.f[3] - y) * (pass.f[3] - y);
  return pass;
}

/// Derivatives of the loss by f_k and, for k > 0, by h_k.
struct Backward {
  std::array<double, 4> f;
  std::array<double, 4> h;
};

/// The chain rule from the loss back: dl/df3 = 2 (f3 - y), dl/dh_k = omega_k dl/df_k, and dl/df_{k-1} is dl/dh_k times
/// the derivative of sin, exp or cos.
inline Backward backward(const Weights<double>& weights, const Forward<double>& pass, double y) {
  const std::array<double, 4> slope = {0.0, std::cos(pass.f[0]), pass.h[2], -std::sin(pass.f[2])};  // dh_k / df_{k-1}
  Backward back = {};
  back.f[3] = 2 * (pass.f[3] - y);
  for (std::size_t k = 3; k > 0; --k) {
    back.h[k] = weights.omega[k] * back.f[k];
    back.f[k - 1] = slope[k] * back.h[k];
  }
  return back;
}

/// Derivatives by the weights: dl/dbeta_k = dl/df_k, dl/domega_k = h_k dl/df_k.
inline Weights<double> gradient(const Forward<double>& pass, const Backward& back) {
  Weights<double> g = {back.f, {}};
  for (std::size_t k = 0; k < 4; ++k) g.omega[k] = pass.h[k] * back.f[k];
  return g;
}

}  // namespace trawl::studies::toy_backprop
