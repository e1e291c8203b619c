// How many threads a rank may use.
#pragma once

#include <optional>
#include <string>

namespace trawl::cluster {

/// What limits the processors of a rank. Where nothing is said there is no limit.
struct ProcessorLimits {
  int affinity = 1;                ///< processors this process may run on
  int ranks_sharing = 1;           ///< ranks of this node that may run on them too
  std::optional<int> cgroup = {};  ///< quota of the control group, shared by the ranks of a node; rounded up
  std::optional<int> slurm = {};   ///< SLURM_CPUS_PER_TASK
};

ProcessorLimits processor_limits(int ranks_sharing);

/// Throws IoError unless so many threads can be started beside this one. `user` is what needs them.
void require_threads(int count, const char* user);

struct ThreadChoice {
  int count = 1;
  std::string reason;  ///< what limits the count, for a message
};

/// The smallest of the limits and of `requested` (0: as many as possible), at least 1. With `oversubscribe`, the
/// request is taken as it is.
ThreadChoice choose_threads(const ProcessorLimits& limits, int requested, bool oversubscribe);

/// The processor quota of the control group in force, the tightest on the way to the root, rounded up; versions 1
/// and 2. `membership` is the text of /proc/self/cgroup, `root` the directory that /sys/fs/cgroup stands for.
std::optional<int> cgroup_quota(const std::string& membership, const std::string& root);

}  // namespace trawl::cluster
