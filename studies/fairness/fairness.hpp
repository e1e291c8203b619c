// Two groups' credit scores, a threshold for each: what is fair, and what does it cost?
#pragma once

#include "engine/study.hpp"

namespace trawl::studies {

/// Group p (p0, p1) has w_0 people who will default (y = 0) and w_1 who will repay (y = 1). Their scores c have
///
///     f_y(c) = prop N(c; mean1, sd1^2) + (1 - prop) N(c; mean2, sd2^2),   S_y(t) = P(c > t),
///
/// six numbers for each (y, p). A loan is granted when c > tau_p. With TPR = S_1(tau), FPR = S_0(tau), L = loss_ratio:
///
///     acceptance rate  (w_0 FPR + w_1 TPR) / (w_0 + w_1)          profit  w_1 TPR - L w_0 FPR
///     default rate     w_0 FPR / (w_0 FPR + w_1 TPR)              AUC     P(c_1 > c_0)
///     accuracy         both groups' (w_1 TPR + w_0 (1 - FPR)) / (w_0 + w_1)
///     demographic-parity gap    acceptance rate of p0 - that of p1
///     equal-opportunity gap     TPR of p0 - that of p1
///     ROC curve        TPR as a function of FPR: S_1(S_0^-1(fpr))
///     thresholds       acceptance rate = target_rate; TPR = target_tpr; largest profit
///
/// | symbol | parameter | domain |
/// |---|---|---|
/// | tau_p | tau0, tau1 | any |
/// | w_y, prop | y0p0_weight .. y1p1_weight, .._prop | >= 0; [0, 1] |
/// | mean, sd | .._mean1, .._mean2, .._sd1, .._sd2 | [-1e6, 1e6]; [1e-6, 1e6] |
/// | target rate, TPR | target_rate, target_tpr | (0, 1) |
/// | L | loss_ratio: what a default loses, a repaid loan earning 1 | >= 0 |
///
/// Equalised odds asks for TPR and FPR to agree, which needs ROC curves that cross between their ends.
///
/// Method: form = continuous (default): normal cdfs by erfc, closed-form AUC, bracketed Newton for thresholds and the
/// ROC curve. form = grid: the source's sums of densities over the scores -4, -3.99, .., 3.99, strict comparison,
/// nearest grid thresholds, trapezoids. What does not depend on the thresholds is computed when another parameter
/// changes, and kept for the thread's next task.
/// Error: continuous: rates, AUC 1e-14; thresholds 1e-14 relative to score and sd where the density is not tiny. grid:
/// exact sums, which are about 0.002 below the continuous rates. tests/studies/fairness_test.cpp measures both.
/// Cost: about 0.2 us a task along a threshold axis, 0.3 ms for each new set of the other parameters.
/// Source: S. J. D. Prince, Understanding Deep Learning (2023), notebook 21.1, "Bias mitigation".
class Fairness final : public Study {
 public:
  Fairness();

  const Declaration& declaration() const override { return declaration_; }

  /// The largest roc_points of the sweep sets the size of the fpr dimension.
  OutputLayout outputs(std::span<const Extent> extents) const override;

  std::size_t max_block() const override { return 1024; }
  void evaluate(const Tasks& tasks, const Columns& columns) const override;

 private:
  Declaration declaration_;
};

}  // namespace trawl::studies
