// The function that line_search minimises.
#pragma once

#include <cmath>

namespace trawl::studies::shoulder {

struct Derivatives {
  double value;
  double first;
  double second;
};

/// L(p) = 1 - 0.5 exp(-(p - 0.65)^2 / 0.1) - 0.45 exp(-(p - 0.35)^2 / 0.02) and its derivatives. The second term makes
/// a shoulder of the first one's dip: there is one stationary point only.
inline Derivatives loss(double p) {
  const auto dip = [p](double depth, double centre, double width) -> Derivatives {
    const double d = p - centre, e = depth * std::exp(-d * d / width);
    return {-e, 2 * d / width * e, (2 / width - 4 * d * d / (width * width)) * e};
  };
  const Derivatives wide = dip(0.5, 0.65, 0.1), narrow = dip(0.45, 0.35, 0.02);
  return {1 + wide.value + narrow.value, wide.first + narrow.first, wide.second + narrow.second};
}

/// Where L' is zero, between the centres of the dips: by halving, to the last digit.
inline double minimum() {
  double below = 0.35, above = 0.65;
  for (int k = 0; k < 60; ++k) {
    const double middle = (below + above) / 2;
    (loss(middle).first < 0 ? below : above) = middle;
  }
  return (below + above) / 2;
}

}  // namespace trawl::studies::shoulder
