#include "io/key_places.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace trawl::io {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  ///< bytes; 0 if they are not UTF-8
};

/// The shortest form only, no surrogates, nothing beyond Unicode.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + k])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return {};
  std::uint32_t code = lead & (0x7Fu >> size);
  for (std::size_t k = 1; k < size; ++k) {
    if ((byte(k) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(k) & 0x3F);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, size};
}

/// Neither a control character, nor an end of a line, nor a mark that turns the direction of writing.
bool is_visible(std::uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
  return code != 0x061C && code != 0x200E && code != 0x200F && !(code >= 0x2028 && code <= 0x202E) &&
         !(code >= 0x2066 && code <= 0x2069);
}

}  // namespace

const std::string& KeyPlaces::of(std::string_view key_path) const {
  while (!key_path.empty()) {
    if (const auto found = places_.find(key_path); found != places_.end()) return found->second;
    const auto cut = key_path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    key_path = key_path.substr(0, cut);
  }
  return fallback_;
}

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 sequence
  return std::string(text.substr(0, end)) + "...";
}

std::string one_line(std::string_view text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (character.size == 0) line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
    else if (character.code < 0x80 && !is_visible(character.code)) line += fmt::format("\\x{:02x}", character.code);
    else if (!is_visible(character.code)) line += fmt::format("\\u{:04x}", character.code);
    else line += text.substr(at, character.size);
    at += std::max<std::size_t>(1, character.size);
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

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace trawl::io
