// Mixtures of normal distributions: density, tails, and the score that a given share lies above.
#pragma once

#include <limits>
#include <vector>

namespace trawl::studies::fairness {

struct Normal {
  double share;  ///< of the mixture; all parts' shares add up to 1
  double mean;
  double sd;  ///< > 0
};

using Mixture = std::vector<Normal>;

double density(const Mixture& mixture, double x);
double above(const Mixture& mixture, double x);  ///< P(X > x), accurate in the far tail
double below(const Mixture& mixture, double x);  ///< P(X <= x), likewise

/// The x with above(x) = share, 0 < share < 1.
///
/// Method: Newton on ln above, which a normal tail makes nearly quadratic, inside a bracket that bisection shrinks
/// whenever a step leaves it or is more than half of the one before. Shares over 1/2 are solved as lower tails.
/// Error: a few units in the last place of x or of the narrowest part's sd, as far as the share determines x.
/// Cost: about 8 evaluations from afar, 3 from a `guess` near the root (NaN: none).
double score_with_above(const Mixture& mixture, double share, double guess = std::numeric_limits<double>::quiet_NaN());

/// The x with below(x) = share.
double score_with_below(const Mixture& mixture, double share, double guess = std::numeric_limits<double>::quiet_NaN());

}  // namespace trawl::studies::fairness
