#include "studies/fairness/fairness.hpp"

#include <algorithm>
#include <vector>

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
void write_outcomes(std::span<const Scores> groups, const Outcome (&outcomes)[2], double loss, std::size_t task,
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

/// What does not depend on the thresholds.
template <class Scores>
struct Setting {
  std::vector<double> parameters = {};  ///< those from `curves` on
  std::size_t roc_size = 0;             ///< points of a curve in the layout
  std::vector<Scores> groups = {};
  std::vector<double> outputs = {};  ///< those from `auc` on, one after another
};

template <class Scores>
Setting<Scores> make_setting(std::span<const double> row, std::size_t roc_size) {
  Setting<Scores> setting{.parameters = {row.begin() + curves, row.end()}, .roc_size = roc_size};
  const auto& groups = setting.groups;
  auto& outputs = setting.outputs;
  for (std::size_t first = curves; first < target_rate; first += 12)
    setting.groups.push_back(Scores({curve_from(&row[first]), curve_from(&row[first + 6])}));
  for (const Scores& group : groups) outputs.push_back(group.area_under_curve());
  for (const Scores& group : groups) outputs.push_back(group.threshold_for_acceptance(row[target_rate]));
  for (const Scores& group : groups) outputs.push_back(group.threshold_for_opportunity(row[target_tpr]));
  const Best best[] = {groups[0].best(row[loss_ratio]), groups[1].best(row[loss_ratio])};
  const RocComparison curves_compared = compare(groups[0], groups[1]);
  outputs.insert(outputs.end(),
                 {best[0].threshold, best[1].threshold, best[0].profit, best[1].profit, curves_compared.lead[0],
                  curves_compared.lead[1], static_cast<double>(curves_compared.crossings), curves_compared.crossing_fpr,
                  curves_compared.crossing_tpr});
  for (const Scores& group : groups)
    for (std::size_t k = 1; k <= roc_size; ++k)
      outputs.push_back(group.roc(static_cast<double>(k) / static_cast<double>(roc_size + 1)));
  return setting;
}

/// Keeps the thread's last setting, so that ranges of few tasks do not each make it anew.
template <class Scores>
const Setting<Scores>& setting_of(std::span<const double> row, std::size_t roc_size) {
  thread_local Setting<Scores> last;
  const auto parameters = row.subspan(curves);
  if (last.roc_size != roc_size ||
      !std::equal(parameters.begin(), parameters.end(), last.parameters.begin(), last.parameters.end()))
    last = make_setting<Scores>(row, roc_size);
  return last;
}

/// Fills data[0, count) with copies of `pattern`.
void repeat(std::span<const double> pattern, double* data, std::size_t count) {
  std::copy(pattern.begin(), pattern.end(), data);
  for (std::size_t filled = pattern.size(); filled < count; filled *= 2)
    std::copy_n(data, std::min(filled, count - filled), data + filled);
}

/// Tasks [first, last), which differ in their thresholds only.
template <class Scores>
void evaluate_run(const Tasks& tasks, std::size_t first, std::size_t last, const Columns& columns) {
  const double* row = tasks.row(first).data();
  const auto& setting = setting_of<Scores>(tasks.row(first), columns.sizes[roc] / 2);
  std::span<const double> outputs = setting.outputs;
  for (std::size_t output = auc; output < output_count; ++output) {
    const std::size_t size = columns.sizes[output];
    repeat(outputs.first(size), columns.of(output, first).data(), (last - first) * size);
    outputs = outputs.subspan(size);
  }

  const auto& groups = setting.groups;
  Outcome outcomes[] = {outcome_at(groups[0], row[tau0]), outcome_at(groups[1], row[tau1])};
  for (std::size_t i = first; i < last; ++i) {
    const double* last_row = row;
    row = tasks.row(i).data();
    if (row[tau0] != last_row[tau0]) outcomes[0] = outcome_at(groups[0], row[tau0]);
    if (row[tau1] != last_row[tau1]) outcomes[1] = outcome_at(groups[1], row[tau1]);
    write_outcomes<Scores>(groups, outcomes, row[loss_ratio], i, columns);
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
