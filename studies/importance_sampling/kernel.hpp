// The weighted integrand of many normal numbers at once.
#pragma once

#include <cstddef>

#include "studies/importance_sampling/integrand.hpp"

namespace trawl::studies::importance {

/// With y = mean + sd z and z ~ N(0, 1), the weight and the weighted integrand are one exponential each:
///
///     p(y)/q(y)      = sd       exp(w(z)),                          w(z) = (z^2 - y^2) / 2 = a z^2 + b z + c
///     f(y) p(y)/q(y) = sd scale exp(w(z) - (sd z + offset)^4),      offset = mean - centre
struct WeightedIntegrand {
  WeightedIntegrand(const Integrand& f, const Normal& proposal)
      : sd(proposal.sd),
        offset(proposal.mean - f.centre),
        a((1 - proposal.sd * proposal.sd) / 2),
        b(-proposal.sd * proposal.mean),
        c(-proposal.mean * proposal.mean / 2),
        factor(proposal.sd * f.scale) {}

  /// Whether all weights are 1, as in plain sampling.
  bool is_plain() const { return a == 0 && b == 0 && c == 0; }

  double sd, offset, a, b, c;
  double factor;  ///< what weighted_integrand() leaves out
};

// Arrays below must have room for `count` rounded up to a multiple of 8.

/// values[i] = f(y) p(y)/q(y) / x.factor for z[i].
void weighted_integrand(const WeightedIntegrand& x, const double* z, std::size_t count, double* values);

/// weights[i] = p(y)/q(y) / sd for z[i].
void weights(const WeightedIntegrand& x, const double* z, std::size_t count, double* weights);

}  // namespace trawl::studies::importance
