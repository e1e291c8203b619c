#include "io/status_scan.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

/// The first byte in [begin, end) that differs from `value`, eight at a time.
const std::uint8_t* end_of_run(const std::uint8_t* begin, const std::uint8_t* end, std::uint8_t value) {
  const std::uint64_t eight = 0x0101010101010101u * value;
  while (end - begin >= 8) {
    std::uint64_t word;
    std::memcpy(&word, begin, 8);
    if (word != eight) break;
    begin += 8;
  }
  while (begin < end && *begin == value) ++begin;
  return begin;
}

}  // namespace

void scan_statuses(const RawFile& file, std::uint64_t offset, std::uint64_t tasks,
                   const std::function<void(TaskRange, Status)>& visit, const OnBlock& on_block) {
  constexpr std::uint64_t block_size = std::uint64_t{1} << 20;
  std::vector<std::uint8_t> block(std::min(block_size, tasks));
  TaskRange run;
  std::uint8_t status = 0;
  for (TaskIndex first = 0; first < tasks; first += block_size) {
    const std::uint64_t count = std::min(block_size, tasks - first);
    if (on_block) on_block("reading", first, tasks);
    file.read(block.data(), count, offset + first);
    const std::uint8_t *at = block.data(), *end = at + count;
    while (at < end) {
      if (*at >= std::size(status_names))
        throw UsageError(fmt::format("{}: is damaged (the status of task {} is {}). Restore it, or give another path.",
                                     file.path(), first + static_cast<std::uint64_t>(at - block.data()), *at));
      if (*at != status) {
        if (!run.empty()) visit(run, static_cast<Status>(status));
        run = {run.end, run.end};
        status = *at;
      }
      const std::uint8_t* stop = end_of_run(at, end, status);
      run.end += static_cast<std::uint64_t>(stop - at);
      at = stop;
    }
  }
  if (!run.empty()) visit(run, static_cast<Status>(status));
}

}  // namespace trawl::io
