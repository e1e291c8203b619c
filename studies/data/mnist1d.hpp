// MNIST-1D: forty-point signals of ten classes, each a deformed and noisy copy of its digit's template.
//
// Source: S. Greydanus, D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/random.hpp"

namespace trawl::studies::mnist1d {

inline constexpr std::size_t digits = 10;
inline constexpr std::size_t template_points = 12;
inline constexpr std::size_t padded_points = 72;  ///< where signals are deformed
inline constexpr std::size_t points = 40;         ///< of a finished signal
inline constexpr std::size_t smoothing_radius = 8;

using Template = std::array<double, template_points>;
using Signal = std::array<double, points>;
using Noise = std::array<double, padded_points>;
using Kernel = std::array<double, 2 * smoothing_radius + 1>;

/// The ten templates: less their mean, over their population standard deviation, less their first value, over 6.
const std::array<Template, digits>& templates();

/// Gaussian of standard deviation 2, cut off at the radius, of sum 1.
Kernel smoothing_kernel();

/// Convolution with the kernel; what lies beyond an end is the mirror image of what lies before it (d c b a | a b c d).
/// `from` and `to` have the same size and do not overlap; the size is larger than the radius.
void smooth(std::span<const double> from, std::span<double> to);

/// to[0] .. to[m-1] lie evenly between from[0] and from[n-1]: linear interpolation that keeps both ends.
void resample(std::span<const double> from, std::span<double> to);

struct Deformation {
  std::size_t padding = 48;  ///< zeros behind the template, 36 .. 60
  double amplitude = 1;      ///< 0.8 .. 1.2
  std::size_t shift = 0;     ///< rotation to the right, 0 .. 47 of 72 points
  double shear = 0;          ///< fall over the whole signal, -0.375 .. 0.375
};

/// Pads the template, resamples it to 72 points, scales, rotates; `correlated` noise, smoothed, takes the place of what
/// is exactly 0, `independent` noise is added everywhere; then the shear, and 40 points of it.
Signal deform(const Template& digit, const Deformation& deformation, const Noise& correlated, const Noise& independent);

/// Signals in random order, all numbers of the set together of mean 0 and standard deviation 1.
struct Set {
  std::vector<double> x;             ///< size x 40
  std::vector<std::uint8_t> labels;  ///< size

  std::size_t size() const { return labels.size(); }
};

/// `size` signals (at least 2), the same number of each digit or one more, from streams [stream, stream + 3).
Set draw(const RandomStream& random, std::uint32_t stream, std::size_t size);

}  // namespace trawl::studies::mnist1d
