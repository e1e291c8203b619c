#include "io/key_places.hpp"

#include <fmt/format.h>

namespace trawl::io {

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
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) line += fmt::format("\\x{:02x}", byte);
    else line += c;
  }
  return line;
}

}  // namespace trawl::io
