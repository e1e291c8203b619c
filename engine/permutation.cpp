#include "engine/permutation.hpp"

#include <bit>

namespace trawl {

namespace {

// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of the result depends on all of x.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

Permutation::Permutation(std::uint64_t n, std::uint64_t key) : n_(n), rounds_(n <= 64 ? 24 : 8) {
  const auto bits = static_cast<int>(std::bit_width(n - 1));
  low_bits_ = bits / 2;
  low_mask_ = (std::uint64_t{1} << low_bits_) - 1;
  high_mask_ = (std::uint64_t{1} << (bits - low_bits_)) - 1;
  for (std::uint64_t& round_key : round_keys_) round_key = mix(key += 0x9e3779b97f4a7c15);
}

std::uint64_t Permutation::operator()(std::uint64_t i) const {
  do i = encrypt(i);
  while (i >= n_);
  return i;
}

std::uint64_t Permutation::encrypt(std::uint64_t i) const {
  std::uint64_t low = i & low_mask_;
  std::uint64_t high = i >> low_bits_;
  for (std::size_t round = 0; round < rounds_; round += 2) {
    high ^= mix(round_keys_[round] + low) & high_mask_;
    low ^= mix(round_keys_[round + 1] + high) & low_mask_;
  }
  return high << low_bits_ | low;
}

}  // namespace trawl
