#include "studies/models/lane_sums.hpp"

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/models/lane_sums.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;

template <class Map>
HWY_INLINE double lane_sum(const double* values, std::size_t count, Map map) {
  const D d;
  double lanes[8];
  for (std::size_t lane = 0; lane < 8; lane += hn::Lanes(d)) {
    auto total = hn::Zero(d);
    std::size_t i = lane;
    for (; i + hn::Lanes(d) <= count; i += 8) total = hn::Add(total, map(hn::LoadU(d, values + i)));
    if (i < count) total = hn::Add(total, hn::IfThenElseZero(hn::FirstN(d, count - i), map(hn::LoadU(d, values + i))));
    hn::StoreU(total, d, lanes + lane);
  }
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

double sum(const double* values, std::size_t count) {
  return lane_sum(values, count, [](auto value) HWY_ATTR { return value; });
}

double sum_of_squares(const double* values, std::size_t count) {
  return lane_sum(values, count, [](auto value) HWY_ATTR { return hn::Mul(value, value); });
}

}  // namespace
}  // namespace trawl::studies::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies {

HWY_EXPORT(sum);
HWY_EXPORT(sum_of_squares);

double sum(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum)(values, count);
}

double sum_of_squares(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_of_squares)(values, count);
}

}  // namespace trawl::studies
#endif
