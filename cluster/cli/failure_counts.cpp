#include "cluster/cli/failure_counts.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cluster/cli/failure_text.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/text.hpp"
#include "engine/error.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

/// Tasks at one value of an axis.
struct Group {
  Json value;
  std::string text;
  std::uint64_t tasks = 0;
  StatusCounts counts{};
};

/// Groups by value: of an axis in its order, of a coordinate in ascending order.
using Groups = std::map<std::pair<double, std::string>, Group>;

std::pair<double, std::string> key_of(io::PagedColumn& column, TaskIndex place) {
  if (column.variable().role == io::Variable::Role::scale) return {static_cast<double>(column.position(place)), {}};
  if (column.variable().is_text) return {0, column.text(place)};
  return {column.number(place), {}};
}

/// One task of the file for each position along the column, from 0.
Groups groups_of(const io::ResultReader& file, io::PagedColumn& column, std::uint64_t stride) {
  constexpr std::size_t most_values = 1'000'000;
  Groups groups;
  for (std::uint64_t position = 0; position < column.size(); ++position) {
    const TaskIndex place = position * stride;
    Group& group = groups[key_of(column, place)];
    if (group.tasks == 0) group = {value_json(column, place), value_text(column, place)};
    group.tasks += file.task_count() / column.size();
    if (groups.size() > most_values)
      throw UsageError(fmt::format("failures: --by {} has more than {} values. Choose an axis with fewer",
                                   column.variable().name, count_text(most_values)));
  }
  return groups;
}

/// Tasks from one value of the column to the next.
std::uint64_t stride_of(const io::ResultReader& file, const io::PagedColumn& column) {
  std::uint64_t stride = file.task_count();
  if (column.variable().dimensions.empty()) return stride;
  for (std::size_t d = 0; d < file.task_shape().size(); ++d) {
    stride /= file.task_shape()[d];
    if (file.task_dimensions()[d] == column.variable().dimensions.front()) break;
  }
  return stride;
}

io::PagedColumn column_named(const io::ResultReader& file, const std::string& name) {
  std::vector<std::string> names;
  for (const io::PagedColumn& column : io::sweep_columns(file)) {
    if (column.variable().name == name) return column;
    names.push_back(column.variable().name);
  }
  throw UsageError(io::one_line(fmt::format("failures: --by {} is no axis. {}", name, suggestion(name, names))));
}

void print_groups_text(const Groups& groups, const std::string& name, const std::vector<Status>& kinds,
                       std::uint64_t limit) {
  std::size_t width = name.size();
  for (const auto& [key, group] : groups) width = std::max(width, group.text.size());
  print("{:<{}}{:>12}{:>12}", name, width, "tasks", "failed");
  for (const Status kind : kinds) print("{:>12}", status_names[static_cast<std::size_t>(kind)]);
  print_text("\n");
  std::uint64_t printed = 0;
  for (const auto& [key, group] : groups) {
    if (printed++ == limit) {
      print("... and {} more (--limit 0 lists all)\n", count_text(groups.size() - limit));
      break;
    }
    print("{:<{}}{:>12}{:>12}", group.text, width, count_text(group.tasks), count_text(failures_in(group.counts)));
    for (const Status kind : kinds) print("{:>12}", count_text(group.counts[static_cast<std::size_t>(kind)]));
    print_text("\n");
  }
}

Json groups_json(const Groups& groups, std::uint64_t limit) {
  Json values = Json::array();
  for (const auto& [key, group] : groups) {
    if (values.size() == limit) break;
    Json entry = {{"value", group.value}, {"tasks", group.tasks}, {"failed", failures_in(group.counts)}};
    for (std::size_t s = 0; s < group.counts.size(); ++s) {
      if (is_failure(static_cast<Status>(s))) entry[status_names[s]] = group.counts[s];
    }
    values.push_back(std::move(entry));
  }
  return values;
}

}  // namespace

void print_failure_counts(const io::ResultReader& file, const std::string& axis, bool json, std::uint64_t limit) {
  io::PagedColumn column = column_named(file, axis);
  Groups groups = groups_of(file, column, stride_of(file, column));
  StatusCounts counts{};
  file.scan([&](TaskRange run, Status status) {
    counts[static_cast<std::size_t>(status)] += run.size();
    if (!is_failure(status)) return;
    for (TaskIndex place = run.begin; place < run.end; ++place)
      ++groups[key_of(column, place)].counts[static_cast<std::size_t>(status)];
  });
  if (json) {
    Json document = head_json(file, counts);
    document["by"] = axis;
    document["values"] = groups_json(groups, limit);
    document["left_out"] = groups.size() - document["values"].size();
    print_json(document);
  } else {
    print_text(head_text(file, counts) + "\n");
    print_groups_text(groups, axis, kinds_in(counts), limit);
  }
}

}  // namespace trawl::cluster
