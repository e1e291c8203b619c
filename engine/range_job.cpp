#include "engine/range_job.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>

namespace trawl {

RangeJob::RangeJob(const Sweep& sweep, const Assignment& the_assignment)
    : assignment(the_assignment),
      size(assignment.range.size()),
      values(std::make_unique_for_overwrite<double[]>(size * sweep.doubles_per_task)),
      statuses(size) {
  buffer.range = assignment.range;
  buffer.statuses = statuses.data();
  double* column = values.get();
  for (const std::size_t output_size : sweep.output_sizes) {
    buffer.columns.push_back(column);
    column += size * output_size;
  }
}

void RangeJob::describe(std::vector<Failure>& found) {
  try {
    for (Failure& failure : found) {
      if (failures.size() < Records::max_failures_per_range) failures.push_back(std::move(failure));
    }
  } catch (const std::bad_alloc&) {
  }
  found.clear();
}

bool RangeJob::is_timed_out(TaskIndex task) const {
  return !timed_out.empty() && std::binary_search(timed_out.begin(), timed_out.end(), task);
}

void RangeJob::copy_values(const Sweep& sweep, std::uint64_t count, double* out) const {
  for (std::size_t k = 0; k < sweep.output_sizes.size(); ++k) {
    const std::size_t output_size = sweep.output_sizes[k];
    for (std::uint64_t i = 0; i < count; ++i, out += output_size) {
      if (is_timed_out(assignment.range.begin + i)) {
        std::fill_n(out, output_size, std::numeric_limits<double>::quiet_NaN());
      } else {
        std::copy_n(buffer.columns[k] + i * output_size, output_size, out);
      }
    }
  }
}

Results RangeJob::results(const Sweep& sweep, std::uint64_t count) {
  Results results{assignment.grant, true, {}};
  Records& records = results.records;
  const TaskIndex first = assignment.range.begin;
  records.range = {first, first + count};
  records.seconds = seconds;
  records.longest_s = longest_s;
  records.failures = std::move(failures);
  std::erase_if(records.failures, [&](const Failure& failure) { return failure.task >= first + count; });
  records.value_count = count * sweep.doubles_per_task;
  std::sort(timed_out.begin(), timed_out.end());
  if (count == size && timed_out.empty()) {
    records.values = std::move(values);
  } else {
    records.values = std::make_unique_for_overwrite<double[]>(records.value_count);
    copy_values(sweep, count, records.values.get());
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    const Status status = is_timed_out(first + i) ? Status::timed_out : static_cast<Status>(statuses[i]);
    if (records.statuses.empty() || records.statuses.back().status != status) records.statuses.push_back({0, status});
    ++records.statuses.back().count;
  }
  return results;
}

}  // namespace trawl
