// Mini-batches drawn without replacement.
#pragma once

#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>

#include "engine/random.hpp"

namespace trawl::studies::models {

/// Each batch is the first entries of a fresh permutation of 0 .. n-1. Not thread safe.
template <std::size_t n>
class Batches {
 public:
  /// Batches of `size` entries, at most n, by numbers from `stream` of `random`.
  Batches(const RandomStream& random, std::uint32_t stream, std::size_t size)
      : random_(random, stream), size_(size < n ? size : n) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  /// Valid until the next call. A batch of all n is 0 .. n-1 in order and uses no random number.
  std::span<const std::size_t> next() {
    if (size_ < n)
      for (std::size_t i = 0; i < size_; ++i) std::swap(order_[i], order_[i + random_.below(n - i)]);
    return std::span(order_).first(size_);
  }

 private:
  RandomSequence random_;
  std::size_t size_;
  std::array<std::size_t, n> order_;
};

}  // namespace trawl::studies::models
