#include "engine/task_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/error.hpp"

namespace trawl {

std::vector<SweptValue> swept_values(const Sweep& sweep, PointIndex point) {
  std::vector<double> row(sweep.design.parameter_count());
  sweep.design.points(point, 1, row.data());
  std::vector<SweptValue> values;
  for (const SweepDimension& dimension : sweep.design.dimensions()) {
    for (const std::size_t parameter : dimension.parameters) values.push_back({parameter, row[parameter]});
  }
  return values;
}

std::string task_text(const Sweep& sweep, TaskIndex task) {
  const std::uint64_t replicates = sweep.design.replicates();
  const std::vector<Parameter>& parameters = sweep.study.declaration().parameters;
  std::vector<std::string> parts;
  for (const auto& [parameter, value] : swept_values(sweep, task / replicates)) {
    parts.push_back(fmt::format("{} = {}", parameters[parameter].name, value_text(parameters[parameter], value)));
  }
  if (replicates > 1) parts.push_back(fmt::format("replicate {}", task % replicates));
  if (parts.empty()) return fmt::format("task {}", task);
  return fmt::format("task {} ({})", task, fmt::join(parts, ", "));
}

std::string element_text(const OutputLayout& layout, std::size_t output, std::size_t element) {
  const Output& declared = layout.outputs[output];
  std::vector<std::size_t> index;
  for (auto name = declared.dimensions.rbegin(); name != declared.dimensions.rend(); ++name) {
    const auto dimension = std::ranges::find(layout.dimensions, *name, &Dimension::name);
    TRAWL_CHECK(dimension != layout.dimensions.end());
    index.insert(index.begin(), element % dimension->size());
    element /= dimension->size();
  }
  return index.empty() ? declared.name : fmt::format("{}[{}]", declared.name, fmt::join(index, ", "));
}

}  // namespace trawl
