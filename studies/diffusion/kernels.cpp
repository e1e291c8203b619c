#include "studies/diffusion/kernels.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "studies/diffusion/kernels.cpp"
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

// No fused multiply-adds here: separate ones round alike on every target.
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

void advance(const Step& step, const Bins& bins, const double* table, const double* noise, double* z, std::size_t n) {
  const Binning binning(bins);
  const Vector of_z = hn::Set(d, step.of_z);
  const Vector of_prediction = hn::Set(d, step.of_prediction);
  const Vector sigma = hn::Set(d, step.sigma);
  const bool noisy = step.sigma > 0;
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Vector now = hn::Load(d, z + i);
    const Vector prediction = hn::GatherIndex(d, table, hn::BitCast(hn::RebindToSigned<Tag>(), binning(now)));
    Vector next = hn::Add(hn::Mul(of_z, now), hn::Mul(of_prediction, prediction));
    if (noisy) next = hn::Add(next, hn::Mul(sigma, hn::Load(d, noise + i)));
    hn::Store(next, d, z + i);
  }
}

}  // namespace trawl::studies::diffusion::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trawl::studies::diffusion {

HWY_EXPORT(noise_pairs);
HWY_EXPORT(step_pairs);
HWY_EXPORT(advance);

void noise_pairs(NoiseLevel level, const Bins& bins, const double* x, double* noise, std::uint64_t* bin,
                 std::size_t n) {
  HWY_DYNAMIC_DISPATCH(noise_pairs)(level, bins, x, noise, bin, n);
}

void step_pairs(NoiseLevel level, const ReverseConditional& reverse, const Bins& bins, const double* x,
                const double* forward_noise, double* noise, std::uint64_t* bin, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(step_pairs)(level, reverse, bins, x, forward_noise, noise, bin, n);
}

void advance(const Step& step, const Bins& bins, const double* table, const double* noise, double* z, std::size_t n) {
  HWY_DYNAMIC_DISPATCH(advance)(step, bins, table, noise, z, n);
}

}  // namespace trawl::studies::diffusion
#endif
