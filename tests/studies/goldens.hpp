// The reference cases of tests/reference/goldens.json.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace trawl::studies {

inline const nlohmann::json& golden_cases(const std::string& system) {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(TRAWL_SOURCE_DIR "/tests/reference/goldens.json"));
  return all.at("systems").at(system);
}

/// The case "SYSTEM/NAME".
inline const nlohmann::json& golden(const std::string& id) {
  for (const auto& one : golden_cases(id.substr(0, id.find('/'))))
    if (one.at("id") == id) return one;
  throw std::out_of_range("no reference case " + id);
}

}  // namespace trawl::studies
