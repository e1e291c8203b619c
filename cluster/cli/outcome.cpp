#include "cluster/cli/outcome.hpp"

#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/text.hpp"

namespace trawl::cluster {

std::uint64_t tasks_in(const StatusCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::string failures_text(const StatusCounts& counts) {
  std::vector<std::string> parts;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (is_failure(static_cast<Status>(s)) && counts[s] > 0) {
      parts.push_back(fmt::format("{} {}", count_text(counts[s]), status_names[s]));
    }
  }
  return parts.empty() ? "none failed" : fmt::format("{}", fmt::join(parts, ", "));
}

void say_complete(const std::string& path, const StatusCounts& counts) {
  spdlog::info("{} is complete: {}, {}", path, counted(tasks_in(counts), "task"), failures_text(counts));
}

}  // namespace trawl::cluster
