#include "studies/fairness/grid_scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace trawl::studies::fairness {
namespace {

using Shares = std::array<double, grid_size + 1>;

const std::array<double, grid_size>& scores() {
  static const auto all = [] {
    std::array<double, grid_size> grid;
    for (std::size_t i = 0; i < grid_size; ++i) grid[i] = grid_score(i);
    return grid;
  }();
  return all;
}

/// Element k: the sum of the density over the scores from number k on.
Shares sums_from(const Mixture& mixture) {
  Shares sums;
  sums[grid_size] = 0;
  for (std::size_t k = grid_size; k-- > 0;) sums[k] = sums[k + 1] + density(mixture, scores()[k]);
  if (!(sums[0] > 0))
    throw std::domain_error("no grid score carries any of a curve (it lies off [-4, 4) or is too narrow)");
  return sums;
}

/// The grid score for which f(number of the first score accepted) is smallest; the first of several.
template <class F>
double score_minimising(const F& f) {
  std::size_t best = 1;
  for (std::size_t k = 2; k <= grid_size; ++k)
    if (f(k) < f(best)) best = k;
  return scores()[best - 1];
}

}  // namespace

GridScores::GridScores(const Group& group) {
  if (!(group.defaulting.weight + group.repaying.weight > 0))
    throw std::domain_error("a group has nobody (both its weights are 0)");
  const Shares defaulting = sums_from(group.defaulting.mixture());
  const Shares repaying = sums_from(group.repaying.mixture());
  for (std::size_t k = 0; k <= grid_size; ++k) curve_[k] = {defaulting[k] / defaulting[0], repaying[k] / repaying[0]};
  defaulters_ = group.defaulting.weight * (defaulting[0] * grid_step);
  repayers_ = group.repaying.weight * (repaying[0] * grid_step);
}

Rates GridScores::rates(double threshold) const {
  return curve_[std::upper_bound(scores().begin(), scores().end(), threshold) - scores().begin()];
}

double GridScores::threshold_for_acceptance(double share) const {
  return score_minimising([&](std::size_t k) {
    const double accepted = defaulters_ * curve_[k].false_positive + repayers_ * curve_[k].true_positive;
    return std::abs(accepted / (defaulters_ + repayers_) - share);
  });
}

double GridScores::threshold_for_opportunity(double share) const {
  return score_minimising([&](std::size_t k) { return std::abs(curve_[k].true_positive - share); });
}

Best GridScores::best(double loss_ratio) const {
  const auto profit = [&](const Rates& rate) {
    return repayers_ * rate.true_positive - loss_ratio * (defaulters_ * rate.false_positive);
  };
  const double threshold = score_minimising([&](std::size_t k) { return -profit(curve_[k]); });
  return {threshold, profit(rates(threshold))};
}

double GridScores::area_under_curve() const {
  double area = 0;
  for (std::size_t k = 0; k < grid_size; ++k)
    area += 0.5 * (curve_[k].true_positive + curve_[k + 1].true_positive) *
            (curve_[k].false_positive - curve_[k + 1].false_positive);
  return area;
}

double GridScores::roc(double fpr) const {
  const auto right = std::partition_point(curve_.begin(), curve_.end() - 1,
                                          [&](const Rates& rate) { return rate.false_positive > fpr; });
  if (right == curve_.begin()) return 1;
  const Rates& upper = *(right - 1);
  const Rates& lower = *right;
  const double part = (fpr - lower.false_positive) / (upper.false_positive - lower.false_positive);
  return lower.true_positive + part * (upper.true_positive - lower.true_positive);
}

RocComparison compare(const GridScores& first, const GridScores& second) {
  std::vector<double> knots;
  for (const GridScores* group : {&first, &second})
    for (const Rates& rate : group->curve_)
      if (rate.false_positive > 0 && rate.false_positive < 1) knots.push_back(rate.false_positive);
  std::sort(knots.begin(), knots.end());

  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  RocComparison result{.crossing_fpr = none, .crossing_tpr = none};
  double last_knot = 0, last_difference = 0;
  for (const double knot : knots) {
    const double rate[] = {first.roc(knot), second.roc(knot)};
    const double difference = rate[0] - rate[1];
    if (std::abs(difference) <= 1e-10 * (rate[0] + rate[1])) continue;
    result.lead[0] = std::max(result.lead[0], difference);
    result.lead[1] = std::max(result.lead[1], -difference);
    if (last_difference * difference < 0 && ++result.crossings == 1) {
      result.crossing_fpr = last_knot + (knot - last_knot) * (last_difference / (last_difference - difference));
      result.crossing_tpr = first.roc(result.crossing_fpr);
    }
    last_knot = knot;
    last_difference = difference;
  }
  return result;
}

}  // namespace trawl::studies::fairness
