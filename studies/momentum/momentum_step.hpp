// Steps with momentum, with or without a look ahead.
#pragma once

#include "studies/models/vector2.hpp"

namespace trawl::studies::momentum {

/// m <- beta m + (1 - beta) g(phi - lookahead m), phi <- phi - alpha m. Nesterov's lookahead is alpha beta.
struct MomentumStep {
  double alpha;
  double beta;
  double lookahead = 0;
  models::Vector2 m = {};

  /// The next phi; gradient(phi) is called once.
  template <class Gradient>
  models::Vector2 operator()(models::Vector2 phi, const Gradient& gradient) {
    m = beta * m + (1 - beta) * gradient(phi - lookahead * m);
    return phi - alpha * m;
  }
};

}  // namespace trawl::studies::momentum
