#include "engine/random.hpp"

#include "engine/random_reference.hpp"

namespace trawl {
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

std::uint64_t RandomSequence::next_word() {
  if (position_ % 2 == 0) words_ = random_.block(stream_, position_ / 2);
  return reference::half_block(words_, position_++ % 2);
}

double RandomSequence::uniform() {
  return reference::to_uniform(next_word());
}

double RandomSequence::normal() {
  const double first = uniform();
  return reference::normal_pair(first, uniform()).first;
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
