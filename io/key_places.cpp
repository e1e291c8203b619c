#include "io/key_places.hpp"

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

}  // namespace trawl::io
