// A group's scores as the source has them: frequencies on a grid of 800 scores, sums in place of integrals.
#pragma once

#include <array>

#include "studies/fairness/group.hpp"

namespace trawl::studies::fairness {

/// The scores -4, -3.99, .., 3.99 as NumPy's arange(-4, 4, 0.01) makes them: start + i * ((start + step) - start), so
/// that score 400 is -8.5e-14 rather than 0.
inline constexpr std::size_t grid_size = 800;
inline constexpr double grid_step = 0.01;
constexpr double grid_score(std::size_t i) {
  return -4.0 + static_cast<double>(i) * ((-4.0 + grid_step) - -4.0);
}

/// Same questions as to ContinuousScores, and same names. A loan is granted if the score is > the threshold.
/// People are counted by the frequencies at the grid scores times 0.01: a little fewer than the curves' weights, since
/// the grid cuts the tails.
class GridScores {
 public:
  /// Throws std::domain_error if the group has nobody or the grid misses a curve altogether.
  explicit GridScores(const Group& group);

  double defaulters() const { return defaulters_; }
  double repayers() const { return repayers_; }

  Rates rates(double threshold) const;

  /// The grid score whose rate is nearest; the lower one of two.
  double threshold_for_acceptance(double share) const;
  double threshold_for_opportunity(double share) const;
  Best best(double loss_ratio) const;  ///< among the grid scores

  /// Trapezoids under the points of all thresholds, the point (1, 1) put before them.
  double area_under_curve() const;

  /// The points of the curve joined by straight lines.
  double roc(double fpr) const;

  /// Exact for the joined lines: looks at the points of both.
  friend RocComparison compare(const GridScores& first, const GridScores& second);

 private:
  double defaulters_;
  double repayers_;
  /// Rates when the scores from number k on are accepted; k = 0 is the point (1, 1), k = 800 the point (0, 0).
  std::array<Rates, grid_size + 1> curve_;
};

}  // namespace trawl::studies::fairness
