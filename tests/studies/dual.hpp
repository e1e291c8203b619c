// Dual numbers: a + b e with e^2 = 0, so that f(x + e) = f(x) + f'(x) e. A second way to derivatives.
#pragma once

#include <cmath>

namespace trawl::studies {

struct Dual {
  double value = 0;
  double slope = 0;

  Dual() = default;
  Dual(double v) : value(v) {}
  Dual(double v, double s) : value(v), slope(s) {}
};

inline Dual operator+(Dual a, Dual b) {
  return {a.value + b.value, a.slope + b.slope};
}
inline Dual operator-(Dual a, Dual b) {
  return {a.value - b.value, a.slope - b.slope};
}
inline Dual operator-(Dual a) {
  return {-a.value, -a.slope};
}
inline Dual operator*(Dual a, Dual b) {
  return {a.value * b.value, a.slope * b.value + a.value * b.slope};
}
inline Dual operator/(Dual a, Dual b) {
  return {a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value};
}
inline Dual exp(Dual a) {
  return {std::exp(a.value), a.slope * std::exp(a.value)};
}
inline Dual log(Dual a) {
  return {std::log(a.value), a.slope / a.value};
}
inline Dual sin(Dual a) {
  return {std::sin(a.value), a.slope * std::cos(a.value)};
}
inline Dual cos(Dual a) {
  return {std::cos(a.value), -a.slope * std::sin(a.value)};
}

}  // namespace trawl::studies
