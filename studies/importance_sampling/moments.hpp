// What importance sampling is worth, without sampling.
#pragma once

#include "studies/importance_sampling/integrand.hpp"

namespace trawl::studies::importance {

/// ln E[X^k] of the weighted integrand X = f(y) p(y)/q(y), y ~ q, with p = N(0, 1); k = 1 .. 4. Infinity if the moment
/// is beyond about e^10000.
///
///     E[X^k] = integral of f^k p^k q^(1-k) = scale^k sd^(k-1) (2 pi)^(-1/2) integral of exp(phi(u)) du,   y = centre +
///     u, phi(u) = -k u^4 - k (centre + u)^2 / 2 + (k - 1) (centre - mean + u)^2 / (2 sd^2)
///
/// Method: trapezoidal rule over the whole line, which converges faster than any power of the step for such phi. The
/// step is half the smallest width that exp(phi) can have anywhere, the ends lie where it has fallen by e^-45.
/// Error: 1e-14 relative to the moment, and as much again for every hundred in |phi| at its peak.
/// Cost: 100 to 1000 exponentials for proposals of sd >= 0.1; proportional to 1/sd^2 below.
double log_raw_moment(int k, const Integrand& f, const Normal& proposal);

struct Moments {
  double mean = 0;      ///< E[f(y)] under p, whatever the proposal
  double variance = 0;  ///< of X, one sample; infinity if beyond the largest double
  double kurtosis = 0;  ///< of X, 3 for a normal X; infinity if beyond the largest double
};

/// The variance loses digits where it is small against the second moment: 1e-14 * E[X^2] / variance, relative.
Moments exact_moments(const Integrand& f, const Normal& proposal);

/// E[(p/q)^2] under q = sd^2 (2 sd^2 - 1)^(-1/2) exp(mean^2 / (2 sd^2 - 1)); infinity if sd^2 <= 1/2. A large number n
/// of samples has the effective sample size n / this.
double weight_second_moment(const Normal& proposal);

/// The normal proposal of least variance, to about 1e-7: Nelder-Mead on (mean, ln sd).
Normal best_proposal(const Integrand& f);

}  // namespace trawl::studies::importance
