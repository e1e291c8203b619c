#include "engine/plain_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace trawl {

namespace {

struct Character {
  std::size_t bytes;     // 0: not UTF-8
  std::uint32_t number;  // its code point
};

// The character that a non-empty text begins with. RFC 3629: shortest form only, no surrogates, up to U+10FFFF.
Character first_character(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {0, lead};
  std::uint32_t number = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, lead};
    number = number << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (bytes == 3 && number < 0x800) || (bytes == 4 && number < 0x10000);
  if (overlong || (number >= 0xD800 && number < 0xE000) || number > 0x10FFFF) return {0, lead};
  return {bytes, number};
}

bool is_control(std::uint32_t number) {
  return number < 0x20 || (number >= 0x7F && number < 0xA0);
}

// Ends of lines, and marks that turn the direction of writing.
bool is_deceiving(std::uint32_t number) {
  return number == 0x061C || number == 0x200E || number == 0x200F || (number >= 0x2028 && number <= 0x202E) ||
         (number >= 0x2066 && number <= 0x2069);
}

bool continues_a_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::optional<TextProblem> problem_with_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    if (character.bytes == 0)
      return TextProblem{at, fmt::format("the byte {:02x}, which is not UTF-8", character.number)};
    if (is_control(character.number)) {
      return TextProblem{at, fmt::format("the control character U+{:04X}", character.number)};
    }
    at += character.bytes;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Character character = first_character(bytes);
    if (character.bytes == 0) return false;
    bytes.remove_prefix(character.bytes);
  }
  return true;
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const auto [bytes, number] = first_character(text);
    if (bytes == 0 || (bytes == 1 && is_control(number))) line += fmt::format("\\x{:02x}", number);
    else if (is_control(number) || is_deceiving(number)) line += fmt::format("\\u{:04x}", number);
    else line += text.substr(0, bytes);
    text.remove_prefix(std::max<std::size_t>(1, bytes));
  }
  return line;
}

std::string plain_lines(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += one_line(text.substr(at, end - at));
    if (end < text.size()) lines += '\n';
    at = end + 1;
  }
  return lines;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return one_line(text);
  std::size_t end = longest;
  while (end > 0 && continues_a_character(text[end])) --end;
  return one_line(text.substr(0, end)) + "...";
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_a_character(c); }));
}

}  // namespace trawl
