// What the status bytes of a file say.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/task.hpp"
#include "io/on_block.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// Calls `visit` with every maximal run of tasks of one status among `tasks` bytes at `offset`, in order.
/// Throws UsageError if a byte is no status. Reads in blocks: memory does not grow with the number of tasks.
void scan_statuses(const RawFile& file, std::uint64_t offset, std::uint64_t tasks,
                   const std::function<void(TaskRange, Status)>& visit, const OnBlock& on_block = {});

}  // namespace trawl::io
