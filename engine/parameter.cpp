#include "engine/parameter.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/number.hpp"
#include "engine/plain_text.hpp"

namespace trawl {

namespace {

bool is_whole(double value) {
  return std::abs(value) <= largest_whole && std::trunc(value) == value;
}

double read_choice(const Parameter& parameter, std::string_view text) {
  for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
    if (parameter.choices[i] == text) return static_cast<double>(i);
  }
  throw std::invalid_argument(fmt::format("'{}' is none of {}", shown(text), fmt::join(parameter.choices, ", ")));
}

}  // namespace

bool Domain::contains(double value) const {
  const bool above_lower = lower_open ? value > lower : value >= lower;
  const bool below_upper = upper_open ? value < upper : value <= upper;
  return above_lower && below_upper;
}

std::string Domain::text() const {
  if (std::isinf(lower) && std::isinf(upper)) return "any";
  return fmt::format("{}{}, {}{}", lower_open || std::isinf(lower) ? '(' : '[', lower, upper,
                     upper_open || std::isinf(upper) ? ')' : ']');
}

Domain any_number() {
  return {};
}
Domain at_least(double lower) {
  return {.lower = lower};
}
Domain above(double lower) {
  return {.lower = lower, .lower_open = true};
}
Domain between(double lower, double upper) {
  return {.lower = lower, .upper = upper};
}
Domain strictly_between(double lower, double upper) {
  return {.lower = lower, .upper = upper, .lower_open = true, .upper_open = true};
}

std::string problem_with(const Parameter& parameter, double value) {
  switch (parameter.kind) {
    case Kind::flag:
      return value == 0 || value == 1 ? "" : fmt::format("{} is neither true nor false", value);
    case Kind::choice:
      if (is_whole(value) && value >= 0 && value < static_cast<double>(parameter.choices.size())) return {};
      return fmt::format("{} is not the number of a choice (0 to {})", value,
                         static_cast<std::int64_t>(parameter.choices.size()) - 1);
    case Kind::integer:
      if (!std::isfinite(value)) return fmt::format("{} is not a finite number", value);
      if (std::abs(value) > largest_whole) return fmt::format("{} is beyond 2^53", value);
      if (!is_whole(value)) return fmt::format("{} is not a whole number", value);
      break;
    case Kind::real:
      if (!std::isfinite(value)) return fmt::format("{} is not a finite number", value);
      break;
  }
  if (parameter.domain.contains(value)) return {};
  return fmt::format("{} is outside {}", value_text(parameter, value), parameter.domain.text());
}

std::string accepted_values(const Parameter& parameter) {
  if (parameter.kind == Kind::flag) return "true or false";
  if (parameter.kind == Kind::choice) return fmt::format("one of {}", fmt::join(parameter.choices, ", "));
  const std::string domain = parameter.domain.text();
  return fmt::format("{}{}", parameter.kind == Kind::integer ? "a whole number" : "a number",
                     domain == "any" ? "" : " in " + domain);
}

std::string value_text(const Parameter& parameter, double value) {
  switch (parameter.kind) {
    case Kind::flag:
      return value != 0 ? "true" : "false";
    case Kind::choice:
      return parameter.choices.at(static_cast<std::size_t>(value));
    case Kind::integer:
      return fmt::format("{:.0f}", settled(parameter, value));
    case Kind::real:
      break;
  }
  return fmt::format("{}", value);
}

double settled(const Parameter& parameter, double value) {
  return parameter.kind == Kind::real ? value : value + 0.0;  // -0 + 0 is 0
}

double parse_value(const Parameter& parameter, std::string_view text) {
  if (parameter.kind == Kind::flag) {
    if (text == "true") return 1;
    if (text == "false") return 0;
    throw std::invalid_argument(fmt::format("'{}' is neither true nor false", shown(text)));
  }
  if (parameter.kind == Kind::choice) return read_choice(parameter, text);
  const double value = settled(parameter, read_number(text));
  const std::string problem = problem_with(parameter, value);
  if (!problem.empty()) throw std::invalid_argument(problem);
  return value;
}

}  // namespace trawl
