// Numbers as a person reads them.
#pragma once

#include <cstdint>
#include <string>

#include "engine/counted.hpp"

namespace trawl::cluster {

std::string bytes_text(std::uint64_t bytes);  ///< "312 bytes", "1.5 MiB"
std::string seconds_text(double seconds);     ///< "250 us", "3.2 s", "4 min 10 s", "2 h 5 min", "unknown" for NaN
std::string rate_text(double per_second);     ///< "12.3 M/s"

}  // namespace trawl::cluster
