// Softmax, log-sum-exp and cross-entropies from logits. The largest logit is taken out first, so that no exponential
// overflows and a nearly certain class keeps the digits of its small loss.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace trawl {

/// ln sum_k e^z_k = largest + log1p(rest), rest the sum over all but one largest.
struct LogSumExp {
  double largest;
  double log_rest;  ///< log1p(rest)

  double value() const { return largest + log_rest; }
};

/// z must not be empty.
inline LogSumExp log_sum_exp(std::span<const double> z) {
  std::size_t top = 0;
  for (std::size_t k = 1; k < z.size(); ++k)
    if (z[k] > z[top]) top = k;
  double rest = 0;
  for (std::size_t k = 0; k < z.size(); ++k)
    if (k != top) rest += std::exp(z[k] - z[top]);
  return {z[top], std::log1p(rest)};
}

/// p_k = e^z_k / sum_j e^z_j; p may be z itself.
inline void softmax(std::span<const double> z, std::span<double> p) {
  const double largest = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (std::size_t k = 0; k < z.size(); ++k) sum += p[k] = std::exp(z[k] - largest);
  for (double& one : p) one /= sum;
}

/// -ln softmax(z)_label; its gradient in z is softmax(z) less 1 at the label.
inline double cross_entropy(std::span<const double> z, std::size_t label) {
  const LogSumExp sum = log_sum_exp(z);
  return (sum.largest - z[label]) + sum.log_rest;
}

/// -y ln sigmoid(z) - (1 - y) ln sigmoid(-z) for 0 <= y <= 1; its derivative in z is sigmoid(z) - y.
inline double binary_cross_entropy(double z, double y) {
  return (z > 0 ? (1 - y) * z : -y * z) + std::log1p(std::exp(-std::abs(z)));
}

}  // namespace trawl
