// A mixture of four Gaussians in one dimension, and the one that the study draws its data from.
#pragma once

#include <array>

namespace trawl::studies::diffusion {

struct Gaussian {
  double weight;
  double mean;
  double sd;  ///< > 0
};

using Mixture = std::array<Gaussian, 4>;

/// The data's distribution, Pr(x); the weights add up to 1.
inline constexpr Mixture true_distribution = {
    {{0.2, 1.5, 0.3}, {0.3, -0.216, 0.15}, {0.35, 0.45, 0.525}, {0.15, -1.875, 0.075}}};

double pdf(const Mixture& mixture, double x);
double cdf(const Mixture& mixture, double x);
double mean(const Mixture& mixture);
double variance(const Mixture& mixture);

/// One draw, made from u uniform in (0, 1), which chooses the component, and e ~ N(0, 1).
double draw(const Mixture& mixture, double u, double e);

}  // namespace trawl::studies::diffusion
