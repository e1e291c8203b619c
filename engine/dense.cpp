#include "engine/dense.hpp"

#include <algorithm>

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/dense.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

#ifndef TRAWL_ENGINE_DENSE_ONCE_
#define TRAWL_ENGINE_DENSE_ONCE_
namespace trawl {

/// c[i][j] = activation(initial[i][j] + sum over k of a[i][k] b[k][j]): every product of a layer is one of these.
struct MatrixProduct {
  std::size_t rows;
  std::size_t inner;
  std::size_t columns;
  const double* a;  ///< a[i][k] is a[i * a_row + k * a_inner], so that a may be a transposed matrix or a constant
  std::size_t a_row;
  std::size_t a_inner;
  const double* b;        ///< inner x columns
  const double* initial;  ///< initial[i][j] is initial[i * initial_row + j]; null: 0
  std::size_t initial_row;
  double* c;              ///< rows x columns; may be `initial`
  Activation activation;  ///< tanh is applied afterwards, by dense_forward
};

}  // namespace trawl
#endif

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

using FullTag = hn::ScalableTag<double>;
constexpr std::size_t full_lanes = hn::MaxLanes(FullTag());

// Accumulators that stay in registers: 24 of AVX-512's 32, 8 of the 16 that other targets have. Both are enough to
// hide the latency of the multiply-add.
constexpr std::size_t accumulators = full_lanes == 8 ? 24 : 8;
constexpr std::size_t max_tile_rows = full_lanes == 8 ? 8 : 4;

template <class D, class V>
HWY_INLINE V relu(D d, V x) {
  return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x);  // unlike Max, keeps NaN on every target
}

/// Rows [i, i + rows) of c, columns [j, j + vectors * lanes of the tag).
template <std::size_t rows, std::size_t vectors, class D>
HWY_INLINE void tile(D d, const MatrixProduct& p, std::size_t i, std::size_t j) {
  constexpr std::size_t lanes = hn::MaxLanes(d);
  hn::Vec<D> sum[rows][vectors];
  HWY_UNROLL(8)
  for (std::size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v)
      sum[r][v] =
          p.initial == nullptr ? hn::Zero(d) : hn::LoadU(d, p.initial + (i + r) * p.initial_row + j + v * lanes);
  }
  const double* a = p.a + i * p.a_row;
  const double* b = p.b + j;
  for (std::size_t k = 0; k < p.inner; ++k, a += p.a_inner, b += p.columns) {
    hn::Vec<D> b_k[vectors];
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) b_k[v] = hn::LoadU(d, b + v * lanes);
    HWY_UNROLL(8)
    for (std::size_t r = 0; r < rows; ++r) {
      const auto a_k = hn::Set(d, a[r * p.a_row]);
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < vectors; ++v) sum[r][v] = fma(a_k, b_k[v], sum[r][v]);
    }
  }
  HWY_UNROLL(8)
  for (std::size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v)
      hn::StoreU(p.activation == Activation::relu ? relu(d, sum[r][v]) : sum[r][v], d,
                 p.c + (i + r) * p.columns + j + v * lanes);
  }
}

/// Rows [begin, end) of c, a multiple of `rows`, columns [j, p.columns): strips of `vectors` vectors, then of one, then
/// of narrower ones. A strip of b is used by all rows before the next one, so that it stays in the nearest cache.
template <std::size_t rows, std::size_t vectors, class D>
void column_strips(D d, const MatrixProduct& p, std::size_t begin, std::size_t end, std::size_t j) {
  constexpr std::size_t width = vectors * hn::MaxLanes(d);
  for (; j + width <= p.columns; j += width)
    for (std::size_t i = begin; i < end; i += rows) tile<rows, vectors>(d, p, i, j);
  if constexpr (vectors > 1) {
    column_strips<rows, 1>(d, p, begin, end, j);
  } else if constexpr (hn::MaxLanes(d) > 1) {
    column_strips<rows, 1>(hn::Half<D>(), p, begin, end, j);
  }
}

/// Rows [i, p.rows) of c: as many tiles of `rows` rows as there is room for, then lower ones.
template <std::size_t rows>
void row_tiles(const MatrixProduct& p, std::size_t i) {
  const std::size_t end = i + (p.rows - i) / rows * rows;
  if (i < end) column_strips<rows, std::min<std::size_t>(accumulators / rows, 8)>(FullTag(), p, i, end, 0);
  if constexpr (rows > 1) row_tiles<rows / 2>(p, end);
}

void multiply(const MatrixProduct& p) {
  row_tiles<max_tile_rows>(p, 0);
}

template <class D>
HWY_INLINE void mask_lanes(D d, const double* y, double* dy) {
  hn::StoreU(hn::IfThenElseZero(hn::Gt(hn::LoadU(d, y), hn::Zero(d)), hn::LoadU(d, dy)), d, dy);
}

