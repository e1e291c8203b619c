// The scalar products of each pair's d rows with the pair's own vector, and their gradient.
//
// Sums over hidden units run in 8 lanes, added in a fixed order: the bits do not depend on the vector width.
#pragma once

#include <cstddef>

namespace trawl::studies::gelu_factor {

/// rows is pairs x d x hidden, mixed is pairs x hidden, offset has `pairs` elements, y is pairs x d.
struct RowShape {
  std::size_t pairs;
  std::size_t d;
  std::size_t hidden;
};

/// y[n][i] = rows[n][i] . mixed[n] + offset[n].
void row_products(const RowShape& shape, const double* rows, const double* mixed, const double* offset, double* y);

/// From the gradient dy of y and rows that are the output of a ReLU:
/// mixed_grad[n] = sum over i of dy[n][i] rows[n][i], offset_grad[n] = sum over i of dy[n][i], and in place of
/// rows[n][i] the gradient before the ReLU, dy[n][i] mixed[n] where rows[n][i] > 0 and 0 elsewhere.
void row_products_gradient(const RowShape& shape, const double* dy, const double* mixed, double* rows,
                           double* mixed_grad, double* offset_grad);

}  // namespace trawl::studies::gelu_factor
