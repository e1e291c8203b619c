#include "engine/optimizer.hpp"

#include <cmath>
#include <cstddef>

#include "engine/error.hpp"
#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/optimizer.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

#ifndef TRAWL_ENGINE_OPTIMIZER_ONCE_
#define TRAWL_ENGINE_OPTIMIZER_ONCE_
namespace trawl {

/// Pointers to the arrays of a step, all of `size` elements.
struct StepArrays {
  std::size_t size;
  const double* gradient;
  double* parameter;
  double* first;   ///< Adam's m, Sgd's v
  double* second;  ///< Adam's v
};

/// p <- p - step m / (sqrt(scale v) + epsilon): Adam with the corrections of m and v in two factors.
struct AdamFactors {
  double beta1, beta2, step, scale, epsilon;
};

}  // namespace trawl
#endif

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE void adam_lanes(D d, const AdamFactors& f, const StepArrays& a, std::size_t i) {
  const auto g = hn::LoadU(d, a.gradient + i);
  const auto m = fma(hn::Set(d, f.beta1), hn::LoadU(d, a.first + i), hn::Mul(hn::Set(d, 1 - f.beta1), g));
  const auto v = fma(hn::Set(d, f.beta2), hn::LoadU(d, a.second + i), hn::Mul(hn::Set(d, 1 - f.beta2), hn::Mul(g, g)));
  const auto denominator = hn::Add(hn::Sqrt(hn::Mul(hn::Set(d, f.scale), v)), hn::Set(d, f.epsilon));
  const auto p = hn::Sub(hn::LoadU(d, a.parameter + i), hn::Div(hn::Mul(hn::Set(d, f.step), m), denominator));
  hn::StoreU(m, d, a.first + i);
  hn::StoreU(v, d, a.second + i);
  hn::StoreU(p, d, a.parameter + i);
}

template <class D>
HWY_INLINE void sgd_lanes(D d, double learning_rate, double momentum, const StepArrays& a, std::size_t i) {
  const auto v = fma(hn::Set(d, momentum), hn::LoadU(d, a.first + i), hn::LoadU(d, a.gradient + i));
  hn::StoreU(v, d, a.first + i);
  hn::StoreU(fma(hn::Set(d, -learning_rate), v, hn::LoadU(d, a.parameter + i)), d, a.parameter + i);
}

void adam(const AdamFactors& factors, const StepArrays& arrays) {
  const hn::ScalableTag<double> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= arrays.size; i += hn::Lanes(d)) adam_lanes(d, factors, arrays, i);
  for (; i < arrays.size; ++i) adam_lanes(hn::CappedTag<double, 1>(), factors, arrays, i);
}

void sgd(double learning_rate, double momentum, const StepArrays& arrays) {
  const hn::ScalableTag<double> d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= arrays.size; i += hn::Lanes(d)) sgd_lanes(d, learning_rate, momentum, arrays, i);
  for (; i < arrays.size; ++i) sgd_lanes(hn::CappedTag<double, 1>(), learning_rate, momentum, arrays, i);
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {
namespace {

HWY_EXPORT(adam);
HWY_EXPORT(sgd);

}  // namespace

void Adam::step(std::span<double> params, std::span<const double> grads) {
  m.resize(params.size());
  v.resize(params.size());
  TRAWL_CHECK(grads.size() == params.size());
  beta1_power *= beta1;
  beta2_power *= beta2;
  const AdamFactors factors = {.beta1 = beta1,
                               .beta2 = beta2,
                               .step = learning_rate / (1 - beta1_power),
                               .scale = 1 / (1 - beta2_power),
                               .epsilon = epsilon};
  HWY_DYNAMIC_DISPATCH(adam)(factors, {params.size(), grads.data(), params.data(), m.data(), v.data()});
}

void Sgd::step(std::span<double> params, std::span<const double> grads) {
  v.resize(params.size());
  TRAWL_CHECK(grads.size() == params.size());
  HWY_DYNAMIC_DISPATCH(sgd)
  (learning_rate, momentum, {params.size(), grads.data(), params.data(), v.data(), nullptr});
}

}  // namespace trawl
#endif
