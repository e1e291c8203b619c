#include "studies/fairness/continuous_scores.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "studies/models/bisect.hpp"

namespace trawl::studies::fairness {
namespace {

using models::bisect;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Standard normal cdf.
double phi(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
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
  struct Sample {
    double difference;  // first's true positive rate minus second's
    double threshold[2];
  };
  // Where both false positive rates are phi(z). Right of the middle the complements are compared, which keep their
  // digits there. Differences that rounding alone could make are 0.
  const auto sample_at = [&](double z, const double(&guess)[2]) {
    const ContinuousScores* groups[] = {&first, &second};
    Sample sample;
    double rate[2];
    for (int g = 0; g < 2; ++g) {
      double& score = sample.threshold[g];
      score = z <= 0 ? score_with_above(groups[g]->defaulting_, phi(z), guess[g])
                     : score_with_below(groups[g]->defaulting_, phi(-z), guess[g]);
      rate[g] = z <= 0 ? above(groups[g]->repaying_, score) : -below(groups[g]->repaying_, score);
    }
    const double difference = rate[0] - rate[1];
    sample.difference = std::abs(difference) > 1e-12 * std::abs(rate[0] + rate[1]) ? difference : 0;
    return sample;
  };

  constexpr int intervals = 104;
  const auto z_of = [&](int k) { return -7 + 0.125 * k; };
  Sample samples[intervals + 1];
  for (int k = 0; k <= intervals; ++k) {
    double guess[] = {not_a_number, not_a_number};
    if (k >= 2)
      for (int g = 0; g < 2; ++g) guess[g] = 2 * samples[k - 1].threshold[g] - samples[k - 2].threshold[g];
    samples[k] = sample_at(z_of(k), guess);
  }

  RocComparison result{.crossing_fpr = not_a_number, .crossing_tpr = not_a_number};
  for (int g = 0; g < 2; ++g) {
    const auto lead = [&](const Sample& sample) { return g == 0 ? sample.difference : -sample.difference; };
    const auto most = std::max_element(std::begin(samples), std::end(samples),
                                       [&](const Sample& a, const Sample& b) { return lead(a) < lead(b); });
    if (lead(*most) <= 0) continue;
    const int k = static_cast<int>(most - samples);
    const double refined = largest([&](double z) { return lead(sample_at(z, most->threshold)); },
                                   z_of(std::max(k - 1, 0)), z_of(std::min(k + 1, intervals)));
    result.lead[g] = std::max(refined, lead(*most));
  }
  int last = -1;  // last sample that differed
  for (int k = 0; k <= intervals; ++k) {
    if (samples[k].difference == 0) continue;
    if (last >= 0 && (samples[last].difference > 0) != (samples[k].difference > 0) && ++result.crossings == 1) {
      const auto difference = [&](double z) { return sample_at(z, samples[k].threshold).difference; };
      result.crossing_fpr = phi(bisect(difference, z_of(last), z_of(k)));
      result.crossing_tpr = first.roc(result.crossing_fpr);
    }
    last = k;
  }
  return result;
}

}  // namespace trawl::studies::fairness
