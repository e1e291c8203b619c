// What is integrated, and the normal distribution its samples come from.
#pragma once

namespace trawl::studies::importance {

/// f(y) = scale exp(-(y - centre)^4).
struct Integrand {
  double centre = 0;
  double scale = 1;  ///< > 0
};

/// N(mean, sd^2).
struct Normal {
  double mean = 0;
  double sd = 1;  ///< > 0
};

}  // namespace trawl::studies::importance
