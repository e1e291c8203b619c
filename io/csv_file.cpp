// CSV files.
#include <algorithm>

#include <fmt/format.h>

#include "engine/plain_text.hpp"
#include "engine/spelling.hpp"
#include "engine/sweep_spec.hpp"
#include "io/small_file.hpp"
#include "io/value_file.hpp"

namespace trawl::io {
namespace {

struct Cell {
  std::string text;
  bool quoted = false;
  std::size_t line = 0, column = 0;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class CsvReader {
 public:
  explicit CsvReader(const std::string& path) : path_(path), text_(read_small_file(path, "values", max_sweep_text)) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = line_begin_ = 3;
  }

  bool at_end() const { return at_ >= text_.size(); }

  /// The next line's cells.
  const std::vector<Cell>& row() {
    count_ = 0;
    do cell();
    while (take(','));
    cells_.resize(count_);
    if (take('\r') && (at_end() || text_[at_] != '\n')) fail(place(), "a carriage return inside a line");
    if (take('\n')) new_line();
    return cells_;
  }

  [[noreturn]] void fail(const std::string& where, const std::string& problem) const {
    throw ValueFileError(where, problem);
  }

  std::string place_of(const Cell& cell) const { return fmt::format("{}:{}:{}", path_, cell.line, cell.column); }

 private:
  std::string place() const { return fmt::format("{}:{}:{}", path_, line_, at_ - line_begin_ + 1); }

  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void new_line() {
    ++line_;
    line_begin_ = at_;
  }

  void cell() {
    if (count_ == cells_.size()) cells_.emplace_back();
    Cell& cell = cells_[count_++];
    cell.text.clear();
    cell.line = line_;
    cell.column = at_ - line_begin_ + 1;
    cell.quoted = take('"');
    if (cell.quoted) return quoted(cell);
    while (!at_end() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
      if (text_[at_] == '"') fail(place(), "a quote inside a value (quotes go around the whole value). Remove it.");
      cell.text += text_[at_++];
    }
    cell.text = trimmed(cell.text);
  }

  void quoted(Cell& cell) {
    while (true) {
      if (at_end()) fail(place_of(cell), "a quote without its partner (the value has no end). Add it.");
      const char c = text_[at_++];
      if (c == '\n') new_line();
      if (c == '"' && !take('"')) break;
      cell.text += c;
    }
    if (!at_end() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
      fail(place(), "text behind a quoted value (a comma or the line's end comes there). Remove it.");
  }

  std::string path_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
  std::vector<Cell> cells_;  ///< kept from line to line
  std::size_t count_ = 0;
};

bool is_blank(const std::vector<Cell>& row) {
  return row.size() == 1 && row[0].text.empty() && !row[0].quoted;
}

/// Which of the columns in the first line is wanted.
std::size_t find_column(const CsvReader& reader, const std::vector<Cell>& header,
                        const std::optional<std::string>& column, const Parameter& parameter) {
  if (column) {
    std::vector<std::string> names;
    for (const Cell& cell : header) names.push_back(one_line(cell.text));
    const auto found = std::ranges::find(header, *column, &Cell::text);
    if (found == header.end())
      reader.fail(reader.place_of(header[0]),
                  fmt::format("no column \"{}\" in the first line. {}", shown(*column), suggestion(*column, names)));
    if (std::ranges::count(header, *column, &Cell::text) > 1)
      reader.fail(reader.place_of(header[0]),
                  fmt::format("two columns \"{}\" (which one?). Rename one.", shown(*column)));
    return static_cast<std::size_t>(found - header.begin());
  }
  if (header.size() > 1)
    reader.fail(reader.place_of(header[0]),
                fmt::format("{} columns (which one?). Say column = \"{}\", or csv:FILE:COLUMN.", header.size(),
                            shown(header[0].text)));
  try {
    parse_value(parameter, header[0].text);
  } catch (const std::invalid_argument&) {
    return 0;
  }
  reader.fail(reader.place_of(header[0]),
              fmt::format("the first line is the value {} (it should name the column). Add a line with {}.",
                          shown(header[0].text), parameter.name));
}

}  // namespace

std::vector<double> read_csv_column(const std::string& path, const std::optional<std::string>& column,
                                    const Parameter& parameter) {
  CsvReader reader(path);
  if (reader.at_end()) reader.fail(one_line(path), "the file is empty (its first line names the columns). Fill it.");
  const std::vector<Cell> header = reader.row();
  const std::size_t wanted = find_column(reader, header, column, parameter);
  std::vector<double> values;
  std::optional<std::string> blank;
  while (!reader.at_end()) {
    const std::vector<Cell>& row = reader.row();
    if (is_blank(row)) {
      if (!blank) blank = reader.place_of(row[0]);
      continue;
    }
    if (blank) reader.fail(*blank, "an empty line among the values (is one missing?). Remove it.");
    if (row.size() != header.size())
      reader.fail(reader.place_of(row[0]),
                  fmt::format("{} values under {} columns. Give one for each.", row.size(), header.size()));
    const Cell& cell = row[wanted];
    try {
      values.push_back(parse_value(parameter, cell.text));
    } catch (const std::invalid_argument& error) {
      reader.fail(reader.place_of(cell), fmt::format("{} (not a value of {}). Give {}.", error.what(), parameter.name,
                                                     accepted_values(parameter)));
    }
  }
  return values;
}

}  // namespace trawl::io
