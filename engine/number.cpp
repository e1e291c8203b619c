#include "engine/number.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "engine/plain_text.hpp"

namespace trawl {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[noreturn]] void refuse(std::string_view text, const char* problem) {
  throw std::invalid_argument(fmt::format("{} {}", shown(text), problem));
}

// Moves past digits with single underscores between them; false if there are none.
bool skip_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '_' && end > 0 && text[end - 1] != '_'))) ++end;
  if (end > 0 && text[end - 1] == '_') return false;
  text.remove_prefix(end);
  return end > 0;
}

bool skip_sign(std::string_view& text) {
  const bool there = text.starts_with('+') || text.starts_with('-');
  if (there) text.remove_prefix(1);
  return there;
}

enum class Form { none, integer, real };

Form form_of(std::string_view text) {
  skip_sign(text);
  const bool whole = skip_digits(text);
  if (text.empty()) return whole ? Form::integer : Form::none;
  if (text[0] == '.') {
    text.remove_prefix(1);
    const bool has_fraction = !text.empty() && is_digit(text[0]);
    if (has_fraction ? !skip_digits(text) : !whole) return Form::none;
  } else if (!whole) {
    return Form::none;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    skip_sign(text);
    if (!skip_digits(text)) return Form::none;
  }
  return text.empty() ? Form::real : Form::none;
}

// What from_chars reads: no plus sign, no underscores.
std::string plain_digits(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::string digits(text);
  std::erase(digits, '_');
  return digits;
}

template <class Number>
std::errc convert(std::string_view text, Number& value) {
  const std::string digits = plain_digits(text);
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec;
}

// Whether the digits before the exponent are all 0.
bool is_zero(std::string_view text) {
  return std::ranges::all_of(text.substr(0, text.find_first_of("eE")), [](char c) { return c < '1' || c > '9'; });
}

double read_real(std::string_view text) {
  double value = 0;
  const bool fits = convert(text, value) == std::errc();
  if (is_zero(text)) return text[0] == '-' ? -0.0 : 0.0;
  if (fits && value != 0) return value;
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos ? text[exponent + 1] == '-' : text.find('.') <= 2;
  refuse(text, tiny ? "is too close to 0 for a double" : "is beyond the largest double");
}

}  // namespace

double exact_double(std::int64_t value) {
  const auto rounded = static_cast<double>(value);
  if (rounded < 0x1p63 && static_cast<std::int64_t>(rounded) == value) return rounded;
  throw std::invalid_argument(fmt::format("{} is beyond 2^53 and no double exactly", value));
}

double read_number(std::string_view text) {
  switch (form_of(text)) {
    case Form::integer:
      return exact_double(read_whole_number(text));
    case Form::real:
      return read_real(text);
    case Form::none:
      break;
  }
  throw std::invalid_argument(fmt::format("'{}' is not a number", shown(text)));
}

std::int64_t read_whole_number(std::string_view text) {
  if (form_of(text) != Form::integer)
    throw std::invalid_argument(fmt::format("'{}' is not a whole number", shown(text)));
  std::int64_t value = 0;
  if (convert(text, value) != std::errc()) refuse(text, "is beyond 2^63 (write a larger number as 1e20)");
  return value;
}

}  // namespace trawl
