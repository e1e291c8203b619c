#include "studies/infomax_ica/kernel.hpp"

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

struct Logistic {
  static HWY_INLINE V phi(V u) { return tanh(d, half(u)); }
  static HWY_INLINE V log_ratio(V u) { return hn::Mul(hn::Set(d, -2.0), log_cosh(half(u))); }  ///< ln p(u) / p(0)
};

struct Sech {
  static HWY_INLINE V phi(V u) { return tanh(d, u); }
  static HWY_INLINE V log_ratio(V u) { return hn::Neg(log_cosh(u)); }
};

struct Quartic {
  static HWY_INLINE V phi(V u) { return hn::Mul(hn::Mul(u, u), u); }
  static HWY_INLINE V log_ratio(V u) { return hn::Mul(hn::Set(d, -0.25), hn::Mul(hn::Mul(u, u), hn::Mul(u, u))); }
};

struct TwoHumped {
  static HWY_INLINE V phi(V u) { return hn::Sub(u, tanh(d, u)); }
  static HWY_INLINE V log_ratio(V u) { return hn::Sub(log_cosh(u), half(hn::Mul(u, u))); }
};

/// Output i of the samples from n on.
HWY_INLINE V output(const Signals& signals, std::size_t count, const double* w, std::size_t i, std::size_t n) {
  V u = hn::Zero(d);
  for (std::size_t k = 0; k < count; ++k)
    u = fma(hn::Set(d, w[i * count + k]), hn::LoadU(d, signals.x.data() + k * signals.stride + n), u);
  return u;
}

/// `fixed` is the number of signals, or 0 if it is not known to the compiler.
template <class P, std::size_t fixed>
void correlate_all(Rule rule, const Signals& signals, const double* w, double* sums) {
  const std::size_t count = fixed == 0 ? signals.count : fixed;
  V u[most_signals];
  for (std::size_t n = 0; n < signals.stride; n += vector_lanes) {
    for (std::size_t i = 0; i < count; ++i) u[i] = output(signals, count, w, i, n);
    for (std::size_t i = 0; i < count; ++i) {
      const V f = P::phi(u[i]);
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
  if (signals.count == 2) correlate_all<P, 2>(rule, signals, w, sums);
  else correlate_all<P, 0>(rule, signals, w, sums);
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

void add_correlations(Density density, Rule rule, const Signals& signals, const double* w, double* sums) {
  HWY_DYNAMIC_DISPATCH(correlate)(density, rule, signals, w, sums);
}

void add_log_densities(Density density, const Signals& signals, const double* w, double* sums) {
  HWY_DYNAMIC_DISPATCH(log_ratios)(density, signals, w, sums);
}

}  // namespace studies::ica
}  // namespace trawl
#endif
