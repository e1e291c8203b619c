#include "studies/fairness/fairness.hpp"

#include <algorithm>

#include "studies/fairness/continuous_scores.hpp"
#include "studies/fairness/grid_scores.hpp"
#include "studies/fairness/places.hpp"

namespace trawl::studies {
namespace {

using namespace fairness;

Curve curve_from(const double* six) {
  return {six[0], six[1], six[2], six[3], six[4], six[5]};
}

/// A group's people on one side of its threshold or the other.
struct Outcome {
  Rates rate;
  double granted_defaulters;
  double granted_repayers;
  double right;  ///< repayers granted and defaulters refused
};

template <class Scores>
Outcome outcome_at(const Scores& scores, double threshold) {
  const Rates rate = scores.rates(threshold);
  const double y0 = scores.defaulters() * rate.false_positive;
  const double y1 = scores.repayers() * rate.true_positive;
  return {rate, y0, y1, y1 + (scores.defaulters() - y0)};
}

/// Everything that follows from the thresholds.
template <class Scores>
void write_outcomes(const Scores (&groups)[2], const Outcome (&outcomes)[2], double loss, std::size_t task,
                    const Columns& columns) {
  double people = 0, right = 0, accepted[2];
  for (std::size_t g = 0; g < 2; ++g) {
    const Outcome& outcome = outcomes[g];
    const double members = groups[g].defaulters() + groups[g].repayers();
    const double granted = outcome.granted_defaulters + outcome.granted_repayers;
    accepted[g] = granted / members;
    columns.of(acceptance_rate, task)[g] = accepted[g];
    columns.of(true_positive_rate, task)[g] = outcome.rate.true_positive;
    columns.of(false_positive_rate, task)[g] = outcome.rate.false_positive;
    columns.of(default_rate, task)[g] = outcome.granted_defaulters / granted;
    columns.of(profit, task)[g] = outcome.granted_repayers - loss * outcome.granted_defaulters;
    people += members;
    right += outcome.right;
  }
  columns.of(demographic_parity_gap, task)[0] = accepted[0] - accepted[1];
  columns.of(equal_opportunity_gap, task)[0] = outcomes[0].rate.true_positive - outcomes[1].rate.true_positive;
  columns.of(accuracy, task)[0] = right / people;
}

/// Everything that does not.
template <class Scores>
void write_constants(const Scores (&groups)[2], const double* row, std::size_t task, const Columns& columns) {
  for (std::size_t g = 0; g < 2; ++g) {
    const Best best = groups[g].best(row[loss_ratio]);
    columns.of(auc, task)[g] = groups[g].area_under_curve();
    columns.of(parity_threshold, task)[g] = groups[g].threshold_for_acceptance(row[target_rate]);
    columns.of(opportunity_threshold, task)[g] = groups[g].threshold_for_opportunity(row[target_tpr]);
    columns.of(best_threshold, task)[g] = best.threshold;
    columns.of(best_profit, task)[g] = best.profit;
    const std::size_t points = columns.sizes[roc] / 2;
    for (std::size_t k = 0; k < points; ++k)
      columns.of(roc, task)[g * points + k] =
          groups[g].roc(static_cast<double>(k + 1) / static_cast<double>(points + 1));
  }
  const RocComparison curves = compare(groups[0], groups[1]);
  std::copy_n(curves.lead, 2, columns.of(roc_lead, task).begin());
  columns.of(roc_crossings, task)[0] = static_cast<double>(curves.crossings);
  columns.of(crossing_fpr, task)[0] = curves.crossing_fpr;
  columns.of(crossing_tpr, task)[0] = curves.crossing_tpr;
}

/// Fills data[0, count) with copies of its first `size` elements.
void repeat(double* data, std::size_t size, std::size_t count) {
  for (std::size_t filled = size; filled < count; filled *= 2)
    std::copy_n(data, std::min(filled, count - filled), data + filled);
}

/// Tasks [first, last), which differ in their thresholds only.
template <class Scores>
void evaluate_run(const Tasks& tasks, std::size_t first, std::size_t last, const Columns& columns) {
  const double* row = tasks.row(first).data();
  const Scores groups[] = {Scores({curve_from(row + curves), curve_from(row + curves + 6)}),
                           Scores({curve_from(row + curves + 12), curve_from(row + curves + 18)})};
  write_constants(groups, row, first, columns);
  for (std::size_t output = auc; output < output_count; ++output)
    repeat(columns.of(output, first).data(), columns.sizes[output], (last - first) * columns.sizes[output]);

  Outcome outcomes[] = {outcome_at(groups[0], row[tau0]), outcome_at(groups[1], row[tau1])};
  for (std::size_t i = first; i < last; ++i) {
    const double* last_row = row;
    row = tasks.row(i).data();
    if (row[tau0] != last_row[tau0]) outcomes[0] = outcome_at(groups[0], row[tau0]);
    if (row[tau1] != last_row[tau1]) outcomes[1] = outcome_at(groups[1], row[tau1]);
    write_outcomes(groups, outcomes, row[loss_ratio], i, columns);
  }
}

}  // namespace

void Fairness::evaluate(const Tasks& tasks, const Columns& columns) const {
  const auto same_setting = [&](std::size_t i, std::size_t j) {
    return std::equal(tasks.row(i).begin() + curves, tasks.row(i).end(), tasks.row(j).begin() + curves);
  };
  for (std::size_t first = 0, last = 0; first < tasks.size; first = last) {
    while (last < tasks.size && same_setting(first, last)) ++last;
    const bool continuous = tasks.row(first)[form] == 0;
    (continuous ? evaluate_run<ContinuousScores> : evaluate_run<GridScores>)(tasks, first, last, columns);
  }
}

}  // namespace trawl::studies
