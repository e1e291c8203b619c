#include "engine/random.hpp"

#include <cmath>

#include "engine/elementary.hpp"

namespace trawl {
namespace {

struct Pair {
  double first;
  double second;
};

std::uint64_t half_block(const std::array<std::uint32_t, 4>& words, int half) {
  return words[2 * half] | std::uint64_t{words[2 * half + 1]} << 32;
}

double to_uniform(std::uint64_t word) {
  return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52;
}

Pair uniform_pair(const std::array<std::uint32_t, 4>& words) {
  return {to_uniform(half_block(words, 0)), to_uniform(half_block(words, 1))};
}

Pair normal_pair(const Pair& uniform) {
  const double radius = std::sqrt(-2.0 * elementary::log(uniform.first));
  const auto [sin, cos] = elementary::sincos_turns(uniform.second);
  return {radius * cos, radius * sin};
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ull * counter[0];
    const std::uint64_t p1 = 0xCD9E8D57ull * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

std::array<std::uint32_t, 4> RandomStream::block(std::uint32_t stream, std::uint64_t block) const {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  return philox4x32({low(block), low(block >> 32) | stream << 16, low(index_), low(index_ >> 32)},
                    {low(seed_), low(seed_ >> 32)});
}

void RandomStream::uniform(std::uint32_t stream, std::uint64_t first, std::span<double> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Pair pair = uniform_pair(block(stream, (first + i) / 2));
    out[i] = (first + i) % 2 == 0 ? pair.first : pair.second;
  }
}

void RandomStream::normal(std::uint32_t stream, std::uint64_t first, std::span<double> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Pair pair = normal_pair(uniform_pair(block(stream, (first + i) / 2)));
    out[i] = (first + i) % 2 == 0 ? pair.first : pair.second;
  }
}

std::uint64_t RandomSequence::next_word() {
  if (position_ % 2 == 0) words_ = random_.block(stream_, position_ / 2);
  return half_block(words_, static_cast<int>(position_++ % 2));
}

double RandomSequence::uniform() {
  return to_uniform(next_word());
}

double RandomSequence::normal() {
  const double first = uniform();
  return normal_pair({first, uniform()}).first;
}

std::uint64_t RandomSequence::below(std::uint64_t n) {
  // Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019): the high word of word * n, with
  // the low words that would make some values more likely rejected.
  const std::uint64_t threshold = -n % n;
  for (;;) {
    const auto product = static_cast<unsigned __int128>(next_word()) * n;
    if (static_cast<std::uint64_t>(product) >= threshold) return static_cast<std::uint64_t>(product >> 64);
  }
}

}  // namespace trawl
