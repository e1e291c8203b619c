// A short table of the results.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "io/export.hpp"
#include "io/task_table.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t most_groups = 10;
constexpr std::size_t most_rows = 18;

/// Welford's running mean and variance of the values that are numbers.
struct Statistics {
  std::uint64_t count = 0;
  double mean = 0, squares = 0;
  double smallest = std::numeric_limits<double>::infinity(), largest = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (!std::isfinite(value)) return;
    ++count;
    const double distance = value - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (value - mean);
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }

  double deviation() const { return count > 1 ? std::sqrt(squares / static_cast<double>(count - 1)) : std::nan(""); }
};

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

using Row = std::vector<std::string>;

Row row_of(const std::string& output, const std::string& group, const Statistics& s) {
  const auto cell = [&](double value) { return s.count == 0 ? std::string("-") : number(value); };
  return {output,           group,          fmt::format("{}", s.count), cell(s.mean), cell(s.deviation()),
          cell(s.smallest), cell(s.largest)};
}

/// Characters that a terminal shows, for UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Columns aligned: text to the left, numbers to the right. A column without text is left out.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (widths[c] == 0) continue;
      const std::string padding(widths[c] - width_of(row[c]), ' ');
      line += (line.empty() ? "" : "  ") + (c < 2 ? row[c] + padding : padding + row[c]);
    }
    text += line + "\n";
  }
  return text;
}

std::string heading(const ResultReader& file) {
  const auto counts = file.status_counts();
  std::string text = fmt::format("{}: {} tasks", file.study(), file.task_count());
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s] != 0) text += fmt::format(", {} {}", counts[s], status_names[s]);
  return text + "\n";
}

}  // namespace

std::string report_table(const ResultReader& file) {
  std::vector<const Variable*> outputs = outputs_of(file);
  std::erase_if(outputs, [&](const Variable* output) { return !task_shape(file, *output).empty(); });
  if (outputs.empty()) return heading(file) + "No scalar outputs.\n";
  const std::size_t left_out = outputs.size() > most_rows ? outputs.size() - most_rows : 0;
  outputs.resize(outputs.size() - left_out);

  // The slowest dimension's own column says by what to group, unless that makes too many rows.
  PagedColumn axis = sweep_columns(file).front();
  const bool grouped = file.task_dimensions().size() > 1 && axis.size() <= most_groups && axis.size() > 1 &&
                       axis.size() * outputs.size() <= most_rows;
  const std::uint64_t groups = grouped ? axis.size() : 1;
  std::vector<Statistics> statistics(outputs.size() * groups);
  std::vector<std::string> names(groups);

  const std::uint64_t block = block_size(file), tasks = file.task_count();
  for (TaskIndex first = 0; first < tasks; first += block) {
    const TaskRange range{first, std::min(tasks, first + block)};
    const std::vector<std::uint8_t> statuses = file.statuses(range);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const std::vector<double> values = file.output(outputs[k]->name, range);
      for (std::uint64_t i = 0; i < range.size(); ++i)
        if (statuses[i] == static_cast<std::uint8_t>(Status::ok))
          statistics[k * groups + (grouped ? axis.position(first + i) : 0)].add(values[i]);
    }
  }
  for (std::uint64_t g = 0; grouped && g < groups; ++g) {
    const TaskIndex task = g * (tasks / groups);
    names[g] = axis.variable().is_text   ? axis.text(task)
               : axis.variable().is_flag ? (axis.number(task) != 0 ? "true" : "false")
                                         : number(axis.number(task));
  }

  std::vector<Row> rows = {{"output", grouped ? axis.variable().name : "", "count", "mean", "sd", "min", "max"}};
  for (std::size_t k = 0; k < outputs.size(); ++k)
    for (std::uint64_t g = 0; g < groups; ++g)
      rows.push_back(row_of(outputs[k]->name, names[g], statistics[k * groups + g]));
  std::string text = heading(file) + aligned(rows);
  if (left_out != 0) text += fmt::format("and {} more outputs\n", left_out);
  return text;
}

}  // namespace trawl::io
