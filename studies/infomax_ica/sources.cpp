#include "studies/infomax_ica/sources.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace trawl::studies::ica {
namespace {

using std::numbers::pi, std::numbers::sqrt2, std::numbers::sqrt3;

/// A number with the distribution from one uniform on (0, 1).
double quantile(Source source, double u) {
  switch (source) {
    case Source::laplace:
      return u < 0.5 ? std::log(2 * u) / sqrt2 : -std::log(2 * (1 - u)) / sqrt2;
    case Source::logistic:
      return std::log(u / (1 - u)) * (sqrt3 / pi);
    default:
      return sqrt3 * (2 * u - 1);
  }
}

/// Density at s >= 0.
double density_at(Source source, double s) {
  switch (source) {
    case Source::laplace:
      return std::exp(-sqrt2 * s) / sqrt2;
    case Source::logistic: {
      const double rate = pi / sqrt3, e = std::exp(-rate * s);
      return rate * e / ((1 + e) * (1 + e));
    }
    case Source::uniform:
      return 0.5 / sqrt3;
    default:
      return std::exp(-s * s / 2) / std::sqrt(2 * pi);
  }
}

/// Where the density ends, or is too small to matter.
double support(Source source) {
  constexpr std::array ends = {40.0, 40.0, sqrt3, 14.0};
  return ends[static_cast<std::size_t>(source)];
}

/// E f(s) for even f: tanh-sinh quadrature, whose points crowd towards both ends of [0, support].
template <class F>
double expectation(Source source, const F& f) {
  constexpr double step = 1.0 / 64, last = 3.3;
  const double half = support(source) / 2;
  double sum = 0;
  for (double t = -last; t <= last; t += step) {
    const double inner = pi / 2 * std::sinh(t), s = half * (1 + std::tanh(inner));
    const double weight = pi / 2 * std::cosh(t) / std::pow(std::cosh(inner), 2);
    sum += weight * f(s) * density_at(source, s);
  }
  return 2 * step * half * sum;
}

FixedPoint find_fixed_point(Density density, Source source) {
  double low = 0, high = 64;  // E[phi(c s) c s] grows with c
  for (int halving = 0; halving < 60; ++halving) {
    const double c = (low + high) / 2;
    const double mean = expectation(source, [&](double s) { return phi(density, c * s) * c * s; });
    (mean < 1 ? low : high) = c;
  }
  const double c = (low + high) / 2;
  const double slope = expectation(source, [&](double s) { return phi_derivative(density, c * s); });
  return {c, c * c, slope * c * c, slope * c * c > 1 + 1e-9};
}

}  // namespace

void draw_source(Source source, const RandomStream& random, std::uint32_t stream, std::uint64_t first,
                 std::span<double> out) {
  if (source == Source::gaussian) return random.normal(stream, first, out);
  random.uniform(stream, first, out);
  for (double& value : out) value = quantile(source, value);
}

const FixedPoint& fixed_point(Density density, Source source) {
  static const auto all = [] {
    std::array<FixedPoint, density_count * source_count> points;
    for (std::size_t i = 0; i < points.size(); ++i)
      points[i] = find_fixed_point(static_cast<Density>(i / source_count), static_cast<Source>(i % source_count));
    return points;
  }();
  return all[static_cast<std::size_t>(density) * source_count + static_cast<std::size_t>(source)];
}

}  // namespace trawl::studies::ica
