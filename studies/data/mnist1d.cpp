#include "studies/data/mnist1d.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace trawl::studies::mnist1d {
namespace {

constexpr double correlated_noise = 0.25;  // standard deviations
constexpr double independent_noise = 0.02;

constexpr std::array<Template, digits> drawn_templates = {{{5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5},
                                                           {5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5},
                                                           {5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5},
                                                           {5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5},
                                                           {5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5},
                                                           {5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5},
                                                           {5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5},
                                                           {5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5},
                                                           {5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5},
                                                           {5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5}}};

struct Moments {
  double mean;
  double deviation;  ///< population standard deviation
};

Moments moments(std::span<const double> x) {
  const auto size = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / size;
  double squares = 0;
  for (const double value : x) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / size)};
}

std::array<Template, digits> normalised_templates() {
  auto all = drawn_templates;
  for (Template& one : all) {
    const auto [mean, deviation] = moments(one);
    for (double& value : one) value = (value - mean) / deviation;
    const double first = one[0];
    for (double& value : one) value = (value - first) / 6;
  }
  return all;
}

/// The deformation that four numbers uniform on (0, 1) give.
Deformation deformation_of(const std::array<double, 4>& u) {
  return {.padding = 36 + static_cast<std::size_t>(25 * u[0]),
          .amplitude = 1 + 0.4 * (u[1] - 0.5),
          .shift = static_cast<std::size_t>(48 * u[2]),
          .shear = 0.75 * (u[3] - 0.5)};
}

void standardise(std::span<double> x) {
  const auto [mean, deviation] = moments(x);
  for (double& value : x) value = (value - mean) / deviation;
}

}  // namespace

const std::array<Template, digits>& templates() {
  static const auto all = normalised_templates();
  return all;
}

Kernel smoothing_kernel() {
  Kernel kernel;
  double sum = 0;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const double distance = static_cast<double>(i) - smoothing_radius;
    sum += kernel[i] = std::exp(-distance * distance / 8);
  }
  for (double& weight : kernel) weight /= sum;
  return kernel;
}

void smooth(std::span<const double> from, std::span<double> to) {
  static const Kernel kernel = smoothing_kernel();
  const auto size = static_cast<std::ptrdiff_t>(from.size());
  constexpr std::ptrdiff_t radius = smoothing_radius;
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    double sum = 0;
    for (std::ptrdiff_t k = -radius; k <= radius; ++k) {
      const std::ptrdiff_t j = i + k;
      sum += kernel[k + radius] * from[j < 0 ? -1 - j : j >= size ? 2 * size - 1 - j : j];
    }
    to[i] = sum;
  }
}

void resample(std::span<const double> from, std::span<double> to) {
  const std::size_t intervals = from.size() - 1, steps = to.size() - 1;
  for (std::size_t i = 0; i <= steps; ++i) {
    const std::size_t left = std::min(i * intervals / steps, intervals - 1);
    const double part = static_cast<double>(i * intervals - left * steps) / static_cast<double>(steps);
    to[i] = from[left] + part * (from[left + 1] - from[left]);
  }
}

Signal deform(const Template& digit, const Deformation& deformation, const Noise& correlated,
              const Noise& independent) {
  std::array<double, template_points + 60> padded = {};
  std::transform(digit.begin(), digit.end(), padded.begin(), [](double value) { return value + 1e-8; });
  Noise signal, smoothed;
  resample(std::span(padded).first(template_points + deformation.padding), signal);
  for (double& value : signal) value *= deformation.amplitude;
  std::rotate(signal.begin(), signal.end() - static_cast<std::ptrdiff_t>(deformation.shift), signal.end());
  smooth(correlated, smoothed);
  for (std::size_t i = 0; i < padded_points; ++i) {
    if (signal[i] == 0) signal[i] = smoothed[i];
    const double t = static_cast<double>(i) / (padded_points - 1) - 0.5;
    signal[i] += independent[i] - deformation.shear * t;
  }
  Signal finished;
  resample(signal, finished);
  return finished;
}

Set draw(const RandomStream& random, std::uint32_t stream, std::size_t size) {
  const std::size_t of_each_digit = (size + digits - 1) / digits;
  std::vector<std::uint32_t> place(of_each_digit * digits);
  std::iota(place.begin(), place.end(), 0u);
  RandomSequence order(random, stream + 2);
  order.shuffle(std::span(place));

  Set set = {std::vector<double>(size * points), std::vector<std::uint8_t>(size)};
  std::array<double, 4> uniform;
  std::array<Noise, 2> noise;
  for (std::size_t n = 0; n < place.size(); ++n) {
    if (place[n] >= size) continue;
    random.uniform(stream, n * uniform.size(), uniform);
    for (std::size_t k = 0; k < 2; ++k) random.normal(stream + 1, (2 * n + k) * padded_points, noise[k]);
    for (double& value : noise[0]) value *= correlated_noise;
    for (double& value : noise[1]) value *= independent_noise;
    const std::size_t digit = n / of_each_digit;
    const Signal signal = deform(templates()[digit], deformation_of(uniform), noise[0], noise[1]);
    std::copy(signal.begin(), signal.end(), set.x.begin() + static_cast<std::ptrdiff_t>(place[n] * points));
    set.labels[place[n]] = static_cast<std::uint8_t>(digit);
  }
  standardise(set.x);
  return set;
}

}  // namespace trawl::studies::mnist1d
