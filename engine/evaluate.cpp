#include "engine/evaluate.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <limits>

#include "engine/error.hpp"
#include "engine/run.hpp"

namespace trawl {

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Whether every value is finite; on bits, so that the compiler vectorises it.
bool all_finite(const double* values, std::size_t count) {
  constexpr std::uint64_t exponent = 0x7ff0000000000000;
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < count; ++i) {
    any |= static_cast<std::uint64_t>((std::bit_cast<std::uint64_t>(values[i]) & exponent) == exponent);
  }
  return any == 0;
}

void make_nans_canonical(double* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isnan(values[i])) values[i] = nan_value;
  }
}

bool has_failure(const double* values, std::size_t count, bool nan_allowed) {
  return std::any_of(values, values + count,
                     [&](double value) { return std::isinf(value) || (!nan_allowed && std::isnan(value)); });
}

}  // namespace

Evaluator::Evaluator(const Sweep& sweep)
    : sweep_(sweep),
      constraint_(sweep.spec.where, sweep.study.declaration()),
      block_(std::max<std::size_t>(1, sweep.study.max_block())) {
  const std::size_t parameters = sweep.design.parameter_count();
  rows_.resize(block_ * parameters);
  points_.resize(sweep.design.replicates() > 1 ? block_ * parameters : 0);
  random_index_.resize(block_);
  base_.resize(sweep.output_sizes.size());
}

void Evaluator::load_points(TaskRange tasks) {
  const std::size_t parameters = sweep_.design.parameter_count();
  const std::uint64_t replicates = sweep_.design.replicates();
  if (replicates == 1) {
    sweep_.design.points(tasks.begin, tasks.size(), rows_.data());
  } else {
    const PointIndex first = tasks.begin / replicates;
    const PointIndex last = (tasks.end - 1) / replicates;
    sweep_.design.points(first, last - first + 1, points_.data());
    double* row = rows_.data();
    for (TaskIndex task = tasks.begin; task < tasks.end; ++task, row += parameters) {
      std::copy_n(points_.data() + (task / replicates - first) * parameters, parameters, row);
    }
  }
  for (TaskIndex task = tasks.begin; task < tasks.end; ++task) {
    random_index_[task - tasks.begin] = sweep_.design.random_index(task);
  }
}

void Evaluator::evaluate(TaskRange tasks, const RangeBuffer& buffer, std::vector<Failure>& failures) {
  TRAWL_CHECK(!tasks.empty() && tasks.size() <= block_);
  TRAWL_CHECK(tasks.begin >= buffer.range.begin && tasks.end <= buffer.range.end);
  const std::uint64_t offset = tasks.begin - buffer.range.begin;
  for (std::size_t k = 0; k < base_.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    std::fill_n(buffer.columns[k] + offset * size, tasks.size() * size, nan_value);
  }
  load_points(tasks);

  if (sweep_.spec.where.empty()) {
    evaluate_part(tasks, 0, buffer, failures);
    return;
  }
  const std::size_t parameters = sweep_.design.parameter_count();
  TaskIndex begin = tasks.begin;  // of the current run of wanted tasks
  for (TaskIndex task = tasks.begin; task < tasks.end; ++task) {
    const double* row = rows_.data() + (task - tasks.begin) * parameters;
    if (constraint_.admits({row, parameters})) continue;
    buffer.statuses[task - buffer.range.begin] = static_cast<std::uint8_t>(Status::excluded);
    if (begin < task) evaluate_part({begin, task}, begin - tasks.begin, buffer, failures);
    begin = task + 1;
  }
  if (begin < tasks.end) evaluate_part({begin, tasks.end}, begin - tasks.begin, buffer, failures);
}

void Evaluator::evaluate_part(TaskRange tasks, std::size_t offset, const RangeBuffer& buffer,
                              std::vector<Failure>& failures) {
  const std::uint64_t place = tasks.begin - buffer.range.begin;
  const std::size_t parameters = sweep_.design.parameter_count();
  for (std::size_t k = 0; k < base_.size(); ++k) base_[k] = buffer.columns[k] + place * sweep_.output_sizes[k];
  const Tasks block{static_cast<std::size_t>(tasks.size()), parameters, rows_.data() + offset * parameters,
                    sweep_.design.seed(), random_index_.data() + offset};
  const Columns columns{base_.data(), sweep_.output_sizes.data(), base_.size(),
                        sweep_.study.declaration().name.c_str()};
  std::string message;
  try {
    sweep_.study.evaluate(block, columns);
    check_finite(tasks, buffer, failures);
    return;
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "the study threw something that is not a std::exception";
  }
  for (std::size_t k = 0; k < base_.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    std::fill_n(buffer.columns[k] + place * size, tasks.size() * size, nan_value);
  }
  if (tasks.size() == 1) {
    buffer.statuses[place] = static_cast<std::uint8_t>(Status::threw);
    failures.push_back({tasks.begin, Status::threw, message});
    return;
  }
  for (TaskIndex task = tasks.begin; task < tasks.end; ++task) {
    evaluate_part({task, task + 1}, offset + (task - tasks.begin), buffer, failures);
  }
}

void Evaluator::check_finite(TaskRange tasks, const RangeBuffer& buffer, std::vector<Failure>& failures) {
  const std::uint64_t place = tasks.begin - buffer.range.begin;
  std::fill_n(buffer.statuses + place, tasks.size(), static_cast<std::uint8_t>(Status::ok));
  for (std::size_t k = 0; k < base_.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    double* column = buffer.columns[k] + place * size;
    if (all_finite(column, tasks.size() * size)) continue;
    make_nans_canonical(column, tasks.size() * size);
    const Output& output = sweep_.layout.outputs[k];
    for (std::uint64_t i = 0; i < tasks.size(); ++i) {
      if (!has_failure(column + i * size, size, !output.nan_means.empty())) continue;
      std::uint8_t& status = buffer.statuses[place + i];
      if (status != static_cast<std::uint8_t>(Status::ok)) continue;
      status = static_cast<std::uint8_t>(Status::non_finite);
      failures.push_back({tasks.begin + i, Status::non_finite, "output " + output.name + " is not finite"});
    }
  }
}

Records evaluate_task(const Sweep& sweep, TaskIndex task) {
  Records records;
  records.range = {task, task + 1};
  records.value_count = sweep.doubles_per_task;
  records.values = std::make_unique_for_overwrite<double[]>(sweep.doubles_per_task);
  std::uint8_t status = 0;
  RangeBuffer buffer{records.range, {}, &status};
  double* column = records.values.get();
  for (const std::size_t size : sweep.output_sizes) {
    buffer.columns.push_back(column);
    column += size;
  }
  Evaluator(sweep).evaluate(records.range, buffer, records.failures);
  records.statuses.push_back({1, static_cast<Status>(status)});
  return records;
}

}  // namespace trawl
