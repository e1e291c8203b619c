// A group's scores as continuous mixtures: every quantity by normal cdfs.
#pragma once

#include "studies/fairness/group.hpp"

namespace trawl::studies::fairness {

class ContinuousScores {
 public:
  /// Throws std::domain_error if the group has nobody.
  explicit ContinuousScores(const Group& group);

  double defaulters() const { return defaulters_; }  ///< people
  double repayers() const { return repayers_; }

  Rates rates(double threshold) const;

  /// The threshold that a given share of the whole group, of its repayers scores above.
  double threshold_for_acceptance(double share) const { return score_with_above(everybody_, share); }
  double threshold_for_opportunity(double share) const { return score_with_above(repaying_, share); }

  /// The threshold of largest profit repaid - loss_ratio * defaulted: the best root of density_y1 = loss_ratio *
  /// density_y0 (both in people per score), or the lowest or highest score (8 sd beyond every part) if granting all
  /// or none pays more.
  Best best(double loss_ratio) const;

  /// P(a repayer scores higher than a defaulter): a sum of normal cdfs.
  double area_under_curve() const;

  /// True positive rate where the false positive rate is fpr, 0 < fpr < 1.
  double roc(double fpr) const;

  /// Samples the difference at false positive rates Phi(z), z = -7, -6.875, ..., 6 (1e-12 to 1 - 1e-9), and refines
  /// its extremes and first sign change; differences under 1e-12 of the rates compared count as rounding.
  friend RocComparison compare(const ContinuousScores& first, const ContinuousScores& second);

 private:
  double defaulters_;
  double repayers_;
  Mixture defaulting_;
  Mixture repaying_;
  Mixture everybody_;
};

}  // namespace trawl::studies::fairness
