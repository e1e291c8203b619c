// The law of the gradient of a random mini-batch.
#pragma once

#include "studies/models/least_squares.hpp"

namespace trawl::studies::sgd_gabor {

struct BatchNoise {
  models::Vector2 mean;
  models::Symmetric2 covariance;
};

/// Of the summed gradient over b of the n data drawn without replacement: mean b gbar and covariance b (1 - b / n) S,
/// gbar the mean and S the sample covariance (divisor n - 1) of the n gradients of one datum each.
template <class P>
BatchNoise batch_noise(models::Vector2 phi, double b) {
  constexpr double n = P::data.size();
  const models::Vector2 mean = (1 / n) * models::gradient<P>(phi);
  models::Symmetric2 s;
  for (const models::DataPoint datum : P::data) s = s + models::outer(models::point_gradient<P>(phi, datum) - mean);
  return {b * mean, b * (1 - b / n) / (n - 1) * s};
}

}  // namespace trawl::studies::sgd_gabor
