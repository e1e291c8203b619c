#include "engine/evaluate.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/inflight.hpp"
#include "engine/shortage.hpp"
#include "engine/task_text.hpp"

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

/// The first value that fails its task; `count` if none does.
std::size_t first_failure(const double* values, std::size_t count, bool nan_allowed) {
  const double* found = std::find_if(
      values, values + count, [&](double value) { return std::isinf(value) || (!nan_allowed && std::isnan(value)); });
  return static_cast<std::size_t>(found - values);
}

/// What becomes of tasks whose study threw. The message is empty if there is no memory for it.
struct Verdict {
  Status status = Status::threw;
  std::string message = {};
};

/// Call in a catch block. An exception that says what the machine lacks, and any other one after memory ran out, is no
/// result: the status is pending.
Verdict verdict_on_exception(std::uint64_t shortages_before) noexcept {
  Verdict verdict;
  try {
    throw;
  } catch (const std::exception& error) {
    const char* lacking = shortages() != shortages_before ? "memory" : nullptr;
    if (const char* said = missing_resource(error)) lacking = said;
    if (lacking != nullptr) verdict.status = Status::pending;
    try {
      verdict.message = lacking != nullptr ? fmt::format("for want of {} ({})", lacking, error.what()) : error.what();
    } catch (const std::bad_alloc&) {
      verdict.status = Status::pending;
    }
  } catch (...) {
    try {
      verdict.message = "the study threw something that is not a std::exception";
    } catch (const std::bad_alloc&) {
      verdict.status = Status::pending;
    }
  }
  return verdict;
}

/// Adds what `describe` returns, unless there are enough or there is no memory for it: statuses do not depend on it.
template <class Describe>
void add_failure(std::vector<Failure>& failures, const Describe& describe) {
  if (failures.size() >= Records::max_failures_per_range) return;
  try {
    failures.push_back(describe());
  } catch (const std::bad_alloc&) {
  }
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
  const std::uint64_t shortages_before = shortages();
  Verdict verdict;
  try {
    const StudyScope scope;
    sweep_.study.evaluate(block, columns);
    verdict.status = Status::ok;
  } catch (...) {
    verdict = verdict_on_exception(shortages_before);
  }
  if (verdict.status == Status::ok) {
    check_finite(tasks, buffer, failures);
    return;
  }
  for (std::size_t k = 0; k < base_.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    std::fill_n(buffer.columns[k] + place * size, tasks.size() * size, nan_value);
  }
  if (tasks.size() == 1) {
    buffer.statuses[place] = static_cast<std::uint8_t>(verdict.status);
    add_failure(failures, [&] { return Failure{tasks.begin, verdict.status, std::move(verdict.message)}; });
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
    const bool nan_allowed = !sweep_.layout.outputs[k].nan_means.empty();
    for (std::uint64_t i = 0; i < tasks.size(); ++i) {
      const double* values = column + i * size;
      const std::size_t at = first_failure(values, size, nan_allowed);
      std::uint8_t& status = buffer.statuses[place + i];
      if (at == size || status != static_cast<std::uint8_t>(Status::ok)) continue;
      status = static_cast<std::uint8_t>(Status::non_finite);
      add_failure(failures, [&] {
        const char* value = std::isnan(values[at]) ? "nan" : values[at] > 0 ? "inf" : "-inf";
        return Failure{tasks.begin + i, Status::non_finite,
                       fmt::format("output {} is {}", element_text(sweep_.layout, k, at), value)};
      });
    }
  }
}

}  // namespace trawl
