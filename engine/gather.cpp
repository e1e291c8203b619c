#include "engine/gather.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <utility>

namespace trawl {

namespace {

constexpr double batch_s = 0.01;    // between messages about one assignment
constexpr double patience_s = 0.5;  // with a gap

}  // namespace

void Gather::open(const Assignment& assignment, double now) {
  Part& part = parts_.emplace_back();
  part.assignment = assignment;
  for (const std::size_t size : sweep_.output_sizes) part.columns.emplace_back(assignment.range.size() * size);
  part.statuses.resize(assignment.range.size());
  part.passed_to = assignment.range.begin;
  part.missing = assignment.range.size();
  part.passed_at = now;
}

void Gather::add(const Records& records) {
  for (Part& part : parts_) add_to(part, records);
}

void Gather::add_to(Part& part, const Records& records) {
  const TaskRange all = records.range;
  const TaskRange mine{std::max(all.begin, part.assignment.range.begin), std::min(all.end, part.assignment.range.end)};
  if (mine.begin >= mine.end) return;
  const std::uint64_t from = mine.begin - all.begin;
  const std::uint64_t to = mine.begin - part.assignment.range.begin;
  const double* column = records.values.get();
  for (std::size_t k = 0; k < part.columns.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    std::copy_n(column + from * size, mine.size() * size, part.columns[k].data() + to * size);
    column += all.size() * size;
  }
  TaskIndex task = all.begin;
  for (const StatusRun& run : records.statuses) {
    for (const TaskIndex end = task + run.count; task < end; ++task) {
      if (task >= mine.begin && task < mine.end) part.statuses[task - part.assignment.range.begin] = run.status;
    }
  }
  for (const Failure& failure : records.failures) {
    if (failure.task >= mine.begin && failure.task < mine.end) part.failures.push_back(failure);
  }
  part.seconds += records.seconds * static_cast<double>(mine.size()) / static_cast<double>(all.size());
  part.longest_s = std::max(part.longest_s, records.longest_s);
  part.ready.insert(mine);
  part.missing -= mine.size();
}

std::vector<Results> Gather::take(double now) {
  std::vector<Results> out;
  for (auto part = parts_.begin(); part != parts_.end();) {
    const double waited_s = now - part->passed_at;
    const TaskRange prefix = part->ready.next(part->passed_to);
    if (part->missing == 0) {
      pass_all(*part, out);
      out.back().last = true;
      part = parts_.erase(part);
      continue;
    }
    if (waited_s >= patience_s) pass_all(*part, out);
    else if (waited_s >= batch_s && !prefix.empty() && prefix.begin == part->passed_to) pass_on(*part, prefix, out);
    if (!out.empty() && out.back().grant == part->assignment.grant) part->passed_at = now;
    ++part;
  }
  return out;
}

std::vector<Results> Gather::close() {
  std::vector<Results> out;
  for (Part& part : parts_) {
    pass_all(part, out);
    if (out.empty() || out.back().grant != part.assignment.grant) {  // nothing is done of it
      const TaskIndex begin = part.assignment.range.begin;
      pass_on(part, {begin, begin}, out);
    }
    out.back().last = true;
  }
  parts_.clear();
  return out;
}

void Gather::pass_all(Part& part, std::vector<Results>& out) {
  while (!part.ready.empty()) pass_on(part, part.ready.next(0), out);
}

/// Moves `range`, or as much of it as fits into a message, out of part.ready.
void Gather::pass_on(Part& part, TaskRange range, std::vector<Results>& out) {
  range.end = std::min(range.end, range.begin + max_tasks_);
  const double share = range.empty() ? 0 : static_cast<double>(range.size()) / static_cast<double>(part.ready.count());
  part.ready.erase(range);
  if (range.begin == part.passed_to) part.passed_to = range.end;
  const std::uint64_t offset = range.begin - part.assignment.range.begin;
  Results& results = out.emplace_back();
  results.grant = part.assignment.grant;
  results.last = false;
  Records& records = results.records;
  records.range = range;
  records.seconds = share * part.seconds;
  part.seconds -= records.seconds;
  records.longest_s = part.longest_s;
  records.value_count = range.size() * sweep_.doubles_per_task;
  records.values = std::make_unique_for_overwrite<double[]>(records.value_count);
  double* to = records.values.get();
  for (std::size_t k = 0; k < part.columns.size(); ++k) {
    const std::size_t size = sweep_.output_sizes[k];
    to = std::copy_n(part.columns[k].data() + offset * size, range.size() * size, to);
  }
  for (std::uint64_t i = 0; i < range.size(); ++i) {
    const Status status = part.statuses[offset + i];
    if (records.statuses.empty() || records.statuses.back().status != status) records.statuses.push_back({0, status});
    ++records.statuses.back().count;
  }
  const auto here = [&](const Failure& failure) { return failure.task >= range.begin && failure.task < range.end; };
  const auto first = std::stable_partition(part.failures.begin(), part.failures.end(), std::not_fn(here));
  const auto kept = std::min<std::ptrdiff_t>(std::distance(first, part.failures.end()),
                                             static_cast<std::ptrdiff_t>(Records::max_failures_per_range));
  std::move(first, first + kept, std::back_inserter(records.failures));
  part.failures.erase(first, part.failures.end());
}

}  // namespace trawl
