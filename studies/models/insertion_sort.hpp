// Sorting a handful of items in place.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace trawl::studies::models {

/// Stable. For the few items that it is meant for, std::sort is slower, and GCC 12 warns of its branch for many.
template <class T, class Less = std::less<T>>
void insertion_sort(std::span<T> items, Less less = {}) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    for (std::size_t k = i; k > 0 && less(items[k], items[k - 1]); --k) std::swap(items[k], items[k - 1]);
  }
}

}  // namespace trawl::studies::models
