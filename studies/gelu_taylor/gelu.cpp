#include "studies/gelu_taylor/gelu.hpp"

#include <cmath>
#include <numbers>

#include "engine/activation.hpp"

namespace trawl::studies::taylor {
namespace {

constexpr double inv_sqrt_2pi = std::numbers::inv_sqrtpi / std::numbers::sqrt2;

/// The root of a function that is negative at `below` and positive at `above`, to the last bit.
template <class F>
double bisect(const F& f, double below, double above) {
  for (double middle = (below + above) / 2; middle != below && middle != above; middle = (below + above) / 2)
    (f(middle) < 0 ? below : above) = middle;
  return above;
}

}  // namespace

double gelu(Form form, double z) {
  return form == Form::tanh ? gelu_tanh(z) : gelu_erf(z);
}

double gelu_derivative(Form form, double z) {
  return form == Form::tanh ? gelu_tanh_derivative(z) : gelu_erf_derivative(z);
}

double gelu_second_derivative(Form form, double z) {
  if (form == Form::erf) return (2 - z * z) * inv_sqrt_2pi * std::exp(-z * z / 2);
  constexpr double c = 2 * inv_sqrt_2pi, k = 0.044715;
  const double u = c * (z + k * z * z * z), u1 = c * (1 + 3 * k * z * z), u2 = 6 * c * k * z;
  return tanh_derivative(u) * (u1 * (1 - z * u1 * std::tanh(u)) + z * u2 / 2);
}

Expansion::Expansion(Form form, int order, double about)
    : value(gelu(form, about)),
      slope(order >= 1 ? gelu_derivative(form, about) : 0),
      half_curvature(order >= 2 ? gelu_second_derivative(form, about) / 2 : 0) {}

double maclaurin(double z, int terms) {
  double sum = 0, power = z;  // (-1)^i z^(2 i + 1) / (i! 2^i)
  for (int i = 0; i < terms; ++i) {
    sum += power / (2 * i + 1);
    power *= -z * z / (2 * (i + 1));
  }
  return z * (0.5 + inv_sqrt_2pi * sum);
}

Extremum minimum(Form form) {
  const double at = bisect([&](double z) { return gelu_derivative(form, z); }, -1.2, -0.3);
  return {at, gelu(form, at)};
}

Extremum largest_gap() {
  const auto slope = [](double z) { return gelu_tanh_derivative(z) - gelu_erf_derivative(z); };
  const double sign = slope(2.3) < 0 ? 1 : -1;
  const double at = bisect([&](double z) { return sign * slope(z); }, 2.3, 3.2);
  return {at, std::abs(gelu_tanh(at) - gelu_erf(at))};
}

}  // namespace trawl::studies::taylor
