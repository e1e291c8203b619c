#include "studies/gelu_factor/row_products.hpp"

#include <algorithm>

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/gelu_factor/row_products.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

using RowShape = studies::gelu_factor::RowShape;
using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
constexpr D d;
constexpr std::size_t lanes = hn::MaxLanes(d);
constexpr std::size_t dot_lanes = 8;

double dot(const double* a, const double* b, std::size_t size) {
  V sum[dot_lanes / lanes];
  HWY_UNROLL(8)
  for (V& part : sum) part = hn::Zero(d);
  std::size_t i = 0;
  for (; i + dot_lanes <= size; i += dot_lanes) {
    HWY_UNROLL(8)
    for (std::size_t p = 0; p < dot_lanes / lanes; ++p)
      sum[p] = fma(hn::LoadU(d, a + i + p * lanes), hn::LoadU(d, b + i + p * lanes), sum[p]);
  }
  HWY_ALIGN double s[dot_lanes];
  HWY_UNROLL(8)
  for (std::size_t p = 0; p < dot_lanes / lanes; ++p) hn::Store(sum[p], d, s + p * lanes);
  for (std::size_t k = 0; i + k < size; ++k) s[k] = std::fma(a[i + k], b[i + k], s[k]);
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

void products(const RowShape& shape, const double* rows, const double* mixed, const double* offset, double* y) {
  for (std::size_t n = 0; n < shape.pairs; ++n)
    for (std::size_t i = n * shape.d; i < (n + 1) * shape.d; ++i)
      y[i] = dot(rows + i * shape.hidden, mixed + n * shape.hidden, shape.hidden) + offset[n];
}

/// One pair's units [k, k + lanes of the tag).
template <class Tag>
HWY_INLINE void unit_gradients(Tag tag, const RowShape& shape, std::size_t k, const double* dy, const double* mixed,
                               double* rows, double* mixed_grad) {
  const auto factor = hn::LoadU(tag, mixed + k);
  auto sum = hn::Zero(tag);
  for (std::size_t i = 0; i < shape.d; ++i) {
    double* const row = rows + i * shape.hidden + k;
    const auto active = hn::LoadU(tag, row);
    const auto dy_i = hn::Set(tag, dy[i]);
    sum = fma(dy_i, active, sum);
    hn::StoreU(hn::IfThenElseZero(hn::Gt(active, hn::Zero(tag)), hn::Mul(dy_i, factor)), tag, row);
  }
  hn::StoreU(sum, tag, mixed_grad + k);
}

void gradients(const RowShape& shape, const double* dy, const double* mixed, double* rows, double* mixed_grad,
               double* offset_grad) {
  for (std::size_t n = 0; n < shape.pairs; ++n) {
    std::size_t k = 0;
    for (; k + lanes <= shape.hidden; k += lanes) unit_gradients(d, shape, k, dy, mixed, rows, mixed_grad);
    for (; k < shape.hidden; ++k) unit_gradients(hn::CappedTag<double, 1>(), shape, k, dy, mixed, rows, mixed_grad);
    offset_grad[n] = 0;
    for (std::size_t i = 0; i < shape.d; ++i) offset_grad[n] += dy[i];
    dy += shape.d;
    mixed += shape.hidden;
    rows += shape.d * shape.hidden;
    mixed_grad += shape.hidden;
  }
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {
namespace {

HWY_EXPORT(products);
HWY_EXPORT(gradients);

}  // namespace

namespace studies::gelu_factor {

void row_products(const RowShape& shape, const double* rows, const double* mixed, const double* offset, double* y) {
  HWY_DYNAMIC_DISPATCH(products)(shape, rows, mixed, offset, y);
}

void row_products_gradient(const RowShape& shape, const double* dy, const double* mixed, double* rows,
                           double* mixed_grad, double* offset_grad) {
  HWY_DYNAMIC_DISPATCH(gradients)(shape, dy, mixed, rows, mixed_grad, offset_grad);
}

}  // namespace studies::gelu_factor
}  // namespace trawl
#endif
