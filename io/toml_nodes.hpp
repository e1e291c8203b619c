// What messages about a TOML file say of its nodes.
#pragma once

#include <string>

#include <toml++/toml.h>

namespace trawl::io {

/// "text", "an integer", ... as in "seed must be a whole number, not text".
const char* type_name(const toml::node& node);

/// "FILE:LINE:COLUMN".
std::string place_text(const std::string& file, toml::source_position position);

}  // namespace trawl::io
