// The posterior of a linear model with fixed features.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace trawl::studies::bayes {

/// h(x): relu(x - i / hidden) for i = 0 .. hidden-1, then 1.
void features(double x, std::size_t hidden, double* h);

/// The posterior of the weights. Keeps its memory from fit to fit.
class Posterior {
 public:
  /// Throws std::domain_error if the precision is not positive definite in doubles.
  void fit(std::span<const double> x, std::span<const double> y, std::size_t hidden, double noise_variance,
           double prior_variance);

  std::span<const double> mean() const { return mean_; }

  struct Prediction {
    double mean, variance;  ///< of f, without an observation's noise
  };
  Prediction predict(double x) const;

  /// C, the whole matrix, its rows `width` apart.
  void covariance(double* c, std::size_t width) const;

  double squared_error() const { return squared_error_; }  ///< |y - H^T m|^2
  double log_evidence() const { return log_evidence_; }

 private:
  std::vector<double> factor_;  ///< the Cholesky factor of C^-1
  std::vector<double> mean_;
  mutable std::vector<double> h_;
  double squared_error_ = 0;
  double log_evidence_ = 0;
};

}  // namespace trawl::studies::bayes
