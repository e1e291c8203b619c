// How many linear regions a shallow network can have.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace trawl::studies::shallow_net_2d {

struct RegionCount {
  double number;  ///< exact while its largest term times D is below 2^53; infinite where it overflows
  double log10;   ///< its logarithm, which does not
};

/// sum_{j=0}^{min(inputs, units)} C(units, j): the regions that `units` hyperplanes in general position cut.
///
/// The terms follow from each other, C(D, j) = C(D, j-1) (D - j + 1) / j. A second sum carries them divided by the
/// largest so far.
inline RegionCount most_regions(std::int64_t inputs, std::int64_t units) {
  double number = 1, term = 1;
  double scaled = 1, scaled_term = 1, log_scale = 0;  // the sum is scaled e^log_scale
  for (std::int64_t j = 1; j <= std::min(inputs, units); ++j) {
    const auto numerator = static_cast<double>(units - j + 1), denominator = static_cast<double>(j);
    term = term * numerator / denominator;
    number += term;
    scaled_term *= numerator / denominator;
    scaled += scaled_term;
    if (scaled > 1e200) {
      log_scale += std::log(scaled);
      scaled_term /= scaled;
      scaled = 1;
    }
  }
  return {number, (std::log(scaled) + log_scale) / std::log(10.0)};
}

}  // namespace trawl::studies::shallow_net_2d
