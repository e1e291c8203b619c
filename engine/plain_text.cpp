#include "engine/plain_text.hpp"

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

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    const bool plain = character.bytes != 0 && !is_control(character.number);
    for (const char c : text.substr(0, bytes)) {
      if (plain) line += c;
      else line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    text.remove_prefix(bytes);
  }
  return line;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return one_line(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 sequence
  return one_line(text.substr(0, end)) + "...";
}

}  // namespace trawl
