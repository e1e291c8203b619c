// Philox4x32-10 random numbers, addressed by (seed, task, stream, draw): nothing else can change them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace trawl {

/// One Philox4x32-10 block: four 32-bit words from a 128-bit counter and a 64-bit key.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// The random numbers of one task: independent streams 0 .. 65279, each an array of 2^49 draws that can be read at
/// any position. A value type without state; any thread may use it.
///
/// Key: (low, high) word of the seed. Counter of block b of stream s of index i:
///   (b bits 0..31, b bits 32..47 | s << 16, i bits 0..31, i bits 32..63).
/// Each block gives draws 2b and 2b+1. Streams from 65280 on are the engine's own (sampled designs).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t index) : seed_(seed), index_(index) {}

  std::uint64_t seed() const { return seed_; }
  std::uint64_t index() const { return index_; }

  /// The four words of block `block` of `stream`.
  std::array<std::uint32_t, 4> block(std::uint32_t stream, std::uint64_t block) const;

  /// Draws [first, first + out.size()) of `stream`, uniform in the open interval (0, 1), 52 bits each:
  /// (k + 1/2) / 2^52 with k the top 52 bits of a 64-bit half block.
  void uniform(std::uint32_t stream, std::uint64_t first, std::span<double> out) const;

  /// Draws [first, first + out.size()) of `stream`, standard normal: Box-Muller on the two uniforms (u, v) of a
  /// block gives draws 2b and 2b+1 as sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v).
  void normal(std::uint32_t stream, std::uint64_t first, std::span<double> out) const;

 private:
  std::uint64_t seed_;
  std::uint64_t index_;
};

/// Reads one stream in order, for code that draws one number at a time. Not thread safe.
class RandomSequence {
 public:
  RandomSequence(RandomStream random, std::uint32_t stream) : random_(random), stream_(stream) {}

  double uniform();                      ///< in (0, 1)
  double normal();                       ///< N(0, 1)
  std::uint64_t below(std::uint64_t n);  ///< uniform on 0 .. n-1 without bias; n > 0

  /// Fisher-Yates, from the last element down.
  template <class T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      const auto j = static_cast<std::size_t>(below(i));
      const T held = values[i - 1];
      values[i - 1] = values[j];
      values[j] = held;
    }
  }

 private:
  std::uint64_t next_word();

  RandomStream random_;
  std::uint32_t stream_;
  std::uint64_t position_ = 0;  ///< 64-bit halves of blocks used so far
  std::array<std::uint32_t, 4> words_{};
};

}  // namespace trawl
