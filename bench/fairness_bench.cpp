// The fairness kernel alone: tasks a second along a threshold axis, and the price of a new set of curves.
#include <benchmark/benchmark.h>

#include <vector>

#include "studies/fairness/fairness.hpp"

namespace {

using namespace trawl;

/// A block of tasks whose tau1 varies fastest, as in a grid, and a place for its outputs.
struct Block {
  explicit Block(std::size_t size, double form) {
    std::vector<double> row;
    std::vector<Extent> extents;
    for (const Parameter& parameter : study.declaration().parameters) {
      row.push_back(parameter.name == "form" ? form : parameter.default_value);
      extents.push_back({row.back(), row.back()});
    }
    for (std::size_t i = 0; i < size; ++i) {
      row[0] = -4 + 0.008 * static_cast<double>(i / 1000);
      row[1] = -4 + 0.008 * static_cast<double>(i % 1000);
      rows.insert(rows.end(), row.begin(), row.end());
    }
    tasks = {
        .size = size, .parameter_count = row.size(), .parameters = rows.data(), .seed = 0, .random_index = nullptr};
    const OutputLayout layout = study.outputs(extents);
    for (std::size_t k = 0; k < layout.outputs.size(); ++k) {
      sizes.push_back(layout.size(k));
      outputs.emplace_back(size * layout.size(k));
      base.push_back(outputs.back().data());
    }
  }

  void evaluate() const { study.evaluate(tasks, {.base = base.data(), .sizes = sizes.data(), .count = sizes.size()}); }

  studies::Fairness study;
  std::vector<double> rows;
  Tasks tasks;
  std::vector<std::vector<double>> outputs;
  std::vector<double*> base;
  std::vector<std::size_t> sizes;
};

void threshold_axis(benchmark::State& state, double form) {
  const Block block(studies::Fairness().max_block(), form);
  for (auto _ : state) block.evaluate();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(block.tasks.size));
}

/// Every task with curves of its own, as along an axis of theirs.
void new_curves(benchmark::State& state, double form) {
  Block block(1, form);
  for (auto _ : state) {
    block.rows[3] += 1e-9;  // a mean
    block.evaluate();
  }
}

BENCHMARK_CAPTURE(threshold_axis, continuous, 0);
BENCHMARK_CAPTURE(threshold_axis, grid, 1);
BENCHMARK_CAPTURE(new_curves, continuous, 0);
BENCHMARK_CAPTURE(new_curves, grid, 1);

}  // namespace

BENCHMARK_MAIN();
