// Makes tasks of a result file pending again, so that they can be tried again.
#pragma once

#include <bitset>
#include <cstdint>
#include <iterator>
#include <vector>

#include "engine/task.hpp"
#include "io/raw_file.hpp"
#include "io/record_writer.hpp"

namespace trawl::io {

using StatusSet = std::bitset<std::size(status_names)>;  ///< indexed by Status

/// Every status that is a failure.
StatusSet failures();

/// The raw data of a result file.
struct ResultPlaces {
  std::uint64_t status_offset = 0;
  std::vector<OutputPlace> outputs;
  TaskRange tasks;  ///< those that the file holds
};

/// Gives tasks of `ranges` whose status is one of `which` status 0, and NaN as results; returns how many there were.
/// The status is durable before a result is touched, so none ever stands beside results that are not its own: whatever
/// is killed, a task is as it was or pending. Works in blocks. Throws IoError.
std::uint64_t reset_statuses(const RawFile& file, const ResultPlaces& places, const std::vector<TaskRange>& ranges,
                             StatusSet which);

}  // namespace trawl::io
