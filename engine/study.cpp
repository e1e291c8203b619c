#include "engine/study.hpp"

#include <algorithm>

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

}  // namespace trawl
