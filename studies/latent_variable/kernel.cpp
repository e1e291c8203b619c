#include "studies/latent_variable/kernel.hpp"

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/latent_variable/kernel.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include <cmath>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::latent::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace math = trawl::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::VFromD<D>;

/// The operations of slopes() in model.cpp.
HWY_INLINE void map_vector(const Map& map, V z, V& f1, V& f2) {
  const D d;
  V sin, cos;
  math::sincos_turns(d, math::fma(z, hn::Set(d, Map::rate1 * Map::inverse_turn), hn::Set(d, Map::offset1)), sin, cos);
  f1 = hn::Mul(hn::Set(d, 0.5), math::exp(d, sin));
  math::sincos_turns(d, math::fma(z, hn::Set(d, Map::rate2 * Map::inverse_turn), hn::Set(d, map.offset2)), sin, f2);
}

void map_points(const Map& map, const double* z, std::size_t count, double* f1, double* f2) {
  const D d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    V first, second;
    map_vector(map, hn::LoadU(d, z + i), first, second);
    hn::StoreU(first, d, f1 + i);
    hn::StoreU(second, d, f2 + i);
  }
}

double log_joint(const Point& x, double half_precision, const double* f1, const double* f2, const double* log_prior,
                 std::size_t count, double* out) {
  const D d;
  const V x1 = hn::Set(d, x.x1), x2 = hn::Set(d, x.x2), scale = hn::Set(d, -half_precision);
  V largest = hn::Set(d, -HUGE_VAL);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const V d1 = hn::Sub(x1, hn::LoadU(d, f1 + i));
    const V d2 = hn::Sub(x2, hn::LoadU(d, f2 + i));
    const V log = math::fma(math::fma(d1, d1, hn::Mul(d2, d2)), scale, hn::LoadU(d, log_prior + i));
    largest = hn::Max(largest, log);
    hn::StoreU(log, d, out + i);
  }
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

/// Sums of N terms a step over eight lanes each; term(i, terms) fills an array of N vectors for elements from i on.
template <std::size_t N, class Term>
HWY_INLINE void lane_sums(std::size_t count, double (&sums)[N], Term term) {
  const D d;
  double lanes[N][8];
  for (std::size_t lane = 0; lane < 8; lane += hn::Lanes(d)) {
    V totals[N];
    for (V& total : totals) total = hn::Zero(d);
    for (std::size_t i = lane; i < count; i += 8) {
      V terms[N];
      term(i, terms);
      for (std::size_t k = 0; k < N; ++k) totals[k] = hn::Add(totals[k], terms[k]);
    }
    for (std::size_t k = 0; k < N; ++k) hn::StoreU(totals[k], d, lanes[k] + lane);
  }
  for (std::size_t k = 0; k < N; ++k) {
    const double* l = lanes[k];
    sums[k] = ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
  }
}

ExpSums exp_sums(const double* logs, double shift, const double* z, std::size_t count) {
  const D d;
  double sums[3];
  lane_sums(count, sums, [&](std::size_t i, V(&terms)[3]) HWY_ATTR {
    const V weight = math::exp(d, hn::Sub(hn::LoadU(d, logs + i), hn::Set(d, shift)));
    const V zi = hn::LoadU(d, z + i);
    terms[0] = weight;
    terms[1] = hn::Mul(weight, zi);
    terms[2] = hn::Mul(terms[1], zi);
  });
  return {sums[0], sums[1], sums[2]};
}

void exp_shifted(const double* logs, double shift, std::size_t count, double* out) {
  const D d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::StoreU(math::exp(d, hn::Sub(hn::LoadU(d, logs + i), hn::Set(d, shift))), d, out + i);
}

SampleSums sample(const Map& map, double sigma, const Point& centre, const double* z, const double* e1,
                  const double* e2, std::size_t count, double* x1, double* x2) {
  const D d;
  double sums[5];
  lane_sums(count, sums, [&](std::size_t i, V(&terms)[5]) HWY_ATTR {
    V f1, f2;
    map_vector(map, hn::LoadU(d, z + i), f1, f2);
    const V first = math::fma(hn::Set(d, sigma), hn::LoadU(d, e1 + i), f1);
    const V second = math::fma(hn::Set(d, sigma), hn::LoadU(d, e2 + i), f2);
    hn::StoreU(first, d, x1 + i);
    hn::StoreU(second, d, x2 + i);
    const auto within = hn::FirstN(d, count - i);
    const V d1 = hn::IfThenElseZero(within, hn::Sub(first, hn::Set(d, centre.x1)));
    const V d2 = hn::IfThenElseZero(within, hn::Sub(second, hn::Set(d, centre.x2)));
    terms[0] = d1;
    terms[1] = d2;
    terms[2] = hn::Mul(d1, d1);
    terms[3] = hn::Mul(d2, d2);
    terms[4] = hn::Mul(d1, d2);
  });
  return {sums[0], sums[1], sums[2], sums[3], sums[4]};
}

}  // namespace
}  // namespace trawl::studies::latent::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::latent {

HWY_EXPORT(map_points);
HWY_EXPORT(log_joint);
HWY_EXPORT(exp_sums);
HWY_EXPORT(exp_shifted);
HWY_EXPORT(sample);

void map_points(const Map& map, const double* z, std::size_t count, double* f1, double* f2) {
  HWY_DYNAMIC_DISPATCH(map_points)(map, z, count, f1, f2);
}

double log_joint(const Point& x, double half_precision, const double* f1, const double* f2, const double* log_prior,
                 std::size_t count, double* out) {
  return HWY_DYNAMIC_DISPATCH(log_joint)(x, half_precision, f1, f2, log_prior, count, out);
}

ExpSums exp_sums(const double* logs, double shift, const double* z, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(exp_sums)(logs, shift, z, count);
}

void exp_shifted(const double* logs, double shift, std::size_t count, double* out) {
  HWY_DYNAMIC_DISPATCH(exp_shifted)(logs, shift, count, out);
}

SampleSums sample(const Map& map, double sigma, const Point& centre, const double* z, const double* e1,
                  const double* e2, std::size_t count, double* x1, double* x2) {
  return HWY_DYNAMIC_DISPATCH(sample)(map, sigma, centre, z, e1, e2, count, x1, x2);
}

}  // namespace trawl::studies::latent
#endif
