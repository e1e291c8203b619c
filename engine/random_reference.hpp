// From random words to numbers, one at a time: the plain reference for random-inl.h, bit for bit.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/elementary.hpp"
#include "engine/random.hpp"

namespace trawl::reference {

/// The 64-bit half, 0 or 1, of a block.
inline std::uint64_t half_block(const std::array<std::uint32_t, 4>& words, std::uint64_t half) {
  return words[2 * half] | std::uint64_t{words[2 * half + 1]} << 32;
}

inline double to_uniform(std::uint64_t word) {
  return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
}

struct NormalPair {
  double first;
  double second;
};

/// Box-Muller.
inline NormalPair normal_pair(double u, double v) {
  const double radius = std::sqrt(-2.0 * elementary::log(u));
  const auto [sin, cos] = elementary::sincos_turns(v);
  return {radius * cos, radius * sin};
}

inline void uniform(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto words = random.block(stream, (first + i) / 2);
    out[i] = to_uniform(half_block(words, (first + i) % 2));
  }
}

inline void normal(const RandomStream& random, std::uint32_t stream, std::uint64_t first, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto words = random.block(stream, (first + i) / 2);
    const NormalPair pair = normal_pair(to_uniform(half_block(words, 0)), to_uniform(half_block(words, 1)));
    out[i] = (first + i) % 2 == 0 ? pair.first : pair.second;
  }
}

}  // namespace trawl::reference
