// The order of the fairness study's parameters in a row and of its outputs in the layout.
#pragma once

#include <cstddef>

namespace trawl::studies::fairness {

/// Six numbers for each curve: weight, mean1, mean2, sd1, sd2, prop of y0p0, y1p0, y0p1, y1p1.
enum ParameterPlace : std::size_t {
  tau0,
  tau1,
  curves,
  target_rate = curves + 24,
  target_tpr,
  loss_ratio,
  form,
  roc_points
};

/// Those from auc on do not depend on the thresholds.
enum OutputPlace : std::size_t {
  acceptance_rate,
  true_positive_rate,
  false_positive_rate,
  default_rate,
  profit,
  demographic_parity_gap,
  equal_opportunity_gap,
  accuracy,
  auc,
  parity_threshold,
  opportunity_threshold,
  best_threshold,
  best_profit,
  roc_lead,
  roc_crossings,
  crossing_fpr,
  crossing_tpr,
  roc,
  output_count
};

}  // namespace trawl::studies::fairness
