// The expectation, its derivative and the estimators' variances, without sampling.
#pragma once

#include "studies/reparam_gradient/kernel.hpp"

namespace trawl::studies::reparam {

/// E[f(x)] = mean^2 + sd^2 + e^(-sd^2/2) sin mean.
double expectation(double phi);

/// d E[f(x)] / dphi = 2 mean mean' + 2 sd^2 + e^(-sd^2/2) (mean' cos mean - sd^2 sin mean), mean' = 3 phi^2.
double derivative(double phi);

/// The baseline of least variance, E[f s^2] / E[s^2] with s = d ln p / dphi.
double optimal_baseline(double phi);

/// Variances of one sample.
struct Variances {
  double function = 0;
  double reparameterised = 0;
  double score = 0;  ///< with the baseline given
};

/// Method: the trapezoidal rule over z in [-12, 12] on squared deviations from the closed-form means; its step is a
/// little below half a period of cos(2 x), beyond which it converges faster than any power. Error: 1e-12 relative.
/// Cost: 50 evaluations at phi = 0, in proportion to sd above.
Variances variances(double phi, double baseline);

struct Minimum {
  double phi;
  double expectation;
};

/// The one minimum of E[f(x)] over phi in [-10, 6], by bisection of the derivative to the last bit.
Minimum minimum();

}  // namespace trawl::studies::reparam
