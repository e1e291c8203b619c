// The map from a normal distribution in the plane to a ring, and what is known of it in closed form.
#pragma once

#include <array>

namespace trawl::studies::ring {

using Point = std::array<double, 2>;

/// g(z) = a z + b z / |z|, z ~ N(0, I): the radius |g| is b + a R, R of Rayleigh's distribution. a, b >= 0.
struct Map {
  double a;
  double b;

  Point operator()(const Point& z) const;  ///< NaN at 0 unless b = 0: g has no limit there

  double radius_mean() const;
  double radius_variance() const;
  double mean_norm_squared() const;     ///< E |g|^2; half of it is the variance of either coordinate
  double linear_coefficient() const;    ///< c that makes E |g - c z|^2 smallest
  double linear_squared_error() const;  ///< that minimum, the sum over both outputs
  double radius_cdf(double r) const;    ///< probability of a radius of at most r
  double radius_pdf(double r) const;    ///< infinite where it exceeds the largest double, as at b if a = 0
};

}  // namespace trawl::studies::ring
