// The divergence of one normal distribution from another.
#pragma once

#include "engine/study.hpp"

namespace trawl::studies {

/// The Kullback-Leibler divergence between normal distributions in d dimensions, and its gradient:
///
///     KL = KL(N(m0, S0) || N(m1, S1)) = (ln(det S1 / det S0) + tr(S1^-1 S0) - d + (m1 - m0)^T S1^-1 (m1 - m0)) / 2
///     dKL/dm0 = S1^-1 (m0 - m1),   dKL/dS0 = (S1^-1 - S0^-1) / 2
///     to a standard normal, S0 = diag(exp v):   KL = sum(expm1(v) - v + m^2) / 2,   dKL/dv = expm1(v) / 2
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | d | dimension | 1 .. 4; parameters of further components are unused |
/// | | form: full (m0, S0, m1, S1) or standard (m0 and the log variances v; N(0, I) in the second place) | |
/// | m0, m1 | mean0_i, mean1_i | any |
/// | S0, S1 | covariance0_ij, covariance1_ij, i >= j | positive definite |
/// | v | log_variance_i | -700 .. 700; standard only |
///
/// gradient_log_variance is the derivative in the logarithm of a diagonal entry of S0, the others held: S0_ii times
/// dKL/dS0_ii. gradient_covariance treats S0_ij and S0_ji as two entries.
/// Method: Cholesky factors (models/gaussian.hpp); the standard form by expm1, without cancellation for small v.
/// Error: 1e-14 of the sum of the terms' sizes, times the condition of S1; 1e-15 relative in the standard form, down to
/// v of 1e-8. tests/studies/kl_gauss_test.cpp measures both. Cost: some 100 ns.
/// Source: a scanned report on transformers, independent components and conditional autoencoders, which writes the
/// normaliser as 2 pi |S| in place of (2 pi)^d |S|; the formula above is the textbook one.
class KlGauss final : public Study {
 public:
  KlGauss();

  const Declaration& declaration() const override { return declaration_; }
  /// The dimensions `row` and `column` have the largest d of the sweep.
  OutputLayout outputs(std::span<const Extent> extents) const override;
  std::size_t max_block() const override { return 1024; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 private:
  Declaration declaration_;
};

}  // namespace trawl::studies
