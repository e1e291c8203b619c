// Where each key of a sweep was given, for messages: "sweep.toml:3:9" or "--axis samples=0".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/plain_text.hpp"

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

using trawl::columns_of;
using trawl::is_utf8;
using trawl::one_line;
using trawl::plain_lines;
using trawl::shown;

}  // namespace trawl::io
