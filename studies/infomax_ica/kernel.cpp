#include "studies/infomax_ica/kernel.hpp"

#include <algorithm>

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/infomax_ica/kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::HWY_NAMESPACE {
namespace {

using namespace studies::ica;

using D = hn::CappedTag<double, lanes>;
using V = hn::Vec<D>;
constexpr D d;
constexpr std::size_t vector_lanes = hn::MaxLanes(d);

HWY_INLINE V half(V u) {
  return hn::Mul(u, hn::Set(d, 0.5));
}

/// ln cosh u = |u| + ln((1 + e^-2|u|) / 2).
HWY_INLINE V log_cosh(V u) {
  const V size = hn::Abs(u);
  const V tail = exp(d, hn::Mul(size, hn::Set(d, -2.0)));
  return hn::Add(size, log(d, fma(tail, hn::Set(d, 0.5), hn::Set(d, 0.5))));
}

/// phi(u) as above / below, so that one division can serve several.
struct Fraction {
  V above;
  V below;
};

/// tanh(v / 2) = (e^v - 1) / (e^v + 1), to 1e-16 absolutely, and 1 long before the cut.
HWY_INLINE Fraction tanh_of_half(V v) {
  const V one = hn::Set(d, 1.0), e = exp(d, hn::Min(v, hn::Set(d, 300.0)));
  return {hn::Sub(e, one), hn::Add(e, one)};
}

struct Logistic {
  static HWY_INLINE Fraction phi(V u) { return tanh_of_half(u); }
  static HWY_INLINE V log_ratio(V u) { return hn::Mul(hn::Set(d, -2.0), log_cosh(half(u))); }  ///< ln p(u) / p(0)
};

struct Sech {
  static HWY_INLINE Fraction phi(V u) { return tanh_of_half(hn::Add(u, u)); }
  static HWY_INLINE V log_ratio(V u) { return hn::Neg(log_cosh(u)); }
};

struct Quartic {
  static HWY_INLINE Fraction phi(V u) { return {hn::Mul(hn::Mul(u, u), u), hn::Set(d, 1.0)}; }
  static HWY_INLINE V log_ratio(V u) { return hn::Mul(hn::Set(d, -0.25), hn::Mul(hn::Mul(u, u), hn::Mul(u, u))); }
};

struct TwoHumped {
  static HWY_INLINE Fraction phi(V u) {
    const Fraction tanh_u = tanh_of_half(hn::Add(u, u));
    return {fma(u, tanh_u.below, hn::Neg(tanh_u.above)), tanh_u.below};
  }
  static HWY_INLINE V log_ratio(V u) { return hn::Sub(log_cosh(u), half(hn::Mul(u, u))); }
};

/// Two quotients by one division, which takes as long as thirty other operations.
template <std::size_t count>
HWY_INLINE void divide(const Fraction (&q)[count], V (&f)[count]) {
  if constexpr (count == 2) {
    const V inverse = hn::Div(hn::Set(d, 1.0), hn::Mul(q[0].below, q[1].below));
    f[0] = hn::Mul(q[0].above, hn::Mul(q[1].below, inverse));
    f[1] = hn::Mul(q[1].above, hn::Mul(q[0].below, inverse));
  } else {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < count; ++i) f[i] = hn::Div(q[i].above, q[i].below);
  }
}

/// Output i of the samples from n on.
HWY_INLINE V output(const Signals& signals, std::size_t count, const double* w, std::size_t i, std::size_t n) {
  V u = hn::Zero(d);
  for (std::size_t k = 0; k < count; ++k)
    u = fma(hn::Set(d, w[i * count + k]), hn::LoadU(d, signals.x.data() + k * signals.stride + n), u);
  return u;
}

/// `count` signals, few enough for all sums to stay in registers.
template <class P, std::size_t count>
void correlate_few(Rule rule, const Signals& signals, const double* w, double* sums) {
  constexpr std::size_t parts = lanes / vector_lanes;
  V sum[parts][count][count];
  HWY_UNROLL(8)
  for (std::size_t part = 0; part < parts; ++part) {
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < count; ++i) {
      HWY_UNROLL(8)
      for (std::size_t k = 0; k < count; ++k) sum[part][i][k] = hn::Zero(d);
    }
  }
  for (std::size_t n = 0; n < signals.stride; n += lanes) {
    HWY_UNROLL(8)
    for (std::size_t part = 0; part < parts; ++part) {
      V x[count], u[count], f[count];
      Fraction q[count];
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < count; ++i)
        x[i] = hn::LoadU(d, signals.x.data() + i * signals.stride + n + part * vector_lanes);
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < count; ++i) {
        u[i] = hn::Zero(d);
        HWY_UNROLL(8)
        for (std::size_t k = 0; k < count; ++k) u[i] = fma(hn::Set(d, w[i * count + k]), x[k], u[i]);
        q[i] = P::phi(u[i]);
      }
      divide(q, f);
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < count; ++i) {
        HWY_UNROLL(8)
        for (std::size_t k = 0; k < count; ++k) {
          V& total = sum[part][i][k];
          total = fma(f[i], rule == Rule::natural ? u[k] : x[k], total);
        }
      }
    }
  }
  for (std::size_t part = 0; part < parts; ++part)
    for (std::size_t e = 0; e < count * count; ++e)
      hn::StoreU(sum[part][e / count][e % count], d, sums + e * lanes + part * vector_lanes);
}

