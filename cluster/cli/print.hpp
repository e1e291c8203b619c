// Results on stdout. What comes from outside (paths, names in files, a scheduler's words) cannot drive the terminal.
#pragma once

#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "io/key_places.hpp"

namespace trawl::cluster {

/// Lines as they are; control characters other than their ends are escaped.
void print_text(const std::string& lines);

/// As fmt::print. A text among the arguments stays on its line: all its control characters are escaped.
template <class... Arguments>
void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  [[maybe_unused]] const auto harmless = [](const auto& argument) {
    using Argument = std::decay_t<decltype(argument)>;
    if constexpr (std::is_convertible_v<const Argument&, std::string_view>) return io::one_line(argument);
    else return argument;
  };
  print_text(fmt::vformat(format, fmt::make_format_args(harmless(arguments)...)));
}

}  // namespace trawl::cluster
