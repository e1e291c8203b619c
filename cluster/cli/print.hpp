// Results on stdout. What comes from outside (paths, names in files, a scheduler's words) cannot drive the terminal.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "io/key_places.hpp"

namespace trawl::cluster {

/// Lines as they are; control characters other than their ends are escaped.
void print_text(const std::string& lines);

template <class Argument>
auto harmless(const Argument& argument) {
  if constexpr (std::is_convertible_v<const Argument&, std::string_view>) return io::one_line(argument);
  else return argument;
}

template <class... Arguments>
std::string formatted(fmt::string_view format, const Arguments&... arguments) {
  return fmt::vformat(format, fmt::make_format_args(arguments...));
}

/// As fmt::print. A text among the arguments stays on its line: all its control characters are escaped.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  print_text(formatted(format, harmless(arguments)...));
}

}  // namespace trawl::cluster
