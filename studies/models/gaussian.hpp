// What multivariate normal distributions need: symmetric positive definite matrices by their Cholesky factors.
//
// A matrix is n x n numbers row by row; of a symmetric one the lower triangle is read.
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace trawl::studies {

/// A = L L^T in place: the lower triangle becomes L, the upper is left alone. False if A is not positive definite.
inline bool cholesky(double* a, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = a[j * n + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= a[j * n + k] * a[j * n + k];
    if (!(pivot > 0) || std::isinf(pivot)) return false;
    const double root = std::sqrt(pivot);
    a[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / root;
    }
  }
  return true;
}

/// The same; throws std::domain_error that names the matrix if it is not positive definite.
inline void require_cholesky(double* a, std::size_t n, const char* name) {
  if (!cholesky(a, n))
    throw std::domain_error(std::string(name) +
                            " is not positive definite (a covariance must be). Change its entries?");
}

/// x becomes L^-1 x. The elements of x are `stride` apart.
inline void solve_lower(const double* l, std::size_t n, double* x, std::size_t stride = 1) {
  for (std::size_t i = 0; i < n; ++i) {
    double sum = x[i * stride];
    for (std::size_t k = 0; k < i; ++k) sum -= l[i * n + k] * x[k * stride];
    x[i * stride] = sum / l[i * n + i];
  }
}

/// x becomes L^-T x.
inline void solve_lower_transposed(const double* l, std::size_t n, double* x, std::size_t stride = 1) {
  for (std::size_t i = n; i-- > 0;) {
    double sum = x[i * stride];
    for (std::size_t k = i + 1; k < n; ++k) sum -= l[k * n + i] * x[k * stride];
    x[i * stride] = sum / l[i * n + i];
  }
}

/// ln det(L L^T).
inline double log_determinant(const double* l, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::log(l[i * n + i]);
  return 2 * sum;
}

/// inverse = (L L^T)^-1, the whole matrix, its rows `width` >= n apart.
inline void invert(const double* l, std::size_t n, double* inverse, std::size_t width) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < n; ++i) inverse[i * width + j] = i == j ? 1 : 0;
    solve_lower(l, n, inverse + j, width);
    solve_lower_transposed(l, n, inverse + j, width);
  }
}

}  // namespace trawl::studies
