// Keeps TBB from having threads of its own.
#pragma once

#include <tbb/global_control.h>

namespace trawl {

/// While one lives, TBB starts no threads: it ends the program when it cannot. Threads that enter an arena by
/// themselves share its work as ever.
class NoTbbThreads {
 public:
  NoTbbThreads() : control_(tbb::global_control::max_allowed_parallelism, 1) {}

 private:
  tbb::global_control control_;
};

}  // namespace trawl
