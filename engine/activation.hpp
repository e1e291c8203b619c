// Activation functions and their derivatives, in forms that neither overflow nor lose digits for large |z|.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trawl {

inline double relu(double z) {
  return std::max(z, 0.0);
}

/// 1 for z >= 0, else 0.
inline double heaviside(double z) {
  return z >= 0 ? 1 : 0;
}

/// 1 / (1 + e^-z).
inline double sigmoid(double z) {
  const double e = std::exp(-std::abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/// sigmoid(z) sigmoid(-z).
inline double sigmoid_derivative(double z) {
  const double e = std::exp(-std::abs(z));
  return e / ((1 + e) * (1 + e));
}

/// ln(1 + e^z); its derivative is sigmoid(z).
inline double softplus(double z) {
  return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z)));
}

/// sech^2 z, the derivative of tanh, without the cosh that overflows.
inline double tanh_derivative(double z) {
  return 4 * sigmoid_derivative(2 * z);
}

/// z Phi(z), Phi the standard normal distribution function; erfc keeps the relative accuracy of the lower tail.
inline double gelu_erf(double z) {
  return 0.5 * z * std::erfc(-z / std::numbers::sqrt2);
}

/// Phi(z) + z phi(z), phi the standard normal density.
inline double gelu_erf_derivative(double z) {
  constexpr double inv_sqrt_2pi = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  return 0.5 * std::erfc(-z / std::numbers::sqrt2) + z * inv_sqrt_2pi * std::exp(-0.5 * z * z);
}

/// z / 2 (1 + tanh(u)), u = sqrt(2 / pi) (z + 0.044715 z^3); at most 4.8e-4 from gelu_erf, near |z| = 2.70.
inline double gelu_tanh(double z) {
  constexpr double c = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  return 0.5 * z * (1.0 + std::tanh(c * (z + 0.044715 * z * z * z)));
}

/// (1 + tanh u) / 2 + z / 2 sech^2(u) du/dz.
inline double gelu_tanh_derivative(double z) {
  constexpr double c = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  const double u = c * (z + 0.044715 * z * z * z);
  return 0.5 * (1.0 + std::tanh(u)) + 0.5 * z * tanh_derivative(u) * c * (1.0 + 3 * 0.044715 * z * z);
}

}  // namespace trawl
