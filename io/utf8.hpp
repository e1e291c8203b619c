// Whether bytes are text.
#pragma once

#include <string_view>

namespace trawl::io {

/// Whether `bytes` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view bytes);

}  // namespace trawl::io
