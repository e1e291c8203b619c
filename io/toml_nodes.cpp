#include "io/toml_nodes.hpp"

#include <fmt/format.h>

namespace trawl::io {

const char* type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a real number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

std::string place_text(const std::string& file, toml::source_position position) {
  return fmt::format("{}:{}:{}", file, position.line, position.column);
}

}  // namespace trawl::io
