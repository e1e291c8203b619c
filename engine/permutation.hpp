// A keyed permutation of [0, n), computed and never stored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace trawl {

/// A pseudo-random permutation of 0 .. n-1 that depends on the key alone.
///
/// Method: a Feistel network on the smallest power of two 2^b >= n, its two parts of b/2 and b - b/2 bits changed in
///   turn, eight times (24 times up to n = 64, for few bits mix slowly); what lands outside [0, n) goes through again
///   (cycle walking).
/// Cost: O(1), fewer than two passes on average.
/// Source: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002.
class Permutation {
 public:
  Permutation(std::uint64_t n, std::uint64_t key);  ///< 1 <= n <= 2^63

  std::uint64_t operator()(std::uint64_t i) const;  ///< i < n

 private:
  std::uint64_t encrypt(std::uint64_t i) const;

  std::uint64_t n_;
  std::size_t rounds_;
  std::array<std::uint64_t, 24> round_keys_;
  int low_bits_;
  std::uint64_t low_mask_;
  std::uint64_t high_mask_;
};

}  // namespace trawl
