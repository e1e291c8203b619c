#include "studies/importance_sampling/kernel.hpp"

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/importance_sampling/kernel.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::importance::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace math = trawl::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;

void weights(const WeightedIntegrand& x, const double* z, std::size_t count, double* weights) {
  const D d;
  const auto a = hn::Set(d, x.a), b = hn::Set(d, x.b), c = hn::Set(d, x.c);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto zi = hn::LoadU(d, z + i);
    hn::StoreU(math::exp(d, math::fma(math::fma(a, zi, b), zi, c)), d, weights + i);
  }
}

void weighted_integrand(const WeightedIntegrand& x, const double* z, std::size_t count, double* values) {
  const D d;
  const auto a = hn::Set(d, x.a), b = hn::Set(d, x.b), c = hn::Set(d, x.c);
  const auto sd = hn::Set(d, x.sd), offset = hn::Set(d, x.offset);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto zi = hn::LoadU(d, z + i);
    const auto distance = math::fma(sd, zi, offset);
    const auto square = hn::Mul(distance, distance);
    const auto log_weight = math::fma(math::fma(a, zi, b), zi, c);
    hn::StoreU(math::exp(d, math::fma(hn::Neg(square), square, log_weight)), d, values + i);
  }
}

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
}  // namespace trawl::studies::importance::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::importance {

HWY_EXPORT(weights);
HWY_EXPORT(weighted_integrand);
HWY_EXPORT(sum);
HWY_EXPORT(sum_of_squares);

void weights(const WeightedIntegrand& x, const double* z, std::size_t count, double* weights) {
  HWY_DYNAMIC_DISPATCH(weights)(x, z, count, weights);
}

void weighted_integrand(const WeightedIntegrand& x, const double* z, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(weighted_integrand)(x, z, count, values);
}

double sum(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum)(values, count);
}

double sum_of_squares(const double* values, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(sum_of_squares)(values, count);
}

}  // namespace trawl::studies::importance
#endif
