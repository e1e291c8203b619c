// Where each key of a sweep was given, for messages: "sweep.toml:3:9" or "--axis samples=0".
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace trawl::io {

class KeyPlaces {
 public:
  /// `fallback` is the place of keys that were not given at all.
  explicit KeyPlaces(std::string fallback) : fallback_(std::move(fallback)) {}

  void set(const std::string& key_path, std::string place) { places_.insert_or_assign(key_path, std::move(place)); }

  /// The place of the key, or of the nearest key around it ("points[3]" for "points[3].sigma").
  const std::string& of(std::string_view key_path) const;

 private:
  std::string fallback_;
  std::map<std::string, std::string, std::less<>> places_;
};

/// User text as a message shows it: cut to a length that fits a line.
std::string shown(std::string_view text);

/// `text` with escapes in place of what could drive or deceive a terminal, so that a message is one line and says what
/// it shows: control characters, marks of the direction of writing, bytes that are not UTF-8 ("\x1b", "\u202e"). A
/// text that has been through it stays as it is.
std::string one_line(std::string_view text);

/// The same for a text of several lines, whose ends stay.
std::string plain_lines(std::string_view text);

/// Columns that a terminal needs for UTF-8 without wide characters.
std::size_t columns_of(std::string_view text);

}  // namespace trawl::io
