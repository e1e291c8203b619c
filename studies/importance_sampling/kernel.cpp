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

}  // namespace
}  // namespace trawl::studies::importance::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::importance {

HWY_EXPORT(weights);
HWY_EXPORT(weighted_integrand);

void weights(const WeightedIntegrand& x, const double* z, std::size_t count, double* weights) {
  HWY_DYNAMIC_DISPATCH(weights)(x, z, count, weights);
}

void weighted_integrand(const WeightedIntegrand& x, const double* z, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(weighted_integrand)(x, z, count, values);
}

}  // namespace trawl::studies::importance
#endif
