#include "studies/diffusion/kernels.hpp"

#include <cmath>

#include "engine/vector_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/diffusion/kernels.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
#include <hwy/highway.h>

#include "engine/vector_math-inl.h"

// Multiplications and additions are not fused: separate ones round alike on every target.
HWY_BEFORE_NAMESPACE();
namespace trawl::studies::diffusion::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<double, 8>;
using IndexTag = hn::RebindToUnsigned<Tag>;
using Vector = hn::Vec<Tag>;
using Index = hn::Vec<IndexTag>;
constexpr Tag d;
constexpr IndexTag du;

/// z -> bin number. A NaN gives bin 0.
class Binning {
 public:
  explicit Binning(const Bins& bins)
      : limit_(hn::Set(d, bins.limit)),
        per_unit_(hn::Set(d, static_cast<double>(bins.count) / (2 * bins.limit))),
        last_(hn::Set(d, static_cast<double>(bins.count - 1))) {}

  HWY_INLINE Index operator()(Vector z) const {
    const Vector place = hn::Mul(hn::Add(z, limit_), per_unit_);
    const Vector bin = hn::IfThenElseZero(hn::Ge(place, hn::Zero(d)), hn::Floor(hn::Min(place, last_)));
    // Adding 2^52 leaves the whole number in the low bits.
    const auto shift = hn::Set(d, 0x1p52);
    return hn::Xor(hn::BitCast(du, hn::Add(bin, shift)), hn::BitCast(du, shift));
  }

  HWY_INLINE Vector clip(Vector z) const { return hn::Min(hn::Max(z, hn::Neg(limit_)), limit_); }

 private:
  Vector limit_;
  Vector per_unit_;
  Vector last_;
};

void noise_pairs(NoiseLevel level, const Bins& bins, const double* x, double* noise, std::uint64_t* bin,
                 std::size_t n) {
  const Binning binning(bins);
  const Vector of_x = hn::Set(d, std::sqrt(level.alpha));
  const Vector of_noise = hn::Set(d, std::sqrt(level.noise));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Vector e = hn::Load(d, noise + i);
    const Vector z = hn::Add(hn::Mul(of_x, hn::Load(d, x + i)), hn::Mul(of_noise, e));
    hn::Store(binning(z), du, bin + i);
    hn::Store(binning.clip(e), d, noise + i);
  }
}

void step_pairs(NoiseLevel level, const ReverseConditional& reverse, const Bins& bins, const double* x,
                const double* forward_noise, double* noise, std::uint64_t* bin, std::size_t n) {
  const Binning binning(bins);
  const Vector of_x = hn::Set(d, std::sqrt(level.alpha));
  const Vector of_noise = hn::Set(d, std::sqrt(level.noise));
  const Vector back_of_z = hn::Set(d, reverse.of_z);
  const Vector back_of_x = hn::Set(d, reverse.of_x);
  const Vector back_sd = hn::Set(d, reverse.sd);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Vector data = hn::Load(d, x + i);
    const Vector z = hn::Add(hn::Mul(of_x, data), hn::Mul(of_noise, hn::Load(d, forward_noise + i)));
    const Vector mean = hn::Add(hn::Mul(back_of_z, z), hn::Mul(back_of_x, data));
    const Vector previous = hn::Add(mean, hn::Mul(back_sd, hn::Load(d, noise + i)));
    hn::Store(binning(z), du, bin + i);
    hn::Store(hn::Sub(binning.clip(previous), binning.clip(z)), d, noise + i);
  }
}

/// z_s from z_t and the prediction.
class Move {
 public:
  explicit Move(const Step& step)
      : of_z_(hn::Set(d, step.of_z)),
        of_prediction_(hn::Set(d, step.of_prediction)),
        sigma_(hn::Set(d, step.sigma)),
        noisy_(step.sigma > 0) {}

  HWY_INLINE Vector operator()(Vector z, Vector prediction, const double* noise) const {
    const Vector next = hn::Add(hn::Mul(of_z_, z), hn::Mul(of_prediction_, prediction));
    return noisy_ ? hn::Add(next, hn::Mul(sigma_, hn::Load(d, noise))) : next;
  }

 private:
  Vector of_z_;
  Vector of_prediction_;
  Vector sigma_;
  bool noisy_;
};

/// PosteriorMean::operator() on vectors.
HWY_INLINE Vector posterior_mean(const PosteriorMean& posterior, Vector z) {
  Vector exponent[4];
  Vector largest;
  for (std::size_t k = 0; k < 4; ++k) {
    const auto& c = posterior.components[k];
    const Vector distance = hn::Sub(z, hn::Set(d, c.mean));
    exponent[k] = hn::Sub(hn::Set(d, c.log_weight), hn::Mul(hn::Set(d, c.half_precision), hn::Mul(distance, distance)));
    largest = k == 0 ? exponent[0] : hn::Max(largest, exponent[k]);
  }
  Vector total = hn::Zero(d);
  Vector sum = hn::Zero(d);
  for (std::size_t k = 0; k < 4; ++k) {
    const auto& c = posterior.components[k];
    const Vector responsibility = trawl::HWY_NAMESPACE::exp(d, hn::Sub(exponent[k], largest));
    const Vector mean = hn::Add(hn::Set(d, c.intercept), hn::Mul(hn::Set(d, c.slope), z));
    total = hn::Add(total, responsibility);
    sum = hn::Add(sum, hn::Mul(responsibility, mean));
  }
  return hn::Div(sum, total);
}

void advance_binned(const Step& step, const Bins& bins, const double* table, const double* noise, double* z,
                    std::size_t n) {
  const Binning binning(bins);
  const Move move(step);
  const hn::RebindToSigned<Tag> di;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Vector now = hn::Load(d, z + i);
    const Vector prediction = hn::GatherIndex(d, table, hn::BitCast(di, binning(now)));
    hn::Store(move(now, prediction, noise + i), d, z + i);
  }
}

void advance_ideal(const Step& step, const IdealPrediction& ideal, const double* noise, double* z, std::size_t n) {
  const Move move(step);
  const Vector of_z = hn::Set(d, ideal.of_z);
  const Vector of_data = hn::Set(d, ideal.of_data);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Vector now = hn::Load(d, z + i);
    const Vector data = posterior_mean(ideal.posterior_mean, now);
    const Vector prediction = hn::Add(hn::Mul(of_z, now), hn::Mul(of_data, data));
    hn::Store(move(now, prediction, noise + i), d, z + i);
  }
}

}  // namespace trawl::studies::diffusion::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::diffusion {

HWY_EXPORT(noise_pairs);
HWY_EXPORT(step_pairs);
HWY_EXPORT(advance_binned);
HWY_EXPORT(advance_ideal);

void noise_pairs(NoiseLevel level, const Bins& bins, const double* x, double* noise, std::uint64_t* bin,
                 std::size_t n) {
  HWY_DYNAMIC_DISPATCH(noise_pairs)(level, bins, x, noise, bin, n);
}

void step_pairs(NoiseLevel level, const ReverseConditional& reverse, const Bins& bins, const double* x,
                const double* forward_noise, double* noise, std::uint64_t* bin, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(step_pairs)(level, reverse, bins, x, forward_noise, noise, bin, n);
}

void advance(const Step& step, const Bins& bins, const double* table, const double* noise, double* z, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(advance_binned)(step, bins, table, noise, z, n);
}

void advance(const Step& step, const IdealPrediction& prediction, const double* noise, double* z, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(advance_ideal)(step, prediction, noise, z, n);
}

}  // namespace trawl::studies::diffusion
#endif
