// The reference cases of tests/reference/goldens.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace trawl::studies {

/// All cases of a system.
const nlohmann::json& golden_cases(const std::string& system);

/// The case "SYSTEM/NAME".
const nlohmann::json& golden(const std::string& id);

}  // namespace trawl::studies
