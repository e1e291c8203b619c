// Counts as a person reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trawl {

std::string count_text(std::uint64_t count);  ///< "12,345"

/// "1 point", "12,345 points". `noun` is the singular of one that takes an s.
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace trawl
