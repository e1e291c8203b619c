#include "studies/diffusion/mixture.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace trawl::studies::diffusion {

double pdf(const Mixture& mixture, double x) {
  double density = 0;
  for (const auto& [weight, mean, sd] : mixture) {
    const double u = (x - mean) / sd;
    density += weight / sd * std::exp(-0.5 * u * u);
  }
  return density * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

double cdf(const Mixture& mixture, double x) {
  double below = 0;
  for (const auto& [weight, mean, sd] : mixture) below += weight * std::erfc((mean - x) / (sd * std::numbers::sqrt2));
  return 0.5 * below;
}

double mean(const Mixture& mixture) {
  double sum = 0;
  for (const auto& component : mixture) sum += component.weight * component.mean;
  return sum;
}

double variance(const Mixture& mixture) {
  const double centre = mean(mixture);
  double sum = 0;
  for (const auto& [weight, mean, sd] : mixture) sum += weight * (sd * sd + (mean - centre) * (mean - centre));
  return sum;
}

double draw(const Mixture& mixture, double u, double e) {
  std::size_t k = 0;
  for (double below = mixture[0].weight; k + 1 < mixture.size() && u >= below; below += mixture[k].weight) ++k;
  return mixture[k].mean + mixture[k].sd * e;
}

}  // namespace trawl::studies::diffusion
