#include "studies/activations/distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/activation.hpp"
#include "studies/models/bisect.hpp"

namespace trawl::studies::activations {
namespace {

using models::hidden_units;
using P = ActivationsParameters;

/// Integral of s - heaviside from 0 to z (sigmoid: up to a constant): with S(z) = softplus(k z) / k for the sigmoid,
/// S(z) - relu(z) = softplus(-k |z|) / k.
double primitive(const P& p, double z) {
  switch (p.activation) {
    case Kind::sigmoid:
      return softplus(-p.gain * std::abs(z)) / p.gain;
    case Kind::heaviside:
      return 0;
    case Kind::linear:
      return p.a * z + 0.5 * p.b * z * z - relu(z);
    case Kind::relu:
      return 0.5 * z * relu(z) - relu(z);
  }
  return 0;
}

struct Difference {
  const P& p;

  /// y - y_heaviside at x.
  double operator()(double x) const {
    double sum = 0;
    for (std::size_t i = 0; i < hidden_units; ++i) {
      const double z = p.theta0[i] + p.theta1[i] * x;
      sum += p.phi[i + 1] * (activate(p, z) - heaviside(z));
    }
    return sum;
  }

  /// Its integral over [from, to], inside of which no unit has a joint.
  double integral(double from, double to) const {
    constexpr double node = 0.28867513459481288;  // 1 / sqrt(12): Gauss's rule of two points, of fourth order
    const double middle = (from + to) / 2, width = to - from;
    double sum = 0;
    for (std::size_t i = 0; i < hidden_units; ++i) {
      const double slope = p.theta1[i];
      const auto argument = [&](double x) { return p.theta0[i] + slope * x; };
      if (std::abs(p.gain * slope) * width < 1e-3) {  // the primitives would cancel: error 1e-3^4 / 4320
        for (const double z : {argument(middle - node * width), argument(middle + node * width)})
          sum += p.phi[i + 1] * (activate(p, z) - heaviside(z)) * (width / 2);
      } else {
        sum += p.phi[i + 1] * ((primitive(p, argument(to)) - primitive(p, argument(from))) / slope);
      }
    }
    return sum;
  }
};

/// Ends of intervals in which the difference is smooth and has few changes of sign: 0, 1, the joints and places near
/// them. Sorted; the rest of the array is left out.
std::size_t find_breaks(const P& p, std::array<double, 2 + hidden_units * 19>& breaks) {
  std::size_t count = 0;
  const auto add = [&](double x) {
    if (x >= 0 && x <= 1) breaks[count++] = x;
  };
  add(0);
  add(1);
  for (std::size_t i = 0; i < hidden_units; ++i) {
    if (p.theta1[i] == 0) continue;
    const double joint = -p.theta0[i] / p.theta1[i], width = 1 / std::abs(p.gain * p.theta1[i]);
    add(joint);
    for (int m = -3; m <= 5; ++m) {
      add(joint - std::ldexp(width, m));
      add(joint + std::ldexp(width, m));
    }
  }
  std::sort(breaks.begin(), breaks.begin() + count);
  return count;
}

}  // namespace

double activate(const P& p, double z) {
  switch (p.activation) {
    case Kind::sigmoid:
      return sigmoid(p.gain * z);
    case Kind::heaviside:
      return heaviside(z);
    case Kind::linear:
      return p.a + p.b * z;
    case Kind::relu:
      return relu(z);
  }
  return 0;
}

double heaviside_distance(const P& p) {
  const Difference difference{p};
  std::array<double, 2 + hidden_units * 19> breaks;
  const std::size_t count = find_breaks(p, breaks);
  double distance = 0;
  for (std::size_t k = 1; k < count; ++k) {
    // The step functions jump at the ends, so samples lie inside only.
    constexpr int samples = 16;
    const double a = breaks[k - 1], width = breaks[k] - a;
    if (!(width > 0)) continue;
    const auto place = [&](int m) { return a + width * (m + 0.5) / samples; };
    double from = a;
    for (int m = 1; m < samples; ++m) {
      if ((difference(place(m - 1)) > 0) == (difference(place(m)) > 0)) continue;
      const double root = models::bisect(difference, place(m - 1), place(m));
      distance += std::abs(difference.integral(from, root));
      from = root;
    }
    distance += std::abs(difference.integral(from, breaks[k]));
  }
  return distance;
}

}  // namespace trawl::studies::activations
