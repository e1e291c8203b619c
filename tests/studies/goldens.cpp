#include "tests/studies/goldens.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

namespace trawl::studies {

const nlohmann::json& golden_cases(std::string_view system) {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(TRAWL_SOURCE_DIR "/tests/reference/goldens.json"));
  return all.at("systems").at(std::string(system));
}

const nlohmann::json& golden(std::string_view id) {
  for (const auto& one : golden_cases(id.substr(0, id.find('/'))))
    if (one.at("id") == id) return one;
  throw std::out_of_range("no reference case " + std::string(id));
}

}  // namespace trawl::studies
