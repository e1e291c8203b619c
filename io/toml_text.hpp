// TOML read with what toml++ leaves open: deep nesting, and numbers that a double does not hold.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <toml++/toml.h>

namespace trawl::io {

/// What is wrong with a text, and where.
class TomlError : public std::runtime_error {
 public:
  TomlError(const std::string& problem, toml::source_position at) : std::runtime_error(problem), position(at) {}
  toml::source_position position;
};

/// Throws TomlError for what is not TOML, nests more than 16 arrays, tables or parts of a key (toml++ recurses), has a
/// number that rounds to 0 or infinity, or an integer that is not decimal.
toml::table parse_toml(std::string_view text);

}  // namespace trawl::io
