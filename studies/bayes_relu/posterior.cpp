#include "studies/bayes_relu/posterior.hpp"

#include <cmath>
#include <numbers>

#include "engine/activation.hpp"
#include "studies/models/gaussian.hpp"

namespace trawl::studies::bayes {

void features(double x, std::size_t hidden, double* h) {
  for (std::size_t i = 0; i < hidden; ++i) h[i] = relu(x - static_cast<double>(i) / static_cast<double>(hidden));
  h[hidden] = 1;
}

void Posterior::fit(std::span<const double> x, std::span<const double> y, std::size_t hidden, double noise_variance,
                    double prior_variance) {
  const std::size_t size = hidden + 1;
  factor_.assign(size * size, 0);
  mean_.assign(size, 0);
  h_.resize(size);
  for (std::size_t i = 0; i < size; ++i) factor_[i * size + i] = 1 / prior_variance;
  for (std::size_t k = 0; k < x.size(); ++k) {
    features(x[k], hidden, h_.data());
    for (std::size_t i = 0; i < size; ++i) {
      mean_[i] += h_[i] * y[k] / noise_variance;
      for (std::size_t j = 0; j <= i; ++j) factor_[i * size + j] += h_[i] * h_[j] / noise_variance;
    }
  }
  require_cholesky(factor_.data(), size, "the posterior's precision");
  solve_lower(factor_.data(), size, mean_.data());
  solve_lower_transposed(factor_.data(), size, mean_.data());

  squared_error_ = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double error = y[k] - predict(x[k]).mean;
    squared_error_ += error * error;
  }
  double squared_mean = 0;
  for (const double m : mean_) squared_mean += m * m;
  const auto n = static_cast<double>(x.size());
  const double log_det = n * std::log(noise_variance) + static_cast<double>(size) * std::log(prior_variance) +
                         log_determinant(factor_.data(), size);
  log_evidence_ = -(n * std::log(2 * std::numbers::pi) + log_det + squared_error_ / noise_variance +
                    squared_mean / prior_variance) /
                  2;
}

Posterior::Prediction Posterior::predict(double x) const {
  const std::size_t size = mean_.size();
  features(x, size - 1, h_.data());
  Prediction prediction{0, 0};
  for (std::size_t i = 0; i < size; ++i) prediction.mean += h_[i] * mean_[i];
  solve_lower(factor_.data(), size, h_.data());
  for (const double part : h_) prediction.variance += part * part;
  return prediction;
}

void Posterior::covariance(double* c, std::size_t width) const {
  invert(factor_.data(), mean_.size(), c, width);
}

}  // namespace trawl::studies::bayes
