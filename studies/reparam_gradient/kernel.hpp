// The estimators' terms for many normal numbers at once.
#pragma once

#include <cstddef>

namespace trawl::studies::reparam {

/// The distribution x ~ N(mean, sd^2) at some phi, mean = phi^3, sd = e^phi, and d mean / d phi = 3 phi^2.
struct Place {
  explicit Place(double phi);

  double mean, sd, mean_slope;
};

// With x = mean + sd z; arrays must have room for `count` rounded up to a multiple of 8.

/// values[i] = f(x) = x^2 + sin x.
void function_terms(const Place& at, const double* z, std::size_t count, double* values);

/// values[i] = f'(x) dx/dphi = (2 x + cos x) (sd z + mean_slope).
void reparameterised_terms(const Place& at, const double* z, std::size_t count, double* values);

/// values[i] = (f(x) - baseline) d ln p(x) / dphi, with d ln p / dphi = mean_slope z / sd + z^2 - 1.
void score_terms(const Place& at, double baseline, const double* z, std::size_t count, double* values);

}  // namespace trawl::studies::reparam
