#include "studies/reparam_gradient/kernel.hpp"

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/reparam_gradient/kernel.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::reparam::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace math = trawl::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::VFromD<D>;

/// values[i] = term(z, x, sin x, cos x).
template <class Term>
HWY_INLINE void for_each_draw(const Place& at, const double* z, std::size_t count, double* values, Term term) {
  const D d;
  const V mean = hn::Set(d, at.mean), sd = hn::Set(d, at.sd);
  const V turns = hn::Set(d, 0x1.45f306dc9c883p-3);  // 1 / (2 pi)
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const V zi = hn::LoadU(d, z + i);
    const V x = math::fma(sd, zi, mean);
    V sin, cos;
    math::sincos_turns(d, hn::Mul(x, turns), sin, cos);
    hn::StoreU(term(zi, x, sin, cos), d, values + i);
  }
}

void function_terms(const Place& at, const double* z, std::size_t count, double* values) {
  for_each_draw(at, z, count, values, [](V, V x, V sin, V) HWY_ATTR { return math::fma(x, x, sin); });
}

void reparameterised_terms(const Place& at, const double* z, std::size_t count, double* values) {
  const D d;
  const V sd = hn::Set(d, at.sd), slope = hn::Set(d, at.mean_slope);
  for_each_draw(at, z, count, values, [=](V zi, V x, V, V cos) HWY_ATTR {
    return hn::Mul(hn::Add(hn::Add(x, x), cos), math::fma(sd, zi, slope));
  });
}

void score_terms(const Place& at, double baseline, const double* z, std::size_t count, double* values) {
  const D d;
  const V slope = hn::Set(d, at.mean_slope / at.sd), minus_one = hn::Set(d, -1.0), shift = hn::Set(d, baseline);
  for_each_draw(at, z, count, values, [=](V zi, V x, V sin, V) HWY_ATTR {
    const V score = math::fma(hn::Add(zi, slope), zi, minus_one);
    return hn::Mul(hn::Sub(math::fma(x, x, sin), shift), score);
  });
}

}  // namespace
}  // namespace trawl::studies::reparam::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cmath>

namespace trawl::studies::reparam {

HWY_EXPORT(function_terms);
HWY_EXPORT(reparameterised_terms);
HWY_EXPORT(score_terms);

Place::Place(double phi) : mean(phi * phi * phi), sd(std::exp(phi)), mean_slope(3 * phi * phi) {}

void function_terms(const Place& at, const double* z, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(function_terms)(at, z, count, values);
}

void reparameterised_terms(const Place& at, const double* z, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(reparameterised_terms)(at, z, count, values);
}

void score_terms(const Place& at, double baseline, const double* z, std::size_t count, double* values) {
  HWY_DYNAMIC_DISPATCH(score_terms)(at, baseline, z, count, values);
}

}  // namespace trawl::studies::reparam
#endif
