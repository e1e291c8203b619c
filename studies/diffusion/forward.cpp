#include "studies/diffusion/forward.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace trawl::studies::diffusion {

NoiseLevel noise_level(double beta, std::int64_t t) {
  const double log_alpha = static_cast<double>(t) * std::log1p(-beta);
  return {std::exp(log_alpha), -std::expm1(log_alpha)};
}

ReverseConditional reverse_conditional(double beta, std::int64_t t) {
  const auto before = noise_level(beta, t - 1);
  const auto now = noise_level(beta, t);
  return {before.noise / now.noise * std::sqrt(1 - beta), std::sqrt(before.alpha) * beta / now.noise,
          std::sqrt(beta * before.noise / now.noise)};
}

Mixture marginal(const Mixture& data, NoiseLevel level) {
  Mixture result = data;
  for (auto& component : result) {
    component.mean *= std::sqrt(level.alpha);
    component.sd = std::sqrt(level.alpha * component.sd * component.sd + level.noise);
  }
  return result;
}

double divergence_from_standard_normal(const Mixture& mixture) {
  // The trapezium rule converges geometrically for such densities: step 1/64 is far beyond double precision.
  constexpr int nodes = 64;
  const double log_normalisation = 0.5 * std::log(2 * std::numbers::pi);
  double sum = 0;
  for (int i = -16 * nodes; i <= 16 * nodes; ++i) {
    const double z = static_cast<double>(i) / nodes;
    const double density = pdf(mixture, z);
    if (density > 0) sum += density * (std::log(density) + 0.5 * z * z + log_normalisation);
  }
  return sum / nodes;
}

namespace {

/// sum_k r_k(z) value(component k).
template <class Value>
double average(const std::array<PosteriorMean::Component, 4>& components, double z, const Value& value) {
  const auto exponent = [z](const PosteriorMean::Component& c) {
    return c.log_weight - c.half_precision * ((z - c.mean) * (z - c.mean));
  };
  double largest = exponent(components[0]);
  for (const auto& c : components) largest = std::max(largest, exponent(c));
  double total = 0;
  double sum = 0;
  for (const auto& c : components) {
    const double responsibility = std::exp(exponent(c) - largest);
    total += responsibility;
    sum += responsibility * value(c);
  }
  return sum / total;
}

}  // namespace

PosteriorMean::PosteriorMean(const Mixture& data, NoiseLevel level) : noise_sd(std::sqrt(level.noise)) {
  const Mixture noisy = marginal(data, level);
  const double root = std::sqrt(level.alpha);
  for (std::size_t k = 0; k < data.size(); ++k) {
    const double noisy_variance = noisy[k].sd * noisy[k].sd;
    components[k] = {.log_weight = std::log(data[k].weight / noisy[k].sd),
                     .mean = noisy[k].mean,
                     .half_precision = 0.5 / noisy_variance,
                     .intercept = data[k].mean * (level.noise / noisy_variance),
                     .slope = root * data[k].sd * data[k].sd / noisy_variance};
  }
}

double PosteriorMean::operator()(double z) const {
  return average(components, z, [z](const Component& c) { return c.intercept + c.slope * z; });
}

double PosteriorMean::noise(double z) const {
  return noise_sd * average(components, z, [z](const Component& c) { return 2 * c.half_precision * (z - c.mean); });
}

}  // namespace trawl::studies::diffusion
