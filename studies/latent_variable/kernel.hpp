// The model at many latent values at once.
#pragma once

#include <cstddef>

#include "studies/latent_variable/model.hpp"

namespace trawl::studies::latent {

// Every sum is eight running sums, number i % 8 for element i, then a tree: the same bits whatever the vector width.
// Counts are multiples of 8.

/// (f1[i], f2[i]) = f(z[i]).
void map_points(const Map& map, const double* z, std::size_t count, double* f1, double* f2);

/// out[i] = log_prior[i] - |x - f_i|^2 * half_precision; returns the largest.
double log_joint(const Point& x, double half_precision, const double* f1, const double* f2, const double* log_prior,
                 std::size_t count, double* out);

struct ExpSums {
  double total = 0;
  double first = 0;   ///< of exp * z
  double second = 0;  ///< of exp * z^2
};

/// Sums over exp(logs[i] - shift).
ExpSums exp_sums(const double* logs, double shift, const double* z, std::size_t count);

/// out[i] = exp(logs[i] - shift).
void exp_shifted(const double* logs, double shift, std::size_t count, double* out);

struct SampleSums {
  double first1 = 0, first2 = 0;                 ///< of d = x - centre
  double square1 = 0, square2 = 0, product = 0;  ///< of d1^2, d2^2, d1 d2

  friend SampleSums operator+(const SampleSums& a, const SampleSums& b) {
    return {a.first1 + b.first1, a.first2 + b.first2, a.square1 + b.square1, a.square2 + b.square2,
            a.product + b.product};
  }
};

/// x = f(z) + sigma e for normal numbers z, e1, e2; sums over the first `count` of them, any number. x1, x2 need room
/// for `count` rounded up to a multiple of 8.
SampleSums sample(const Map& map, double sigma, const Point& centre, const double* z, const double* e1,
                  const double* e2, std::size_t count, double* x1, double* x2);

}  // namespace trawl::studies::latent
