#include "studies/logistic_bc/table.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "engine/error.hpp"

// The file becomes part of the program, so that an installed trawl needs none beside it.
asm(".pushsection .rodata\n"
    ".global trawl_breast_cancer_csv, trawl_breast_cancer_csv_end\n"
    ".hidden trawl_breast_cancer_csv, trawl_breast_cancer_csv_end\n"
    "trawl_breast_cancer_csv:\n"
    ".incbin \"" TRAWL_BREAST_CANCER_CSV
    "\"\n"
    "trawl_breast_cancer_csv_end:\n"
    ".popsection\n");
extern "C" __attribute__((visibility("hidden"))) const char trawl_breast_cancer_csv[], trawl_breast_cancer_csv_end[];

namespace trawl::studies::logistic {
namespace {

/// Takes the text up to the next separator off the front.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

double number(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  TRAWL_CHECK(error == std::errc() && end == field.data() + field.size());
  return value;
}

void transpose(std::size_t rows, const std::vector<double>& x, std::vector<double>& columns) {
  columns.resize(x.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < features; ++j) columns[j * rows + i] = x[i * features + j];
}

BreastCancer read() {
  std::string_view text(trawl_breast_cancer_csv, trawl_breast_cancer_csv_end - trawl_breast_cancer_csv);
  BreastCancer data;
  Table& table = data.table;
  std::string_view header = take(text, '\n');
  for (std::string& name : data.names) name = take(header, ',');
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    for (std::size_t j = 0; j < features; ++j) table.x.push_back(number(take(line, ',')));
    table.y.push_back(number(line));
  }
  const auto rows = static_cast<double>(table.rows());
  for (std::size_t j = 0; j < features; ++j) {
    double sum = 0, squares = 0;
    for (std::size_t k = j; k < table.x.size(); k += features) sum += table.x[k];
    data.means[j] = sum / rows;
    for (std::size_t k = j; k < table.x.size(); k += features) squares += std::pow(table.x[k] - data.means[j], 2);
    data.deviations[j] = std::sqrt(squares / rows);
    for (std::size_t k = j; k < table.x.size(); k += features)
      table.x[k] = (table.x[k] - data.means[j]) / data.deviations[j];
  }
  transpose(table.rows(), table.x, table.columns);
  return data;
}

}  // namespace

const BreastCancer& breast_cancer() {
  static const BreastCancer data = read();
  return data;
}

Table select(const Table& table, std::span<const std::uint32_t> chosen) {
  Table part;
  for (const std::size_t row : chosen) {
    part.x.insert(part.x.end(), &table.x[row * features], &table.x[row * features] + features);
    part.y.push_back(table.y[row]);
  }
  transpose(part.rows(), part.x, part.columns);
  return part;
}

}  // namespace trawl::studies::logistic
