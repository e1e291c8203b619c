// Elementary functions, one number at a time: the plain reference for vector_math-inl.h, bit for bit.
//
// Only +, -, *, /, sqrt, std::fma and integer operations are used, so that the bits are the same on every machine.
// Errors and ranges are those of vector_math-inl.h.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/elementary_coefficients.hpp"

namespace trawl::elementary {

/// c[0] + c[1] x + ... = E(x^2) + x O(x^2): two Horner schemes side by side, which halves the latency.
template <std::size_t N>
double polynomial(double x, double x2, const double (&c)[N]) {
  constexpr std::size_t last_even = (N - 1) / 2 * 2;
  constexpr std::size_t last_odd = N / 2 * 2 - 1;
  double even = c[last_even];
  double odd = c[last_odd];
  for (std::size_t k = last_even; k >= 2; k -= 2) even = std::fma(even, x2, c[k - 2]);
  for (std::size_t k = last_odd; k >= 3; k -= 2) odd = std::fma(odd, x2, c[k - 2]);
  return std::fma(odd, x, even);
}

inline double exp(double x) {
  using namespace coefficients;
  if (!(x >= exp_lowest)) return 0;
  const double shifted = std::fma(x, log2_e, round_shift);
  const double n = shifted - round_shift;
  const double r = std::fma(n, -ln2_low, std::fma(n, -ln2_high, x));
  const double r2 = r * r;
  const double y = std::fma(r2, polynomial(r, r2, coefficients::exp), r) + 1.0;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) + (std::bit_cast<std::uint64_t>(shifted) << 52));
}

inline double tanh(double x) {
  using namespace coefficients;
  const double a = std::abs(x) + std::abs(x);
  const double t = a > tanh_most ? tanh_most : a;
  const double shifted = std::fma(t, log2_e, round_shift);
  const double n = shifted - round_shift;
  const double r = std::fma(n, -ln2_low, std::fma(n, -ln2_high, t));
  const double r2 = r * r;
  const double expm1_r = std::fma(r2, polynomial(r, r2, coefficients::exp), r);
  const double scale =
      std::bit_cast<double>(std::bit_cast<std::uint64_t>(1.0) + (std::bit_cast<std::uint64_t>(shifted) << 52));
  const double expm1 = std::fma(scale, expm1_r, scale - 1.0);
  return std::copysign(expm1 / (expm1 + 2.0), x);
}

inline double log(double x) {
  using namespace coefficients;
  constexpr std::uint64_t sqrt_half = 0x3FE6A09E00000000;  // x = 2^e m with m in about [sqrt(1/2), sqrt(2))
  constexpr std::uint64_t one = 0x3FF0000000000000;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (one - sqrt_half);
  const double e = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double f = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFF) + sqrt_half) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double half_f2 = 0.5 * f * f;
  const double rest = std::fma(z, polynomial(z, z * z, coefficients::log), half_f2);
  return std::fma(e, ln2_high, f - (half_f2 - std::fma(s, rest, e * ln2_low)));
}

struct SinCos {
  double sin;
  double cos;
};

/// sin and cos of 2 pi v.
inline SinCos sincos_turns(double v) {
  using namespace coefficients;
  const double shifted = std::fma(v, 4.0, round_shift);
  const double t = std::fma(shifted - round_shift, -0.25, v);
  const std::uint64_t quadrant = std::bit_cast<std::uint64_t>(shifted);
  const double z = t * t;
  const double z2 = z * z;
  const double s = t * polynomial(z, z2, sin_turn);
  const double c = std::fma(z, polynomial(z, z2, cos_turn), 1.0);
  const double sin = quadrant & 1 ? c : s;
  const double cos = quadrant & 1 ? s : c;
  return {quadrant & 2 ? -sin : sin, (quadrant + 1) & 2 ? -cos : cos};
}

}  // namespace trawl::elementary