template <class P>
void correlate_many(Rule rule, const Signals& signals, const double* w, double* sums) {
  const std::size_t count = signals.count;
  std::fill_n(sums, count * count * lanes, 0.0);
  V u[most_signals];
  for (std::size_t n = 0; n < signals.stride; n += vector_lanes) {
    for (std::size_t i = 0; i < count; ++i) u[i] = output(signals, count, w, i, n);
    for (std::size_t i = 0; i < count; ++i) {
      const Fraction q = P::phi(u[i]);
      const V f = hn::Div(q.above, q.below);
      for (std::size_t k = 0; k < count; ++k) {
        const V other = rule == Rule::natural ? u[k] : hn::LoadU(d, signals.x.data() + k * signals.stride + n);
        double* const sum = sums + (i * count + k) * lanes + n % lanes;
        hn::StoreU(fma(f, other, hn::LoadU(d, sum)), d, sum);
      }
    }
  }
}

template <class P>
void correlate_with(Rule rule, const Signals& signals, const double* w, double* sums) {
  if (signals.count == 2) correlate_few<P, 2>(rule, signals, w, sums);
  else if (signals.count == 3) correlate_few<P, 3>(rule, signals, w, sums);
  else correlate_many<P>(rule, signals, w, sums);
}

void correlate(Density density, Rule rule, const Signals& signals, const double* w, double* sums) {
  switch (density) {
    case Density::logistic:
      return correlate_with<Logistic>(rule, signals, w, sums);
    case Density::sech:
      return correlate_with<Sech>(rule, signals, w, sums);
    case Density::quartic:
      return correlate_with<Quartic>(rule, signals, w, sums);
    default:
      return correlate_with<TwoHumped>(rule, signals, w, sums);
  }
}

template <class P>
void log_ratios_with(const Signals& signals, const double* w, double* sums) {
  for (std::size_t n = 0; n < signals.stride; n += vector_lanes) {
    double* const sum = sums + n % lanes;
    for (std::size_t i = 0; i < signals.count; ++i)
      hn::StoreU(hn::Add(hn::LoadU(d, sum), P::log_ratio(output(signals, signals.count, w, i, n))), d, sum);
  }
}

void log_ratios(Density density, const Signals& signals, const double* w, double* sums) {
  switch (density) {
    case Density::logistic:
      return log_ratios_with<Logistic>(signals, w, sums);
    case Density::sech:
      return log_ratios_with<Sech>(signals, w, sums);
    case Density::quartic:
      return log_ratios_with<Quartic>(signals, w, sums);
    default:
      return log_ratios_with<TwoHumped>(signals, w, sums);
  }
}

}  // namespace
}  // namespace trawl::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl {
namespace {

HWY_EXPORT(correlate);
HWY_EXPORT(log_ratios);

}  // namespace

namespace studies::ica {

void sum_correlations(Density density, Rule rule, const Signals& signals, const double* w, double* sums) {
  HWY_DYNAMIC_DISPATCH(correlate)(density, rule, signals, w, sums);
}

void add_log_densities(Density density, const Signals& signals, const double* w, double* sums) {
  HWY_DYNAMIC_DISPATCH(log_ratios)(density, signals, w, sums);
}

}  // namespace studies::ica
}  // namespace trawl
#endif
