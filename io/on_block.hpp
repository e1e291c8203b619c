// Being told how far long work on a file is.
#pragma once

#include <cstdint>
#include <functional>

namespace trawl::io {

/// Called before the first block of the work and after each: on_block("creating", done, total), in bytes. May throw,
/// which ends the work as any error does: what is half made is removed.
using OnBlock = std::function<void(const char* doing, std::uint64_t done, std::uint64_t total)>;

}  // namespace trawl::io
