// A straight line through the data of studies/data/line12.hpp.
#pragma once

#include "studies/data/line12.hpp"
#include "studies/models/least_squares.hpp"

namespace trawl::studies::models {

/// prediction = phi0 + phi1 x.
struct Line {
  static constexpr auto& data = data::line12;

  static constexpr Prediction predict(Vector2 phi, double x) { return {phi.x0 + phi.x1 * x, {1.0, x}}; }
};

}  // namespace trawl::studies::models
