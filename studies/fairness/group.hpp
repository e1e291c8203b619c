// What the two forms of evaluation have in common: a group's curves, and what is asked of them.
#pragma once

#include <cstddef>

#include "studies/fairness/mixture.hpp"

namespace trawl::studies::fairness {

/// One curve of scores: `weight` people, a share `prop` of them N(mean1, sd1^2), the others N(mean2, sd2^2).
struct Curve {
  double weight;
  double mean1;
  double mean2;
  double sd1;
  double sd2;
  double prop;

  Mixture mixture() const { return {{prop, mean1, sd1}, {1 - prop, mean2, sd2}}; }
};

/// The scores of those who default (y = 0) and of those who repay (y = 1).
struct Group {
  Curve defaulting;
  Curve repaying;
};

/// Shares of a group's defaulters and repayers who score above a threshold.
struct Rates {
  double false_positive = 0;
  double true_positive = 0;
};

struct Best {
  double threshold = 0;
  double profit = 0;
};

/// How two ROC curves lie to each other for false positive rates strictly between 0 and 1.
struct RocComparison {
  double lead[2] = {0, 0};  ///< how far group 0's, group 1's curve rises above the other's, at most; >= 0
  std::size_t crossings = 0;
  double crossing_fpr;  ///< of the first one; NaN if there is none
  double crossing_tpr;
};

}  // namespace trawl::studies::fairness
