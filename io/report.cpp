// A short table of the results.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/counted.hpp"
#include "io/export.hpp"
#include "io/key_places.hpp"
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
  return {one_line(output),    one_line(group),  count_text(s.count), cell(s.mean),
          cell(s.deviation()), cell(s.smallest), cell(s.largest)};
}

/// A row as a paragraph: its name, then "mean 0.5" and so on, as many on a line as fit.
std::string stacked(const Row& heads, const Row& row, std::size_t columns) {
  std::string text = row[0] + (row[1].empty() ? "" : fmt::format(", {} {}", heads[1], row[1]));
  std::size_t column = columns;  // the figures begin on a line of their own
  for (std::size_t c = 2; c < row.size(); ++c) {
    const std::string pair = fmt::format("  {} {}", heads[c], row[c]);
    if (column + pair.size() > columns) {
      text += "\n";
      column = 0;
    }
    text += pair;
    column += pair.size();
  }
  return text + "\n";
}

/// Columns aligned: text to the left, numbers to the right. A column without text is left out. Where that is wider than
/// `columns` each row is a paragraph of its own.
std::string aligned(const std::vector<Row>& rows, std::size_t columns) {
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], columns_of(row[c]));
  std::size_t total = 0;
  for (const std::size_t width : widths) total += width == 0 ? 0 : width + (total == 0 ? 0 : 2);
  std::string text;
  if (total > columns) {
    for (std::size_t r = 1; r < rows.size(); ++r) text += stacked(rows[0], rows[r], columns);
    return text;
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (widths[c] == 0) continue;
      const std::string padding(widths[c] - columns_of(row[c]), ' ');
      line += (line.empty() ? "" : "  ") + (c < 2 ? row[c] + padding : padding + row[c]);
    }
    text += line + "\n";
  }
  return text;
}

std::string heading(const ResultReader& file) {
  const auto counts = file.status_counts();
  std::string text = fmt::format("{}: {}", one_line(file.study()), counted(file.task_count(), "task"));
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s] != 0) text += fmt::format(", {} {}", count_text(counts[s]), status_names[s]);
  return text + "\n";
}

}  // namespace

std::string report_table(const ResultReader& file, std::size_t columns) {
  std::vector<const Variable*> outputs = outputs_of(file);
  std::erase_if(outputs, [&](const Variable* output) { return !task_shape(file, *output).empty(); });
  if (outputs.empty()) return heading(file) + "The study has no scalar output: trawl export has the others.\n";
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

  std::vector<Row> rows = {
      {"output", grouped ? one_line(axis.variable().name) : "", "count", "mean", "sd", "min", "max"}};
  for (std::size_t k = 0; k < outputs.size(); ++k)
    for (std::uint64_t g = 0; g < groups; ++g)
      rows.push_back(row_of(outputs[k]->name, names[g], statistics[k * groups + g]));
  std::string text = heading(file) + aligned(rows, columns);
  if (left_out != 0) text += fmt::format("and {}\n", counted(left_out, "more output"));
  return text;
}

}  // namespace trawl::io
