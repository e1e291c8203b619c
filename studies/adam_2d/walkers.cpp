#include "studies/adam_2d/walkers.hpp"

#include "engine/vector_targets.hpp"
#include "studies/adam_2d/valley.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/adam_2d/walkers.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::adam_2d::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace math = trawl::HWY_NAMESPACE;

using D = hn::CappedTag<double, Walkers::count>;
using V = hn::VFromD<D>;

/// One component of a walk.
struct Component {
  V phi, m, v;
};

/// The walks `first` .. `first` + lanes - 1.
void advance_lanes(Walkers& all, std::size_t first, double steps) {
  const D d;
  const auto load = [&](const Walkers::Numbers& numbers) HWY_ATTR { return hn::LoadU(d, numbers.data() + first); };
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0);
  const V alpha = load(all.alpha), beta = load(all.beta), gamma = load(all.gamma), epsilon = load(all.epsilon);
  const V new_m = hn::Sub(one, beta), new_v = hn::Sub(one, gamma);
  const auto plain = hn::Gt(load(all.plain), zero), corrected = hn::Gt(load(all.corrected), zero);
  V left = load(all.steps_left), beta_power = load(all.beta_power), gamma_power = load(all.gamma_power);
  Component x = {load(all.phi0), load(all.m0), load(all.v0)}, y = {load(all.phi1), load(all.m1), load(all.v1)};

  for (double k = 0; k < steps && !hn::AllFalse(d, hn::Gt(left, zero)); ++k) {
    const auto walks = hn::Gt(left, zero);
    left = hn::Sub(left, one);
    beta_power = hn::Mul(beta_power, beta);
    gamma_power = hn::Mul(gamma_power, gamma);
    const V m_scale = hn::IfThenElse(corrected, hn::Div(one, hn::Sub(one, beta_power)), one);
    const V v_scale = hn::IfThenElse(corrected, hn::Div(one, hn::Sub(one, gamma_power)), one);

    const V x_offset = hn::Sub(x.phi, hn::Set(d, optimum.x0));
    const V x_slope = hn::Mul(hn::Set(d, 0.25), x_offset), y_slope = hn::Mul(hn::Set(d, 4.0), y.phi);
    const V exponent = hn::Mul(hn::Set(d, 0.5), hn::Add(hn::Mul(x_offset, x_slope), hn::Mul(y.phi, y_slope)));
    const V bell = math::exp(d, hn::Neg(exponent));
    const auto step = [&](Component& c, V slope) HWY_ATTR {
      const V g = hn::Mul(bell, slope);
      c.m = hn::Add(hn::Mul(beta, c.m), hn::Mul(new_m, g));
      c.v = hn::Add(hn::Mul(gamma, c.v), hn::Mul(new_v, hn::Mul(g, g)));
      const V root = hn::Sqrt(hn::Mul(c.v, v_scale));
      const V adaptive = hn::Div(hn::Mul(c.m, m_scale), hn::Add(root, epsilon));
      const V moved = hn::Sub(c.phi, hn::Mul(alpha, hn::IfThenElse(plain, g, adaptive)));
      c.phi = hn::IfThenElse(walks, moved, c.phi);
    };
    step(x, x_slope);
    step(y, y_slope);
  }

  const auto store = [&](V value, Walkers::Numbers& numbers) HWY_ATTR { hn::StoreU(value, d, numbers.data() + first); };
  store(left, all.steps_left);
  store(x.phi, all.phi0), store(x.m, all.m0), store(x.v, all.v0);
  store(y.phi, all.phi1), store(y.m, all.m1), store(y.v, all.v1);
  store(beta_power, all.beta_power), store(gamma_power, all.gamma_power);
}

void advance(Walkers& walkers, double steps) {
  for (std::size_t first = 0; first < Walkers::count; first += hn::Lanes(D())) advance_lanes(walkers, first, steps);
}

}  // namespace
}  // namespace trawl::studies::adam_2d::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::adam_2d {

HWY_EXPORT(advance);

void advance(Walkers& walkers, double steps) {
  HWY_DYNAMIC_DISPATCH(advance)(walkers, steps);
}

}  // namespace trawl::studies::adam_2d
#endif
