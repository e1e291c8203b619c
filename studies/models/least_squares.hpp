// Sums of squared residuals of a model with two parameters, and their gradients.
//
// A problem P has `static constexpr std::array<DataPoint, n> data` and `static Prediction predict(Vector2 phi, double
// x)`.
#pragma once

#include <cstddef>
#include <span>

#include "studies/models/vector2.hpp"

namespace trawl::studies::models {

struct DataPoint {
  double x;
  double y;
};

struct Prediction {
  double value;
  Vector2 gradient;  ///< derivatives of the value by the parameters
};

/// Sum over all data of (prediction - y)^2.
template <class P>
constexpr double loss(Vector2 phi) {
  double sum = 0;
  for (const auto [x, y] : P::data) {
    const double residual = P::predict(phi, x).value - y;
    sum += residual * residual;
  }
  return sum;
}

/// Gradient of the squared residual of one datum.
template <class P>
Vector2 point_gradient(Vector2 phi, DataPoint datum) {
  const Prediction f = P::predict(phi, datum.x);
  return 2 * (f.value - datum.y) * f.gradient;
}

/// Gradient of the loss: a sum over the data, not a mean.
template <class P>
Vector2 gradient(Vector2 phi) {
  Vector2 sum;
  for (const DataPoint datum : P::data) sum = sum + point_gradient<P>(phi, datum);
  return sum;
}

/// The part of the gradient that belongs to the data at the positions in `batch`.
template <class P>
Vector2 gradient(Vector2 phi, std::span<const std::size_t> batch) {
  Vector2 sum;
  for (const std::size_t i : batch) sum = sum + point_gradient<P>(phi, P::data[i]);
  return sum;
}

}  // namespace trawl::studies::models
