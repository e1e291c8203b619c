#include "io/axis_text.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

std::uint64_t count_from(double number) {
  if (!(number >= 0 && number <= largest_whole && number == std::floor(number)))
    throw std::invalid_argument(fmt::format("{} is not a number of values (a whole number from 1 on)", number));
  return static_cast<std::uint64_t>(number);
}

const char* signature(std::string_view kind) {
  if (kind == "arange") return "[start, stop, step]";
  if (kind == "linspace" || kind == "geomspace") return "[start, stop, number of values]";
  return "[lower, upper]";
}

}  // namespace

const std::vector<std::string>& axis_kinds() {
  static const std::vector<std::string> names = {"linspace", "geomspace", "arange", "uniform", "log_uniform",
                                                 "integers", "choice",    "csv",    "npy"};
  return names;
}

std::string no_such_axis_kind(std::string_view kind) {
  const char* const ends = "Did you mean geomspace, which takes the ends themselves, not their logarithms?";
  return fmt::format("no kind of axis \"{}\". {}", shown(kind),
                     kind == "logspace" ? ends : suggestion(kind, axis_kinds()));
}

AxisValues axis_from_numbers(std::string_view kind, std::span<const double> numbers) {
  const bool three = kind == "linspace" || kind == "geomspace" || kind == "arange";
  if (numbers.size() != (three ? 3 : 2))
    throw std::invalid_argument(fmt::format("{} takes {}, not {} number{}", kind, signature(kind), numbers.size(),
                                            numbers.size() == 1 ? "" : "s"));
  if (kind == "linspace") return Linspace{numbers[0], numbers[1], count_from(numbers[2])};
  if (kind == "geomspace") return Geomspace{numbers[0], numbers[1], count_from(numbers[2])};
  if (kind == "arange") return Arange{numbers[0], numbers[1], numbers[2]};
  if (kind == "uniform") return Uniform{numbers[0], numbers[1]};
  if (kind == "log_uniform") return LogUniform{numbers[0], numbers[1]};
  if (kind == "integers") return Integers{numbers[0], numbers[1]};
  throw std::invalid_argument(fmt::format("{} is no kind of axis", kind));
}

DesignKind design_from_name(std::string_view name) {
  static const std::vector<std::string> names(std::begin(design_names), std::end(design_names));
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw SweepError("design", fmt::format("unknown design \"{}\". {}", shown(name), suggestion(name, names)));
  return static_cast<DesignKind>(found - names.begin());
}

}  // namespace trawl::io
