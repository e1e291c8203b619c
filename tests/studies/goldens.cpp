#include "tests/studies/goldens.hpp"

#include <fstream>
#include <stdexcept>

namespace trawl::studies {

const nlohmann::json& golden_cases(const std::string& system) {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(TRAWL_SOURCE_DIR "/tests/reference/goldens.json"));
  return all.at("systems").at(system);
}

const nlohmann::json& golden(const std::string& id) {
  for (const auto& one : golden_cases(id.substr(0, id.find('/'))))
    if (one.at("id") == id) return one;
  throw std::out_of_range("no reference case " + id);
}

}  // namespace trawl::studies
