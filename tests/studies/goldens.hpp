// The reference cases of tests/reference/goldens.json.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace trawl::studies {

/// All cases of a system.
const nlohmann::json& golden_cases(std::string_view system);

/// The case "SYSTEM/NAME".
const nlohmann::json& golden(std::string_view id);

}  // namespace trawl::studies
