// What the machine gives a run: processors, instruction set, clock.
#pragma once

#include <vector>

#include "cluster/doctor/finding.hpp"

namespace trawl::cluster {

/// `ranks_sharing`: ranks of this node that share this rank's processors.
std::vector<Finding> examine_machine(int ranks_sharing);

}  // namespace trawl::cluster
