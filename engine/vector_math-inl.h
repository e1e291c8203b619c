// Elementary functions on Highway vectors of double. Include inside a foreach_target file.
//
// Only +, -, *, /, sqrt, fused multiply-add and integer operations, each lane by itself: the bits are those of the
// functions of the same name in elementary.hpp, on every target.

// Per-target include guard.
#if defined(TRAWL_ENGINE_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRAWL_ENGINE_VECTOR_MATH_INL_H_
#undef TRAWL_ENGINE_VECTOR_MATH_INL_H_
#else
#define TRAWL_ENGINE_VECTOR_MATH_INL_H_
#endif

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "engine/elementary_coefficients.hpp"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// a * b + c rounded once, also on targets that have no such instruction (there it is slow).
template <class V>
HWY_INLINE V fma(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(a, b, c);
#else
  using T = hn::TFromV<V>;
  const hn::DFromV<V> d;
  T as[hn::MaxLanes(d)], bs[hn::MaxLanes(d)], cs[hn::MaxLanes(d)];
  hn::StoreU(a, d, as);
  hn::StoreU(b, d, bs);
  hn::StoreU(c, d, cs);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) cs[i] = std::fma(as[i], bs[i], cs[i]);
  return hn::LoadU(d, cs);
#endif
}

/// c[0] + c[1] x + ... = E(x^2) + x O(x^2): two Horner schemes side by side, which halves the latency.
template <class D, class V, std::size_t N>
HWY_INLINE V polynomial(D d, V x, V x2, const double (&c)[N]) {
  constexpr std::size_t last_even = (N - 1) / 2 * 2;
  constexpr std::size_t last_odd = N / 2 * 2 - 1;
  V even = hn::Set(d, c[last_even]);
  V odd = hn::Set(d, c[last_odd]);
  HWY_UNROLL(8)
  for (std::size_t k = last_even; k >= 2; k -= 2) even = fma(even, x2, hn::Set(d, c[k - 2]));
  HWY_UNROLL(8)
  for (std::size_t k = last_odd; k >= 3; k -= 2) odd = fma(odd, x2, hn::Set(d, c[k - 2]));
  return fma(odd, x, even);
}

/// e^x. Valid range: x <= 709, -infinity included; 0 below -708. Error: 1.1 ULP.
template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  using namespace coefficients;
  const hn::RebindToUnsigned<D> du;
  const V shift = hn::Set(d, round_shift);
  const V shifted = fma(x, hn::Set(d, log2_e), shift);
  const V n = hn::Sub(shifted, shift);
  const V r = fma(n, hn::Set(d, -ln2_low), fma(n, hn::Set(d, -ln2_high), x));
  const V r2 = hn::Mul(r, r);
  const V y = hn::Add(fma(r2, polynomial(d, r, r2, coefficients::exp), r), hn::Set(d, 1.0));
  const auto scale = hn::ShiftLeft<52>(hn::BitCast(du, shifted));
  return hn::IfThenElseZero(hn::Ge(x, hn::Set(d, exp_lowest)), hn::BitCast(d, hn::Add(hn::BitCast(du, y), scale)));
}

/// Hyperbolic tangent, NaN included. Error: 2.2 ULP.
template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  using namespace coefficients;
  const hn::RebindToUnsigned<D> du;
  const V shift = hn::Set(d, round_shift);
  const V most = hn::Set(d, tanh_most);
  const V magnitude = hn::Abs(x);
  const V a = hn::Add(magnitude, magnitude);
  const V t = hn::IfThenElse(hn::Gt(a, most), most, a);  // unlike Min, keeps NaN on every target
  const V shifted = fma(t, hn::Set(d, log2_e), shift);
  const V n = hn::Sub(shifted, shift);
  const V r = fma(n, hn::Set(d, -ln2_low), fma(n, hn::Set(d, -ln2_high), t));
  const V r2 = hn::Mul(r, r);
  const V one = hn::Set(d, 1.0);
  const V expm1_r = fma(r2, polynomial(d, r, r2, coefficients::exp), r);
  const V scale = hn::BitCast(d, hn::Add(hn::BitCast(du, one), hn::ShiftLeft<52>(hn::BitCast(du, shifted))));
  const V expm1 = fma(scale, expm1_r, hn::Sub(scale, one));
  return hn::CopySign(hn::Div(expm1, hn::Add(expm1, hn::Set(d, 2.0))), x);
}

/// Natural logarithm. Valid range: positive normal numbers. Error: 0.9 ULP.
template <class D, class V>
HWY_INLINE V log(D d, V x) {
  using namespace coefficients;
  const hn::RebindToUnsigned<D> du;
  const auto sqrt_half = hn::Set(du, 0x3FE6A09E00000000);  // x = 2^e m with m in about [sqrt(1/2), sqrt(2))
  const auto bits = hn::Add(hn::BitCast(du, x), hn::Set(du, 0x3FF0000000000000 - 0x3FE6A09E00000000));
  // The exponent becomes a double by standing in the low bits of 2^52.
  const V biased = hn::BitCast(d, hn::Or(hn::ShiftRight<52>(bits), hn::Set(du, 0x4330000000000000)));
  const V e = hn::Sub(biased, hn::Set(d, 0x1p52 + 1023));
  const V m = hn::BitCast(d, hn::Add(hn::And(bits, hn::Set(du, 0x000FFFFFFFFFFFFF)), sqrt_half));
  const V f = hn::Sub(m, hn::Set(d, 1.0));
  const V s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
  const V z = hn::Mul(s, s);
  const V half_f2 = hn::Mul(hn::Mul(hn::Set(d, 0.5), f), f);
  const V rest = fma(z, polynomial(d, z, hn::Mul(z, z), coefficients::log), half_f2);
  const V correction = fma(s, rest, hn::Mul(e, hn::Set(d, ln2_low)));
  return fma(e, hn::Set(d, ln2_high), hn::Sub(f, hn::Sub(half_f2, correction)));
}

/// sin and cos of 2 pi v. Valid range: |v| < 2^49. Error: 2.1 ULP for v in (0, 1) with 53 bits after the point.
template <class D, class V>
HWY_INLINE void sincos_turns(D d, V v, V& sin, V& cos) {
  using namespace coefficients;
  const hn::RebindToUnsigned<D> du;
  const V shift = hn::Set(d, round_shift);
  const V shifted = fma(v, hn::Set(d, 4.0), shift);
  const V t = fma(hn::Sub(shifted, shift), hn::Set(d, -0.25), v);
  const V z = hn::Mul(t, t);
  const V z2 = hn::Mul(z, z);
  const V s = hn::Mul(t, polynomial(d, z, z2, sin_turn));
  const V c = fma(z, polynomial(d, z, z2, cos_turn), hn::Set(d, 1.0));

  const auto quadrant = hn::BitCast(du, shifted);
  const auto one = hn::Set(du, 1);
  const auto sign = hn::Set(du, 0x8000000000000000);
  const auto swap = hn::RebindMask(d, hn::TestBit(quadrant, one));
  const auto sin_sign = hn::And(hn::ShiftLeft<62>(quadrant), sign);
  const auto cos_sign = hn::And(hn::ShiftLeft<62>(hn::Add(quadrant, one)), sign);
  sin = hn::Xor(hn::IfThenElse(swap, c, s), hn::BitCast(d, sin_sign));
  cos = hn::Xor(hn::IfThenElse(swap, s, c), hn::BitCast(d, cos_sign));
}

}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
