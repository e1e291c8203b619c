#include "engine/study.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl {

std::optional<std::size_t> find_parameter(const Declaration& declaration, std::string_view name) {
  for (std::size_t i = 0; i < declaration.parameters.size(); ++i) {
    if (declaration.parameters[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> parameter_names(const Declaration& declaration) {
  std::vector<std::string> names;
  for (const Parameter& parameter : declaration.parameters) names.push_back(parameter.name);
  return names;
}

std::size_t OutputLayout::size(std::size_t k) const {
  std::size_t product = 1;
  for (const std::string& name : outputs.at(k).dimensions) {
    const auto dimension = std::ranges::find(dimensions, name, &Dimension::name);
    TRAWL_CHECK(dimension != dimensions.end());
    product *= dimension->size();
  }
  return product;
}

void Columns::refuse_output(std::size_t output) const {
  throw StudyError(
      fmt::format("study {}: output {} is written, but there are {} only, counted from 0 (outputs() declares them). "
                  "Correct the number in evaluate().",
                  study, output, count));
}

void Columns::refuse_scalar(std::size_t output) const {
  if (output >= count) refuse_output(output);
  throw StudyError(
      fmt::format("study {}: output {} is set as a scalar, but has {} elements. Write out[{}][i] in evaluate().", study,
                  output, sizes[output], output));
}

}  // namespace trawl
