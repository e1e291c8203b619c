// RandomStream::uniform and RandomStream::normal, vectorised.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/random.hpp"
#include "engine/random_reference.hpp"
#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/random_bulk.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/random-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR

void uniform(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  reference::uniform(random, stream, first, out);
}

void normal(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  reference::normal(random, stream, first, out);
}

#else

using D = hn::CappedTag<double, 8>;
using V = hn::VFromD<D>;
using DU = hn::RebindToUnsigned<D>;
using VU = hn::VFromD<DU>;
using MakePair = void (*)(DU, const PhiloxSetup&, VU, V&, V&);

/// Draws [first, first + out.size()): two vectors of blocks at a time straight into `out`, so that their latencies
/// overlap; an odd head and the tail through a buffer.
template <MakePair make_pair>
HWY_INLINE void fill(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  const D d;
  const DU du;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  const PhiloxSetup setup(random.seed(), random.index(), stream);

  // Lanes hold blocks in the order 0, N/2, 1, N/2 + 1, ..., for which interleaving neighbours gives draws in order.
  std::uint64_t order[lanes];
  for (std::size_t i = 0; i < lanes; ++i) order[i] = first / 2 + i / 2 + i % 2 * (lanes / 2);
  VU block = hn::LoadU(du, order);
  const VU one_vector = hn::Set(du, lanes);
  const VU two_vectors = hn::Set(du, 2 * lanes);
  const auto store = [&](V even, V odd, double* to) HWY_ATTR {
    hn::StoreU(hn::InterleaveLower(d, even, odd), d, to);
    hn::StoreU(hn::InterleaveUpper(d, even, odd), d, to + lanes);
  };

  std::size_t skip = first % 2;
  while (!out.empty()) {
    V even, odd;
    std::size_t taken = 4 * lanes;
    if (skip == 0 && out.size() >= taken) {
      V next_even, next_odd;
      make_pair(du, setup, block, even, odd);
      make_pair(du, setup, hn::Add(block, one_vector), next_even, next_odd);
      block = hn::Add(block, two_vectors);
      store(even, odd, out.data());
      store(next_even, next_odd, out.data() + 2 * lanes);
    } else {
      double buffer[2 * lanes];
      make_pair(du, setup, block, even, odd);
      block = hn::Add(block, one_vector);
      store(even, odd, buffer);
      taken = std::min(2 * lanes - skip, out.size());
      std::copy_n(buffer + skip, taken, out.data());
      skip = 0;
    }
    out = out.subspan(taken);
  }
}

void uniform(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  fill<&uniform_pair<DU, VU, V> >(random, stream, first, out);
}

void normal(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  fill<&normal_pair<DU, VU, V> >(random, stream, first, out);
}

#endif

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {

HWY_EXPORT(uniform);
HWY_EXPORT(normal);

void RandomStream::uniform(std::uint32_t stream, std::uint64_t first, std::span<double> out) const {
  HWY_DYNAMIC_DISPATCH(trawl::uniform)(*this, stream, first, out);
}

void RandomStream::normal(std::uint32_t stream, std::uint64_t first, std::span<double> out) const {
  HWY_DYNAMIC_DISPATCH(trawl::normal)(*this, stream, first, out);
}

}  // namespace trawl
#endif
