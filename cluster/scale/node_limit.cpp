#include "cluster/scale/node_limit.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

/// Ranks of one machine share its processors: beyond this the times are those of its scheduler, and its memory ends.
constexpr std::uint64_t ranks_per_processor = 8;
constexpr std::uint64_t always_allowed = 16;

}  // namespace

void check_nodes(std::uint64_t nodes, Launcher::Kind kind, int processors, std::optional<std::uint64_t> allocated) {
  if (kind == Launcher::Kind::srun) {
    if (!allocated || nodes <= *allocated) return;
    throw UsageError(
        fmt::format("scale: --nodes {} is more than the {} of this allocation. Give fewer, or ask SLURM "
                    "for more",
                    nodes, *allocated));
  }
  const std::uint64_t most = std::max(always_allowed, ranks_per_processor * static_cast<std::uint64_t>(processors));
  if (nodes <= most) return;
  throw UsageError(fmt::format(
      "scale: --nodes {} are ranks of this machine, which has {} processors (more than {} ranks would measure how they "
      "wait for each other). Give fewer, or use nodes of a cluster (--launcher srun, --submit)",
      nodes, processors, most));
}

std::optional<std::uint64_t> allocated_nodes() {
  for (const char* name : {"SLURM_JOB_NUM_NODES", "SLURM_NNODES"}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    const std::string_view text = value;
    std::uint64_t nodes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nodes);
    if (error == std::errc() && end == text.data() + text.size() && nodes > 0) return nodes;
  }
  return std::nullopt;
}

}  // namespace trawl::cluster
