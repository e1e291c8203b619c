#include "studies/importance_sampling/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "studies/importance_sampling/nelder_mead.hpp"

namespace trawl::studies::importance {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// phi(u) = -k u^4 + a u^2 + b u + d.
struct Quartic {
  double k, a, b, d;

  double operator()(double u) const { return ((-k * u * u + a) * u + b) * u + d; }
};

Quartic exponent(int k, const Integrand& f, const Normal& proposal) {
  const double tilt = k == 1 ? 0 : (k - 1) / (proposal.sd * proposal.sd);
  const double shift = f.centre - proposal.mean;
  return {static_cast<double>(k), (tilt - k) / 2, tilt * shift - k * f.centre,
          (tilt * shift * shift - k * f.centre * f.centre) / 2};
}

/// ln of the integral of exp(phi) over the whole line.
double log_integral(const Quartic& phi) {
  // |u| of every root of phi', real or complex: |u|^3 <= p |u| + q gives u^2 <= 2 p or |u|^3 <= 2 q. Beyond it by t,
  // |phi'| >= 4 k t^3, so that phi falls by k t^4.
  const double roots = std::max(std::sqrt(std::abs(phi.a) / phi.k), std::cbrt(std::abs(phi.b) / (2 * phi.k)));
  const double end = roots + std::pow(45 / phi.k, 0.25);
  const double largest_curvature = 12 * phi.k * end * end + 2 * std::abs(phi.a);
  const auto intervals = std::ceil(2 * end * 2 * std::sqrt(largest_curvature));
  const double step = 2 * end / intervals;
  const auto value = [&](double i) { return phi(-end + i * step); };

  double peak = -infinity;
  for (double i = 0; i <= intervals; ++i) peak = std::max(peak, value(i));
  double sum = 0;
  for (double i = 0; i <= intervals; ++i) sum += std::exp(value(i) - peak);
  return peak + std::log(step * sum);
}

}  // namespace

double log_raw_moment(int k, const Integrand& f, const Normal& proposal) {
  const Quartic phi = exponent(k, f, proposal);
  const double crest = std::sqrt(std::max(phi.a, 0.0) / (2 * phi.k));  // where phi peaks if b = 0
  const bool representable = std::max({phi(-crest), phi(0), phi(crest)}) < 1e4;
  if (!representable) return infinity;
  return k * std::log(f.scale) + (k - 1) * std::log(proposal.sd) - 0.5 * std::log(2 * std::numbers::pi) +
         log_integral(phi);
}

Moments exact_moments(const Integrand& f, const Normal& proposal) {
  const double log_first = log_raw_moment(1, f, proposal);
  const double log_second = log_raw_moment(2, f, proposal);
  Moments moments{.mean = std::exp(log_first), .variance = infinity, .kurtosis = infinity};
  if (!std::isfinite(log_second)) return moments;
  moments.variance = -std::exp(log_second) * std::expm1(2 * log_first - log_second);

  // Moments of X / sqrt(E[X^2]), which are of the order of one unless the kurtosis itself is large.
  const auto standard = [&](int k, double log_moment) { return std::exp(log_moment - k * log_second / 2); };
  const double r1 = standard(1, log_first);
  const double r3 = standard(3, log_raw_moment(3, f, proposal));
  const double r4 = standard(4, log_raw_moment(4, f, proposal));
  const double variance = -std::expm1(2 * log_first - log_second);
  if (std::isfinite(r3) && std::isfinite(r4))
    moments.kurtosis = (r4 - 4 * r3 * r1 + 6 * r1 * r1 - 3 * std::pow(r1, 4)) / (variance * variance);
  return moments;
}

double weight_second_moment(const Normal& proposal) {
  const double excess = 2 * proposal.sd * proposal.sd - 1;
  if (excess <= 0) return infinity;
  return proposal.sd * proposal.sd / std::sqrt(excess) * std::exp(proposal.mean * proposal.mean / excess);
}

Normal best_proposal(const Integrand& f) {
  const auto normal = [](const Point2& at) { return Normal{at[0], std::exp(at[1])}; };
  const Point2 best = nelder_mead([&](const Point2& at) { return log_raw_moment(2, f, normal(at)); },
                                  {f.centre / 2, std::log(0.5)}, 0.25);
  return normal(best);
}

}  // namespace trawl::studies::importance
