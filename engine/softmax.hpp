// Softmax, log-sum-exp and cross-entropies from logits. The largest logit is taken out first, so that no exponential
// overflows and a nearly certain class keeps the digits of its small loss.
#pragma once

#include <algorithm>
#include <array>
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

/// Sums cross-entropies and gives the probabilities on the way: one exponential for each logit, one logarithm in all.
class CrossEntropySum {
 public:
  /// Adds binary_cross_entropy(z, y); returns sigmoid(z).
  double add(double z, double y) { return add(z, y, std::exp(-std::abs(z))); }

  /// The same for who has e = exp(-|z|) already.
  double add(double z, double y, double e) {
    add_term(std::max(z, 0.0) - y * z, e);
    return (z > 0 ? 1 : e) / (1 + e);
  }

  /// Adds cross_entropy(z, label); p becomes softmax(z).
  template <std::size_t K>
  void add(const std::array<double, K>& z, std::size_t label, std::array<double, K>& p) {
    const std::size_t top = static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
    double rest = 0;
    for (std::size_t k = 0; k < K; ++k)
      if (k != top) rest += p[k] = std::exp(z[k] - z[top]);
    p[top] = 1;
    for (double& one : p) one /= 1 + rest;
    add_term(z[top] - z[label], rest);
  }

  double value() const { return sum_ + std::log1p(rest_); }

 private:
  /// Adds term + ln(1 + rest), rest >= 0: (1 + a)(1 + b) = 1 + (a + b (1 + a)), so that small rests keep their digits.
  void add_term(double term, double rest) {
    sum_ += term;
    rest_ += rest * (1 + rest_);
    if (rest_ < 1e200) return;
    sum_ += std::log1p(rest_);
    rest_ = 0;
  }

  double sum_ = 0;
  double rest_ = 0;
};

}  // namespace trawl
