// A program's children and theirs, which outlive it if nobody ends them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>

namespace trawl::cluster {

/// Processes that were seen to descend from one; mpirun gives its ranks process groups of their own.
class ProcessTree {
 public:
  explicit ProcessTree(pid_t root) : root_(root) {}

  /// Adds those that there are now. Those whose parent has ended since cannot be found any more.
  void look();

  /// Kills all that were seen and still live, the root too, and waits for their end, at most some seconds. Only the
  /// root has to be waited for after that.
  void kill_all();

 private:
  bool any_lives() const;

  pid_t root_;
  std::map<pid_t, std::uint64_t> start_times_;  ///< by which a process number that was given again is told
};

}  // namespace trawl::cluster
