// Sums whose bits do not depend on the vector width.
#pragma once

#include <cstddef>

namespace trawl::studies {

/// Eight running sums, number i % 8 for values[i], then a tree: the same bits whatever the vector width. The array
/// must have room for `count` rounded up to a multiple of 8.
double sum(const double* values, std::size_t count);
double sum_of_squares(const double* values, std::size_t count);

}  // namespace trawl::studies
