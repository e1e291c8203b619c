// Starting another program and waiting for it, without a shell.
#pragma once

#include <string>
#include <vector>

namespace trawl::cluster {

/// What happens to a program that runs when this process is asked to stop.
enum class WhenStopped {
  wait_for_it,  ///< nothing: it changes something (queues a job, say) and does not take long
  end_it,       ///< it and what it started get SIGTERM and, if that does not end them within seconds, SIGKILL
};

struct ProcessResult {
  int code = 0;  ///< exit code; 128 + number if a signal ended it
  std::string output;
  std::string errors;
};

/// Runs the program `arguments[0]`, found in PATH, with an empty standard input, in a process group of its own, and
/// waits; after `timeout_s` seconds it is ended with all that it started. Throws IoError naming the program if it
/// cannot be started or takes too long, Stopped if it was ended by a request to stop. `variables`, as "NAME=value",
/// replace or join those of this process; "NAME" alone takes one away.
ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_s = 60,
                          WhenStopped when_stopped = WhenStopped::wait_for_it,
                          const std::vector<std::string>& variables = {});

/// Of a program's messages the first line that says something, which launchers put between rulers; fit to be part of a
/// line of ours.
std::string first_sentence(const std::string& messages);

}  // namespace trawl::cluster
