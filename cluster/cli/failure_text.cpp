#include "cluster/cli/failure_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/cli/text.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {

std::string value_text(io::PagedColumn& column, TaskIndex place) {
  const io::Variable& variable = column.variable();
  if (variable.is_text) return io::one_line(column.text(place));
  const double value = column.number(place);
  if (variable.is_flag) return value != 0 ? "true" : "false";
  return variable.is_integer ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

Json value_json(io::PagedColumn& column, TaskIndex place) {
  const io::Variable& variable = column.variable();
  if (variable.is_text) return column.text(place);
  const double value = column.number(place);
  if (variable.is_flag) return value != 0;
  return variable.is_integer ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

/// Kinds of failure that occur.
std::vector<Status> kinds_in(const StatusCounts& counts) {
  std::vector<Status> kinds;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (is_failure(static_cast<Status>(s)) && counts[s] > 0) kinds.push_back(static_cast<Status>(s));
  }
  return kinds;
}

std::string head_text(const io::ResultReader& file, const StatusCounts& counts) {
  std::vector<std::string> kinds;
  for (const Status kind : kinds_in(counts)) {
    const auto s = static_cast<std::size_t>(kind);
    kinds.push_back(fmt::format("{} {}", count_text(counts[s]), status_names[s]));
  }
  std::string text = fmt::format("{}: {} of {} tasks failed", file.path(), count_text(failures_in(counts)),
                                 count_text(file.task_count()));
  if (!kinds.empty()) text += fmt::format(" ({})", fmt::join(kinds, ", "));
  if (counts[0] > 0) text += fmt::format(", {} are pending", count_text(counts[0]));
  return text;
}

Json head_json(const io::ResultReader& file, const StatusCounts& counts) {
  Json document = json_document();
  document["file"] = file.path();
  document["tasks"] = file.task_count();
  document["pending"] = counts[0];
  document["failed"] = failures_in(counts);
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (is_failure(static_cast<Status>(s))) document["status"][status_names[s]] = counts[s];
  }
  return document;
}

}  // namespace trawl::cluster
