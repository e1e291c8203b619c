#include "engine/softmax_rows.hpp"

#include <algorithm>
#include <cmath>

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/softmax_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE void exp_lanes(D d, double* x) {
  hn::StoreU(exp(d, hn::LoadU(d, x)), d, x);
}

void exp_in_place(std::size_t size, double* x) {
  const hn::ScalableTag<double> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= size; i += hn::Lanes(d)) exp_lanes(d, x + i);
  for (; i < size; ++i) exp_lanes(hn::CappedTag<double, 1>(), x + i);
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {
namespace {

HWY_EXPORT(exp_in_place);

/// The largest of a row; NaN if any is infinite or NaN.
double largest_of(std::size_t classes, const double* z) {
  double largest = z[0], total = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    largest = std::max(largest, z[k]);
    total += z[k];
  }
  return largest + 0 * total;
}

}  // namespace

void exp_in_place(std::span<double> x) {
  HWY_DYNAMIC_DISPATCH(exp_in_place)(x.size(), x.data());
}

void softmax_rows(std::size_t rows, std::size_t classes, const double* z, double* p, double* log_sums) {
  for (std::size_t n = 0; n < rows; ++n) {
    log_sums[n] = largest_of(classes, z + n * classes);
    for (std::size_t k = n * classes; k < (n + 1) * classes; ++k) p[k] = z[k] - log_sums[n];
  }
  HWY_DYNAMIC_DISPATCH(exp_in_place)(rows * classes, p);
  for (std::size_t n = 0; n < rows; ++n) {
    double* const row = p + n * classes;
    double sum = 0;
    for (std::size_t k = 0; k < classes; ++k) sum += row[k];
    const double scale = 1 / sum;
    for (std::size_t k = 0; k < classes; ++k) row[k] *= scale;
    log_sums[n] += std::log(sum);
  }
}

}  // namespace trawl
#endif
