#include "studies/fairness/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trawl::studies::fairness {
namespace {

/// P(Z > z) of a standard normal Z.
double upper_tail(double z) {
  return 0.5 * std::erfc(z * (1 / std::numbers::sqrt2));
}

enum class Side { above, below };

double tail(const Mixture& mixture, double x, Side side) {
  double sum = 0;
  for (const Normal& part : mixture) {
    const double z = (x - part.mean) / part.sd;
    sum += part.share * upper_tail(side == Side::above ? z : -z);
  }
  return sum;
}

/// The x with tail(x, side) = share, share <= 1/2.
double solve(const Mixture& mixture, double share, double guess, Side side) {
  constexpr double reach = 40;  // in sd; beyond it a double holds no tail
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  double scale = lowest;
  for (const Normal& part : mixture) {
    if (part.share == 0) continue;
    lowest = std::min(lowest, part.mean - reach * part.sd);
    highest = std::max(highest, part.mean + reach * part.sd);
    scale = std::min(scale, part.sd);
  }
  // The bracket: the tail is larger than share at `inside` and not at `outside`.
  double inside = side == Side::above ? lowest : highest;
  double outside = side == Side::above ? highest : lowest;
  const double outward = side == Side::above ? 1.0 : -1.0;

  const auto in_bracket = [&](double x) { return x > std::min(inside, outside) && x < std::max(inside, outside); };
  double x = in_bracket(guess) ? guess : 0.5 * (inside + outside);
  double last_step = std::abs(outside - inside);
  for (int i = 0; i < 300; ++i) {
    const double value = tail(mixture, x, side);
    (value > share ? inside : outside) = x;
    const double newton = outward * std::log(value / share) * value / density(mixture, x);
    // Convergence is quadratic: a step under 1e-9 sd leaves an error of rounding size.
    if (std::abs(newton) <= 1e-9 * scale) return x + newton;
    double next = x + newton;
    if (!in_bracket(next) || std::abs(newton) > 0.5 * last_step) next = 0.5 * (inside + outside);
    last_step = std::abs(next - x);
    x = next;
    if (last_step <= 1e-15 * (std::abs(x) + scale)) break;
  }
  return x;
}

}  // namespace

double density(const Mixture& mixture, double x) {
  constexpr double normaliser = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  double sum = 0;
  for (const Normal& part : mixture) {
    const double z = (x - part.mean) / part.sd;
    sum += part.share * (normaliser / part.sd) * std::exp(-0.5 * z * z);
  }
  return sum;
}

double above(const Mixture& mixture, double x) {
  return tail(mixture, x, Side::above);
}
double below(const Mixture& mixture, double x) {
  return tail(mixture, x, Side::below);
}

double score_with_above(const Mixture& mixture, double share, double guess) {
  return share <= 0.5 ? solve(mixture, share, guess, Side::above) : solve(mixture, 1 - share, guess, Side::below);
}

double score_with_below(const Mixture& mixture, double share, double guess) {
  return share <= 0.5 ? solve(mixture, share, guess, Side::below) : solve(mixture, 1 - share, guess, Side::above);
}

}  // namespace trawl::studies::fairness