void mask_by_sign(std::size_t size, const double* y, double* dy) {
  std::size_t i = 0;
  for (; i + full_lanes <= size; i += full_lanes) mask_lanes(FullTag(), y + i, dy + i);
  for (; i < size; ++i) mask_lanes(hn::CappedTag<double, 1>(), y + i, dy + i);
}

template <class D>
HWY_INLINE void tanh_lanes(D d, double* y) {
  hn::StoreU(tanh(d, hn::LoadU(d, y)), d, y);
}

void tanh_in_place(std::size_t size, double* y) {
  std::size_t i = 0;
  for (; i + full_lanes <= size; i += full_lanes) tanh_lanes(FullTag(), y + i);
  for (; i < size; ++i) tanh_lanes(hn::CappedTag<double, 1>(), y + i);
}

template <class D>
HWY_INLINE void tanh_gradient_lanes(D d, const double* y, double* dy) {
  const auto value = hn::LoadU(d, y);
  const auto slope = fma(hn::Neg(value), value, hn::Set(d, 1.0));
  hn::StoreU(hn::Mul(hn::LoadU(d, dy), slope), d, dy);
}

void scale_by_tanh_slope(std::size_t size, const double* y, double* dy) {
  std::size_t i = 0;
  for (; i + full_lanes <= size; i += full_lanes) tanh_gradient_lanes(FullTag(), y + i, dy + i);
  for (; i < size; ++i) tanh_gradient_lanes(hn::CappedTag<double, 1>(), y + i, dy + i);
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {
namespace {

HWY_EXPORT(multiply);
HWY_EXPORT(mask_by_sign);
HWY_EXPORT(tanh_in_place);
HWY_EXPORT(scale_by_tanh_slope);

/// Strips of rows: each column of a strip is one cache line of `to`, and the strip's lines of `from` stay at hand.
void transpose(std::size_t rows, std::size_t columns, const double* from, double* to) {
  constexpr std::size_t strip = 8;
  std::size_t i = 0;
  for (; i + strip <= rows; i += strip)
    for (std::size_t j = 0; j < columns; ++j)
      for (std::size_t k = 0; k < strip; ++k) to[j * rows + i + k] = from[(i + k) * columns + j];
  for (; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
}

}  // namespace

void dense_forward(const DenseShape& shape, const double* x, const double* w, const double* b, double* y,
                   Activation activation) {
  HWY_DYNAMIC_DISPATCH(multiply)
  ({.rows = shape.rows,
    .inner = shape.inputs,
    .columns = shape.outputs,
    .a = x,
    .a_row = shape.inputs,
    .a_inner = 1,
    .b = w,
    .initial = b,
    .initial_row = 0,
    .c = y,
    .activation = activation});
  if (activation == Activation::tanh) HWY_DYNAMIC_DISPATCH(tanh_in_place)(shape.rows * shape.outputs, y);
}

void dense_weight_gradient(const DenseShape& shape, const double* x, const double* dy, double* dw, double* db) {
  MatrixProduct product = {.rows = shape.inputs,
                           .inner = shape.rows,
                           .columns = shape.outputs,
                           .a = x,
                           .a_row = 1,
                           .a_inner = shape.inputs,
                           .b = dy,
                           .initial = nullptr,
                           .initial_row = 0,
                           .c = dw,
                           .activation = Activation::identity};
  HWY_DYNAMIC_DISPATCH(multiply)(product);
  if (db == nullptr) return;
  constexpr double one = 1;  // the bias is the weight of an input that is always 1
  product.rows = 1;
  product.a = &one;
  product.a_inner = 0;
  product.c = db;
  HWY_DYNAMIC_DISPATCH(multiply)(product);
}

void dense_input_gradient(const DenseShape& shape, const double* dy, const double* w, double* dx, double* scratch,
                          Store store) {
  transpose(shape.inputs, shape.outputs, w, scratch);
  HWY_DYNAMIC_DISPATCH(multiply)
  ({.rows = shape.rows,
    .inner = shape.outputs,
    .columns = shape.inputs,
    .a = dy,
    .a_row = shape.outputs,
    .a_inner = 1,
    .b = scratch,
    .initial = store == Store::add ? dx : nullptr,
    .initial_row = shape.inputs,
    .c = dx,
    .activation = Activation::identity});
}

void relu_gradient(std::size_t size, const double* y, double* dy) {
  HWY_DYNAMIC_DISPATCH(mask_by_sign)(size, y, dy);
}

void tanh_gradient(std::size_t size, const double* y, double* dy) {
  HWY_DYNAMIC_DISPATCH(scale_by_tanh_slope)(size, y, dy);
}

}  // namespace trawl
#endif
