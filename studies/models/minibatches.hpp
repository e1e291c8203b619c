// Passes through a data set in mini-batches, each pass in a new random order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "engine/random.hpp"

namespace trawl::studies {

/// The order in which samples are taken.
class Minibatches {
 public:
  /// Up to `batch` of `samples` samples at a time; both at least 1.
  Minibatches(std::size_t samples, std::size_t batch, RandomSequence random)
      : batch_(std::min(samples, batch)), random_(random), order_(samples) {
    std::iota(order_.begin(), order_.end(), 0u);
  }

  std::size_t largest() const { return batch_; }

  /// One pass: calls step(chosen) with each mini-batch; the last holds what remains.
  template <class Step>
  void epoch(const Step& step) {
    random_.shuffle(std::span(order_));
    for (std::size_t first = 0; first < order_.size(); first += batch_)
      step(std::span<const std::uint32_t>(order_).subspan(first, std::min(batch_, order_.size() - first)));
  }

 private:
  std::size_t batch_;
  RandomSequence random_;
  std::vector<std::uint32_t> order_;
};

/// Copies the chosen rows, `width` numbers each, to `to`.
inline void gather_rows(const double* from, std::size_t width, std::span<const std::uint32_t> chosen, double* to) {
  for (const std::size_t row : chosen) to = std::copy_n(from + row * width, width, to);
}

}  // namespace trawl::studies
