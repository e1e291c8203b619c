// JSON for scripts: one document on stdout, keys in order, numbers that are not finite as null.
#pragma once

#include <nlohmann/json.hpp>

namespace trawl::cluster {

using Json = nlohmann::ordered_json;

/// The start of every document; raised when a key changes its meaning or goes away.
inline Json json_document() {
  return {{"schema", 1}};
}

void print_json(const Json& document);

}  // namespace trawl::cluster
