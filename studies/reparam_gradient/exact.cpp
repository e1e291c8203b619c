#include "studies/reparam_gradient/exact.hpp"

#include <cmath>
#include <numbers>

namespace trawl::studies::reparam {
namespace {

/// Sum of weight(z) term(z, x), the mean of term(z, mean + sd z) over z ~ N(0, 1).
template <class Term>
void integrate(const Place& at, const Term& term) {
  const int half = static_cast<int>(std::ceil(12 * (2 * at.sd + 12) / (2 * std::numbers::pi)));
  const double step = 12.0 / half;
  for (int i = -half; i <= half; ++i) {
    const double z = i * step;
    const double weight = step * std::exp(-z * z / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    term(weight, z, at.mean + at.sd * z);
  }
}

double f(double x) {
  return x * x + std::sin(x);
}

double score(const Place& at, double z) {
  return (z + at.mean_slope / at.sd) * z - 1;
}

double square(double x) {
  return x * x;
}

}  // namespace

double expectation(double phi) {
  const Place at(phi);
  return at.mean * at.mean + at.sd * at.sd + std::exp(-at.sd * at.sd / 2) * std::sin(at.mean);
}

double derivative(double phi) {
  const Place at(phi);
  const double variance = at.sd * at.sd;
  return 2 * at.mean * at.mean_slope + 2 * variance +
         std::exp(-variance / 2) * (at.mean_slope * std::cos(at.mean) - variance * std::sin(at.mean));
}

double optimal_baseline(double phi) {
  const Place at(phi);
  double weighted = 0;
  integrate(at, [&](double weight, double z, double x) { weighted += weight * f(x) * square(score(at, z)); });
  return weighted / (square(at.mean_slope / at.sd) + 2);
}

Variances variances(double phi, double baseline) {
  const Place at(phi);
  const double mean = expectation(phi);
  const double slope = derivative(phi);
  Variances sums;
  integrate(at, [&](double weight, double z, double x) {
    const double value = f(x);
    sums.function += weight * square(value - mean);
    sums.reparameterised += weight * square((2 * x + std::cos(x)) * (at.sd * z + at.mean_slope) - slope);
    sums.score += weight * square((value - baseline) * score(at, z) - slope);
  });
  return sums;
}

Minimum minimum() {
  double below = -10, above = 6;
  for (double middle = (below + above) / 2; below < middle && middle < above; middle = (below + above) / 2)
    (derivative(middle) < 0 ? below : above) = middle;
  return {above, expectation(above)};
}

}  // namespace trawl::studies::reparam
