// Plain Monte Carlo against importance sampling with a Gaussian proposal, for an integral known exactly.
#pragma once

#include <cstdint>

#include "engine/typed_study.hpp"
#include "studies/importance_sampling/integrand.hpp"

namespace trawl::studies {

namespace importance {

enum class Estimator { plain, importance };
enum class IntegrandChoice { centred, shifted, custom };

struct Parameters {
  std::int64_t samples = 100;
  std::int64_t repeats = 10000;
  Estimator estimator = Estimator::importance;
  double proposal_mean = 3;
  double proposal_sd = 1;
  IntegrandChoice integrand = IntegrandChoice::shifted;
  double centre = 0;
  double scale = 1;
};

}  // namespace importance

/// E[f(y)] for y ~ p = N(0, 1) and f(y) = s exp(-(y - c)^4), estimated from n samples:
///
///     plain        I_n = (1/n) sum f(y_i),                 y_i ~ p
///     importance   I_n = (1/n) sum f(y_i) p(y_i)/q(y_i),   y_i ~ q = N(m, sigma^2)
///
/// Var I_n = V/n with V = integral of (f p)^2/q - I^2, the variance of one sample (plain: q = p).
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | n | samples | 1 .. 1e12 |
/// | | estimator: plain, importance | |
/// | | repeats: estimates from which their variance is taken | 1 .. 1e9 |
/// | m, sigma | proposal_mean, proposal_sd; unused by plain | any; > 0 |
/// | c, s | integrand: centred 1, 1; shifted 3, 20.446; custom: centre, scale | [-25, 25]; > 0 |
///
/// The effective sample size is Kish's (sum w)^2 / sum w^2 of the weights w = p/q of the first estimate: how many draws
/// from p the draws from q are worth to somebody who has yet to choose f. It is n for plain sampling. What they are
/// worth for this f is the variance ratio.
///
/// Method: draws by Box-Muller, one exponential a sample for f p/q (estimator.hpp); exact values by quadrature
/// (moments.hpp). Error: of an estimate sqrt(V/n); of the variance over R repeats sqrt((kappa_n - 1 + 2/(R-1))/R)
/// relative, kappa_n = 3 + (kappa - 3)/n with kappa the kurtosis of one sample; of the exact values 1e-12.
/// tests/studies/importance_sampling_test.cpp measures all three.
/// Cost: 3 to 4 ns a sample on one AVX-512 core, and some 20 us a point for the exact values.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 17.3, "Importance sampling".
class ImportanceSampling final : public TypedStudy<importance::Parameters> {
 public:
  ImportanceSampling();

  OutputLayout outputs(std::span<const Extent> extents) const override;
  bool has_uniform_cost() const override { return false; }

 protected:
  using TypedStudy::cost;
  using TypedStudy::evaluate;
  void evaluate(const importance::Parameters& p, const RandomStream& random, const Outputs& out) const override;
  double cost(const importance::Parameters& p) const override;
};

}  // namespace trawl::studies
