// Philox4x32-10, uniform and normal numbers on Highway vectors, one block a lane. Include inside a foreach_target file.
// Empty for HWY_SCALAR, which has no 32-bit halves of 64-bit lanes: random_reference.hpp serves there.

// Per-target include guard.
#if defined(TRAWL_ENGINE_RANDOM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef TRAWL_ENGINE_RANDOM_INL_H_
#undef TRAWL_ENGINE_RANDOM_INL_H_
#else
#define TRAWL_ENGINE_RANDOM_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {

/// What all blocks of a stream have in common: the keys of the ten rounds and the fixed words of the counter.
struct PhiloxSetup {
  PhiloxSetup(std::uint64_t seed, std::uint64_t index, std::uint32_t stream)
      : counter1(std::uint64_t{stream} << 16), counter2(index), counter3(index >> 32) {
    for (std::uint32_t round = 0; round < 10; ++round) {
      key0[round] = static_cast<std::uint32_t>(seed) + round * 0x9E3779B9;
      key1[round] = static_cast<std::uint32_t>(seed >> 32) + round * 0xBB67AE85;
    }
  }

  std::uint64_t counter1, counter2, counter3;
  std::uint64_t key0[10], key1[10];
};

/// Uniform in (0, 1) from the low halves of `low` and `high`, as RandomStream::uniform says.
template <class DU, class VU = hn::VFromD<DU>, class V = hn::VFromD<hn::RebindToFloat<DU>>>
HWY_INLINE V to_uniform(DU du, VU low, VU high) {
  const hn::RebindToFloat<DU> d;
  const hn::Repartition<std::uint32_t, DU> d32;
  const auto word = hn::BitCast(du, hn::OddEven(hn::BitCast(d32, hn::ShiftLeft<32>(high)), hn::BitCast(d32, low)));
  const auto in_1_2 = hn::Or(hn::ShiftRight<12>(word), hn::Set(du, 0x3FF0000000000000));
  return hn::Sub(hn::BitCast(d, in_1_2), hn::Set(d, 1 - 0x1p-53));
}

/// The two uniform numbers of each block. Words live in the low halves of 64-bit lanes; what is in the high halves
/// does not matter, because MulEven reads the low ones only.
template <class DU, class VU, class V>
HWY_INLINE void uniform_pair(DU du, const PhiloxSetup& setup, VU block, V& u, V& v) {
  const hn::Repartition<std::uint32_t, DU> d32;
  const auto times = [&](VU a, std::uint64_t b)
                         HWY_ATTR { return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, hn::Set(du, b))); };
  // The high word by a shift and by a shuffle in turn, which run on different ports.
  const auto shift_high = [&](VU a) HWY_ATTR { return hn::ShiftRight<32>(a); };
  const auto shuffle_high = [&](VU a) HWY_ATTR { return hn::BitCast(du, hn::DupOdd(hn::BitCast(d32, a))); };
  VU c0 = block;
  VU c1 = hn::Or(hn::ShiftRight<32>(block), hn::Set(du, setup.counter1));
  VU c2 = hn::Set(du, setup.counter2);
  VU c3 = hn::Set(du, setup.counter3);
  HWY_UNROLL(10)
  for (int round = 0; round < 10; ++round) {
    const VU p0 = times(c0, 0xD2511F53);
    const VU p1 = times(c2, 0xCD9E8D57);
    c0 = hn::Xor3(shift_high(p1), c1, hn::Set(du, setup.key0[round]));
    c1 = p1;
    c2 = hn::Xor3(shuffle_high(p0), c3, hn::Set(du, setup.key1[round]));
    c3 = p0;
  }
  u = to_uniform(du, c0, c1);
  v = to_uniform(du, c2, c3);
}

/// The two normal numbers of each block.
template <class DU, class VU, class V>
HWY_INLINE void normal_pair(DU du, const PhiloxSetup& setup, VU block, V& first, V& second) {
  const hn::RebindToFloat<DU> d;
  V u, v, sin, cos;
  uniform_pair(du, setup, block, u, v);
  const V radius = hn::Sqrt(hn::Mul(hn::Set(d, -2.0), log(d, u)));
  sincos_turns(d, v, sin, cos);
  first = hn::Mul(radius, cos);
  second = hn::Mul(radius, sin);
}

}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif  // per-target include guard
