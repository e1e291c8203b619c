#include "studies/sgd_gabor/valleys.hpp"

#include <algorithm>

#include "studies/models/gabor.hpp"

namespace trawl::studies::sgd_gabor {

using namespace models;

std::optional<Minimum> settle(Vector2 phi) {
  constexpr double longest_step = 0.5, least_curvature = 0.05;
  double here = loss<Gabor>(phi);
  for (int iteration = 0; iteration < 100; ++iteration) {
    const Vector2 g = gradient<Gabor>(phi);
    Symmetric2 h = gabor_hessian(phi);
    const double curvature = eigenvalues(h).x0;
    if (norm(g) < 1e-9) return curvature > 1e-6 ? std::optional(Minimum{phi, here}) : std::nullopt;
    if (curvature < least_curvature) {
      h.a00 += least_curvature - curvature;
      h.a11 += least_curvature - curvature;
    }
    Vector2 step = -1 * solve(h, g);
    if (norm(step) > longest_step) step = longest_step / norm(step) * step;
    // Close to the minimum rounding may hide that the loss is lower: let Newton's last steps pass.
    double there = loss<Gabor>(phi + step);
    while (there > here + 1e-13 && norm(step) > 1e-12) {
      step = 0.5 * step;
      there = loss<Gabor>(phi + step);
    }
    phi = phi + step;
    here = there;
  }
  return std::nullopt;
}

std::vector<Minimum> local_minima(const Window& window) {
  std::vector<Minimum> minima;
  for (double phi0 = window.phi0_lower; phi0 <= window.phi0_upper; ++phi0)
    for (double phi1 = window.phi1_lower; phi1 <= window.phi1_upper; ++phi1) {
      const auto found = settle({phi0, phi1});
      if (!found || rank_of(*found, minima)) continue;
      const auto [x0, x1] = found->phi;
      if (x0 >= window.phi0_lower && x0 <= window.phi0_upper && x1 >= window.phi1_lower && x1 <= window.phi1_upper)
        minima.push_back(*found);
    }
  std::sort(minima.begin(), minima.end(), [](const Minimum& a, const Minimum& b) { return a.loss < b.loss; });
  return minima;
}

std::optional<std::size_t> rank_of(const Minimum& minimum, const std::vector<Minimum>& minima) {
  for (std::size_t k = 0; k < minima.size(); ++k)
    if (norm(minima[k].phi - minimum.phi) < 1e-4) return k;
  return std::nullopt;
}

}  // namespace trawl::studies::sgd_gabor
