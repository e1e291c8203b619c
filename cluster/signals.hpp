// Signals that ask the program to stop.
#pragma once

#include <atomic>

namespace trawl::cluster {

/// From now on the first INT, TERM or USR1 sets the flag returned, and a second one ends the process with exit code 75
/// (stopped early). SIGPIPE is ignored: a closed terminal must not end a run.
const std::atomic<bool>& stop_on_signals();

}  // namespace trawl::cluster
