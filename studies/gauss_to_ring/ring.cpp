#include "studies/gauss_to_ring/ring.hpp"

#include <cmath>
#include <numbers>

namespace trawl::studies::ring {
namespace {

const double rayleigh_mean = std::sqrt(std::numbers::pi / 2);  // its mean square is 2

}  // namespace

Point Map::operator()(const Point& z) const {
  if (b == 0) return {a * z[0], a * z[1]};
  const double length = std::hypot(z[0], z[1]);
  return {a * z[0] + b * (z[0] / length), a * z[1] + b * (z[1] / length)};
}

double Map::radius_mean() const {
  return b + a * rayleigh_mean;
}

double Map::radius_variance() const {
  return a * a * (2 - std::numbers::pi / 2);
}

double Map::mean_norm_squared() const {
  return 2 * a * a + 2 * a * b * rayleigh_mean + b * b;
}

double Map::linear_coefficient() const {
  return a + b * rayleigh_mean / 2;
}

double Map::linear_squared_error() const {
  return b * b * (1 - std::numbers::pi / 4);
}

double Map::radius_cdf(double r) const {
  if (a == 0) return r >= b ? 1 : 0;
  const double scaled = (r - b) / a;
  return scaled > 0 ? -std::expm1(-scaled * scaled / 2) : 0;
}

double Map::radius_pdf(double r) const {
  if (r <= b) return a == 0 && r == b ? HUGE_VAL : 0;
  if (a == 0) return 0;
  const double scaled = (r - b) / a;
  const double weight = std::exp(-scaled * scaled / 2);
  return weight > 0 ? scaled * weight / a : 0;
}

}  // namespace trawl::studies::ring
