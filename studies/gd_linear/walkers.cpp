#include "studies/gd_linear/walkers.hpp"

#include "engine/vector_targets.hpp"
#include "studies/gd_linear/line_loss.hpp"
#include "studies/models/line_search.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/gd_linear/walkers.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trawl::studies::gd_linear::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, Walkers::count>;
using V = hn::VFromD<D>;
using M = decltype(hn::FirstN(D(), 0));

struct SearchRules {
  V max_dist, thresh, max_iter;
  M absolute;
};

/// line_search() of the losses x (x bend - slope), lane by lane; those not in `wanted` give anything.
HWY_INLINE V search(const SearchRules& rules, M wanted, V slope, V bend) {
  const D d;
  const auto loss = [&](V x) HWY_ATTR { return hn::Mul(x, hn::Sub(hn::Mul(x, bend), slope)); };
  constexpr models::Bracket unit = models::bracket_from_zero(1);
  V a = hn::Zero(d), b = hn::Mul(hn::Set(d, unit.b), rules.max_dist), c = hn::Mul(hn::Set(d, unit.c), rules.max_dist);
  V e = rules.max_dist;  // the bracket's d
  const V half = hn::Set(d, 0.5), two = hn::Set(d, 2.0), three = hn::Set(d, 3.0);
  for (V iteration = hn::Zero(d);; iteration = hn::Add(iteration, hn::Set(d, 1.0))) {
    const M goes_on =
        hn::And(hn::And(wanted, hn::Lt(iteration, rules.max_iter)), hn::Gt(hn::Abs(hn::Sub(b, c)), rules.thresh));
    if (hn::AllFalse(d, goes_on)) return hn::Mul(hn::Add(b, c), half);
    const V la = loss(a), lb = loss(b), lc = loss(c), le = loss(e);
    const M halve = hn::And(hn::Le(la, lb), hn::And(hn::Le(la, lc), hn::Le(la, le)));
    const V centre = hn::IfThenZeroElse(rules.absolute, a);
    const auto halved = [&](V x) HWY_ATTR { return hn::Add(centre, hn::Mul(hn::Sub(x, centre), half)); };

    const M left = hn::Lt(lb, lc);
    const V new_a = hn::IfThenElse(left, a, b), new_e = hn::IfThenElse(left, c, e);
    const V third = hn::Div(hn::Sub(new_e, new_a), three);
    const auto set = [&](V& x, V if_halved, V otherwise)
                         HWY_ATTR { x = hn::IfThenElse(goes_on, hn::IfThenElse(halve, if_halved, otherwise), x); };
    set(b, halved(b), hn::Add(new_a, third));
    set(c, halved(c), hn::Add(new_a, hn::Mul(two, third)));
    set(e, halved(e), new_e);
    set(a, a, new_a);
  }
}

/// The walks `first` .. `first` + lanes - 1.
void advance_lanes(Walkers& all, std::size_t first, double steps) {
  const D d;
  const auto load = [&](const Walkers::Numbers& numbers) HWY_ATTR { return hn::LoadU(d, numbers.data() + first); };
  const V zero = hn::Zero(d), two = hn::Set(d, 2.0);
  const V s00 = hn::Set(d, line_loss.s.a00), s01 = hn::Set(d, line_loss.s.a01), s11 = hn::Set(d, line_loss.s.a11);
  const V t0 = hn::Set(d, line_loss.t.x0), t1 = hn::Set(d, line_loss.t.x1);
  const SearchRules rules = {load(all.max_dist), load(all.thresh), load(all.max_iter),
                             hn::Gt(load(all.absolute), zero)};
  const V alpha = load(all.alpha);
  const M searched = hn::Not(hn::Gt(load(all.fixed), zero));
  V left = load(all.steps_left), phi0 = load(all.phi0), phi1 = load(all.phi1);

  for (double k = 0; k < steps && !hn::AllFalse(d, hn::Gt(left, zero)); ++k) {
    const M walks = hn::Gt(left, zero), searches = hn::And(walks, searched);
    left = hn::Sub(left, hn::Set(d, 1.0));
    const V g0 = hn::Mul(two, hn::Sub(hn::Add(hn::Mul(s00, phi0), hn::Mul(s01, phi1)), t0));
    const V g1 = hn::Mul(two, hn::Sub(hn::Add(hn::Mul(s01, phi0), hn::Mul(s11, phi1)), t1));
    V step = alpha;
    if (!hn::AllFalse(d, searches)) {
      const V slope = hn::Add(hn::Mul(g0, g0), hn::Mul(g1, g1));
      const V sg0 = hn::Add(hn::Mul(s00, g0), hn::Mul(s01, g1)), sg1 = hn::Add(hn::Mul(s01, g0), hn::Mul(s11, g1));
      const V bend = hn::Add(hn::Mul(g0, sg0), hn::Mul(g1, sg1));
      step = hn::IfThenElse(searched, search(rules, searches, slope, bend), alpha);
    }
    phi0 = hn::IfThenElse(walks, hn::Sub(phi0, hn::Mul(step, g0)), phi0);
    phi1 = hn::IfThenElse(walks, hn::Sub(phi1, hn::Mul(step, g1)), phi1);
  }

  const auto store = [&](V value, Walkers::Numbers& numbers) HWY_ATTR { hn::StoreU(value, d, numbers.data() + first); };
  store(left, all.steps_left);
  store(phi0, all.phi0);
  store(phi1, all.phi1);
}

void advance(Walkers& walkers, double steps) {
  for (std::size_t first = 0; first < Walkers::count; first += hn::Lanes(D())) advance_lanes(walkers, first, steps);
}

}  // namespace
}  // namespace trawl::studies::gd_linear::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::gd_linear {

HWY_EXPORT(advance);

void advance(Walkers& walkers, double steps) {
  HWY_DYNAMIC_DISPATCH(advance)(walkers, steps);
}

}  // namespace trawl::studies::gd_linear
#endif
