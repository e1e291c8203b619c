// One task of a study, evaluated without a sweep around it.
#pragma once

#include <initializer_list>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/study.hpp"

namespace trawl::studies {

/// Values of a task's outputs by name.
using Values = std::map<std::string, std::vector<double>>;

/// Parameters by name; the others have their defaults.
using Settings = std::map<std::string, double>;

inline std::vector<double> row_of(const Study& study, const Settings& settings) {
  std::vector<double> row;
  std::size_t used = 0;
  for (const Parameter& parameter : study.declaration().parameters) {
    const auto found = settings.find(parameter.name);
    row.push_back(found == settings.end() ? parameter.default_value : found->second);
    used += found == settings.end() ? 0 : 1;
  }
  if (used != settings.size()) throw std::invalid_argument("a setting names no parameter");
  return row;
}

/// Evaluates rows as one block; element i is row i's outputs.
inline std::vector<Values> evaluate_block(const Study& study, const std::vector<std::vector<double>>& rows,
                                          std::uint64_t seed = 0) {
  const std::size_t parameter_count = study.declaration().parameters.size();
  std::vector<Extent> extents(parameter_count,
                              {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
  std::vector<double> flat;
  std::vector<std::uint64_t> random_index;
  for (const auto& row : rows) {
    for (std::size_t p = 0; p < parameter_count; ++p) {
      extents[p].lower = std::min(extents[p].lower, row[p]);
      extents[p].upper = std::max(extents[p].upper, row[p]);
    }
    flat.insert(flat.end(), row.begin(), row.end());
    random_index.push_back(random_index.size());
  }
  const OutputLayout layout = study.outputs(extents);
  std::vector<std::vector<double>> columns;
  std::vector<double*> base;
  std::vector<std::size_t> sizes;
  for (const Output& output : layout.outputs) {
    std::size_t size = 1;
    for (const std::string& name : output.dimensions)
      for (const Dimension& dimension : layout.dimensions)
        if (dimension.name == name) size *= dimension.size();
    sizes.push_back(size);
    columns.emplace_back(size * rows.size(), std::numeric_limits<double>::quiet_NaN());
  }
  for (auto& column : columns) base.push_back(column.data());
  study.evaluate({.size = rows.size(),
                  .parameter_count = parameter_count,
                  .parameters = flat.data(),
                  .seed = seed,
                  .random_index = random_index.data()},
                 {.base = base.data(), .sizes = sizes.data(), .count = sizes.size()});
  std::vector<Values> all(rows.size());
  for (std::size_t k = 0; k < sizes.size(); ++k)
    for (std::size_t i = 0; i < rows.size(); ++i)
      all[i][layout.outputs[k].name] = {columns[k].begin() + i * sizes[k], columns[k].begin() + (i + 1) * sizes[k]};
  return all;
}

inline Values evaluate_point(const Study& study, const Settings& settings, std::uint64_t seed = 0) {
  return evaluate_block(study, {row_of(study, settings)}, seed).front();
}

}  // namespace trawl::studies
