#include "studies/fairness/continuous_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace trawl::studies {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Standard normal cdf.
double phi(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// The argument between a and b at which a function changes its sign, to the last bit.
template <class F>
double bisect(const F& f, double a, double b) {
  const bool rising = f(b) > 0;
  for (;;) {
    const double middle = 0.5 * (a + b);
    if (middle == a || middle == b) return middle;
    ((f(middle) > 0) == rising ? b : a) = middle;
  }
}

/// Largest value of a function with one maximum in [a, b], by golden section down to 2^-20 of the interval.
template <class F>
double largest(const F& f, double a, double b) {
  constexpr double ratio = 1 / std::numbers::phi;
  double left = b - ratio * (b - a), right = a + ratio * (b - a);
  double at_left = f(left), at_right = f(right);
  for (int i = 0; i < 29; ++i) {
    if (at_left > at_right) {
      b = right;
      right = left, at_right = at_left;
      left = b - ratio * (b - a), at_left = f(left);
    } else {
      a = left;
      left = right, at_left = at_right;
      right = a + ratio * (b - a), at_right = f(right);
    }
  }
  return std::max(at_left, at_right);
}

}  // namespace

ContinuousScores::ContinuousScores(const Group& group)
    : defaulters_(group.defaulting.weight),
      repayers_(group.repaying.weight),
      defaulting_(group.defaulting.mixture()),
      repaying_(group.repaying.mixture()) {
  const double people = defaulters_ + repayers_;
  if (!(people > 0)) throw std::domain_error("a group has nobody (both its weights are 0)");
  for (const Normal& part : defaulting_)
    everybody_.push_back({part.share * (defaulters_ / people), part.mean, part.sd});
  for (const Normal& part : repaying_) everybody_.push_back({part.share * (repayers_ / people), part.mean, part.sd});
}

Rates ContinuousScores::rates(double threshold) const {
  return {above(defaulting_, threshold), above(repaying_, threshold)};
}

Best ContinuousScores::best(double loss_ratio) const {
  const auto profit = [&](double x) {
    return repayers_ * above(repaying_, x) - loss_ratio * (defaulters_ * above(defaulting_, x));
  };
  const auto slope = [&](double x) {
    return loss_ratio * (defaulters_ * density(defaulting_, x)) - repayers_ * density(repaying_, x);
  };
  std::vector<double> scores;
  for (const Normal& part : everybody_)
    for (int k = -64; k <= 64; ++k) scores.push_back(part.mean + 0.125 * k * part.sd);
  std::sort(scores.begin(), scores.end());

  Best best{scores.front(), profit(scores.front())};
  const auto consider = [&](double x) {
    if (profit(x) > best.profit) best = {x, profit(x)};
  };
  for (std::size_t k = 1; k < scores.size(); ++k)
    if (slope(scores[k - 1]) > 0 && slope(scores[k]) <= 0) consider(bisect(slope, scores[k - 1], scores[k]));
  consider(scores.back());
  return best;
}

double ContinuousScores::area_under_curve() const {
  double sum = 0;
  for (const Normal& y1 : repaying_)
    for (const Normal& y0 : defaulting_)
      sum += y1.share * y0.share * phi((y1.mean - y0.mean) / std::hypot(y1.sd, y0.sd));
  return sum;
}

double ContinuousScores::roc(double fpr) const {
  return above(repaying_, score_with_above(defaulting_, fpr));
}

RocComparison compare(const ContinuousScores& first, const ContinuousScores& second) {
  const ContinuousScores* groups[] = {&first, &second};
  double guess[2][2] = {{not_a_number, not_a_number}, {not_a_number, not_a_number}};  // per tail and group

  // First's true positive rate minus second's where both false positive rates are phi(z). Right of the middle the
  // complements are compared, which keep their digits there.
  const auto difference = [&](double z) {
    const bool upper = z <= 0;
    double rate[2];
    for (int g = 0; g < 2; ++g) {
      double& score = guess[upper ? 0 : 1][g];
      const Mixture& defaulting = groups[g]->defaulting_;
      score = upper ? score_with_above(defaulting, phi(z), score) : score_with_below(defaulting, phi(-z), score);
      rate[g] = upper ? above(groups[g]->repaying_, score) : -below(groups[g]->repaying_, score);
    }
    const double d = rate[0] - rate[1];
    return std::abs(d) > 1e-10 * std::abs(rate[0] + rate[1]) ? d : 0.0;
  };

  constexpr double first_z = -7, step = 0.0625;
  constexpr int intervals = 208;
  const auto z_of = [&](int k) { return first_z + step * k; };
  double d[intervals + 1];
  for (int k = 0; k <= intervals; ++k) d[k] = difference(z_of(k));

  RocComparison result{.crossing_fpr = not_a_number, .crossing_tpr = not_a_number};
  for (int g = 0; g < 2; ++g) {
    const double sign = g == 0 ? 1 : -1;
    int k = 0;
    for (int j = 1; j <= intervals; ++j)
      if (sign * d[j] > sign * d[k]) k = j;
    if (sign * d[k] <= 0) continue;
    const auto signed_difference = [&](double z) { return sign * difference(z); };
    const double refined = largest(signed_difference, z_of(std::max(k - 1, 0)), z_of(std::min(k + 1, intervals)));
    result.lead[g] = std::max(refined, sign * d[k]);
  }
  int last = -1;  // last sample that differed
  for (int k = 0; k <= intervals; ++k) {
    if (d[k] == 0) continue;
    if (last >= 0 && (d[last] > 0) != (d[k] > 0) && ++result.crossings == 1) {
      result.crossing_fpr = phi(bisect(difference, z_of(last), z_of(k)));
      result.crossing_tpr = first.roc(result.crossing_fpr);
    }
    last = k;
  }
  return result;
}

}  // namespace trawl::studies
