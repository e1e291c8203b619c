// Failures counted along an axis.
#pragma once

#include <cstdint>
#include <string>

#include "io/result_reader.hpp"

namespace trawl::cluster {

/// Prints, for each value of an axis or parameter, how many tasks have it and how many of these failed; at most `limit`
/// values. Throws UsageError if there is no such axis, or it has more values than can be counted.
void print_failure_counts(const io::ResultReader& file, const std::string& axis, bool json, std::uint64_t limit);

}  // namespace trawl::cluster
