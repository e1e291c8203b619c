// How many nodes a series of runs may ask for.
#pragma once

#include <cstdint>
#include <optional>

#include "cluster/scale/series.hpp"

namespace trawl::cluster {

/// Throws UsageError if no run on so many nodes can tell anything: as ranks of this machine, far more than it has
/// processors; under srun, more nodes than the allocation has (if SLURM says).
void check_nodes(std::uint64_t nodes, Launcher::Kind kind, int processors, std::optional<std::uint64_t> allocated);

/// Of the allocation that this process runs in.
std::optional<std::uint64_t> allocated_nodes();

}  // namespace trawl::cluster
