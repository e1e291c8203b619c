#include "io/export.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/error.hpp"
#include "io/key_places.hpp"
#include "io/task_table.hpp"

namespace trawl::io {
namespace {

void write_out(fmt::memory_buffer& text, std::FILE* out) {
  if (std::fwrite(text.data(), 1, text.size(), out) != text.size())
    throw IoError(fmt::format("cannot write the export ({}). {}", std::strerror(errno),
                              errno == EFBIG ? "Raise the limit on the size of files (ulimit -f)."
                                             : "Give the output some room, or another place."));
  text.clear();
}

void append(fmt::memory_buffer& text, std::string_view piece) {
  text.append(piece.data(), piece.data() + piece.size());
}

/// RFC 4180: quotes where they are needed, doubled inside. Names and choices have no control characters, and those of a
/// damaged file do not get through to a terminal.
std::string csv_text(const std::string& name) {
  const std::string text = one_line(name);
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string flag_or_number(const Variable& variable, double value) {
  if (variable.is_flag) return value != 0 ? "true" : "false";
  return fmt::format("{}", value);
}

void append_json_number(fmt::memory_buffer& text, double value) {
  if (std::isfinite(value)) fmt::format_to(fmt::appender(text), "{}", value);
  else append(text, "null");
}

/// One task's elements as arrays nested like `shape` from dimension d on.
void append_json_array(fmt::memory_buffer& text, const double*& value, const std::vector<std::uint64_t>& shape,
                       std::size_t d) {
  if (d == shape.size()) return append_json_number(text, *value++);
  append(text, "[");
  for (std::uint64_t i = 0; i < shape[d]; ++i) {
    if (i != 0) append(text, ",");
    append_json_array(text, value, shape, d + 1);
  }
  append(text, "]");
}

/// Column names "table[0,1]" of an array output; the bare name of a scalar.
void append_csv_names(fmt::memory_buffer& text, const std::string& name, const std::vector<std::uint64_t>& shape) {
  std::uint64_t size = 1;
  for (const std::uint64_t extent : shape) size *= extent;
  for (std::uint64_t element = 0; element < size; ++element) {
    std::string index;
    std::uint64_t rest = element;
    for (std::size_t d = shape.size(); d-- > 0; rest /= shape[d])
      index = fmt::format("{}{}{}", rest % shape[d], index.empty() ? "" : ",", index);
    append(text, "," + csv_text(shape.empty() ? name : fmt::format("{}[{}]", name, index)));
  }
}

/// The tasks block by block: calls row(task, status, values), values[k] pointing at output k's elements.
template <class Row>
void for_each_task(const ResultReader& file, const std::vector<const Variable*>& outputs, const OnBlock& on_block,
                   const Row& row) {
  const std::uint64_t block = block_size(file), tasks = file.task_count();
  std::uint64_t task_bytes = 1;
  for (const Variable* output : outputs) task_bytes += sizeof(double) * task_size(file, *output);
  for (TaskIndex first = 0; first < tasks; first += block) {
    if (on_block) on_block("exporting", first * task_bytes, tasks * task_bytes);
    const TaskRange range{first, std::min(tasks, first + block)};
    const std::vector<std::uint8_t> statuses = file.statuses(range);
    std::vector<std::vector<double>> columns;
    for (const Variable* output : outputs) columns.push_back(file.output(output->name, range));
    std::vector<const double*> values(columns.size());
    for (TaskIndex task = range.begin; task < range.end; ++task) {
      for (std::size_t k = 0; k < columns.size(); ++k)
        values[k] = columns[k].data() + (task - range.begin) * (columns[k].size() / range.size());
      row(task, status_names[statuses[task - range.begin]], values);
    }
  }
  if (on_block) on_block("exporting", tasks * task_bytes, tasks * task_bytes);
}

}  // namespace

void export_csv(const ResultReader& file, std::FILE* out, const OnBlock& on_block) {
  std::vector<PagedColumn> columns = sweep_columns(file);
  const std::vector<const Variable*> outputs = outputs_of(file);
  std::vector<std::uint64_t> sizes;
  fmt::memory_buffer text;
  for (const PagedColumn& column : columns) append(text, csv_text(column.variable().name) + ",");
  append(text, "status");
  for (const Variable* output : outputs) {
    append_csv_names(text, output->name, task_shape(file, *output));
    sizes.push_back(task_size(file, *output));
  }
  append(text, "\n");
  for_each_task(file, outputs, on_block,
                [&](TaskIndex task, const char* status, const std::vector<const double*>& values) {
                  for (PagedColumn& column : columns) {
                    append(text, column.variable().is_text ? csv_text(column.text(task))
                                                           : flag_or_number(column.variable(), column.number(task)));
                    append(text, ",");
                  }
                  append(text, status);
                  for (std::size_t k = 0; k < outputs.size(); ++k)
                    for (std::uint64_t e = 0; e < sizes[k]; ++e)
                      fmt::format_to(fmt::appender(text), ",{}", values[k][e]);
                  append(text, "\n");
                  write_out(text, out);
                });
  write_out(text, out);
}

void export_jsonl(const ResultReader& file, std::FILE* out, const OnBlock& on_block) {
  std::vector<PagedColumn> columns = sweep_columns(file);
  const std::vector<const Variable*> outputs = outputs_of(file);
  std::vector<std::vector<std::uint64_t>> shapes;
  for (const Variable* output : outputs) shapes.push_back(task_shape(file, *output));
  fmt::memory_buffer text;
  for_each_task(file, outputs, on_block,
                [&](TaskIndex task, const char* status, const std::vector<const double*>& values) {
                  append(text, "{");
                  for (PagedColumn& column : columns) {
                    append(text, json_text(column.variable().name) + ":");
                    append(text, column.variable().is_text ? json_text(column.text(task))
                                                           : flag_or_number(column.variable(), column.number(task)));
                    append(text, ",");
                  }
                  append(text, fmt::format("\"status\":\"{}\"", status));
                  for (std::size_t k = 0; k < outputs.size(); ++k) {
                    append(text, "," + json_text(outputs[k]->name) + ":");
                    const double* value = values[k];
                    append_json_array(text, value, shapes[k], 0);
                  }
                  append(text, "}\n");
                  write_out(text, out);
                });
}

}  // namespace trawl::io
