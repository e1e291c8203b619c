// Starting another program and waiting for it, without a shell.
#pragma once

#include <string>
#include <vector>

namespace trawl::cluster {

struct ProcessResult {
  int code = 0;  ///< exit code; 128 + number if a signal ended it
  std::string output;
  std::string errors;
};

/// Runs the program `arguments[0]`, found in PATH, with an empty standard input, and waits; after `timeout_s` seconds
/// it is killed. Throws IoError naming the program if it cannot be started or takes too long. `variables`, as
/// "NAME=value", replace or join those of this process; "NAME" alone takes one away.
ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_s = 60,
                          const std::vector<std::string>& variables = {});

/// Of a program's messages the first line that says something, which launchers put between rulers; fit to be part of a
/// line of ours.
std::string first_sentence(const std::string& messages);

}  // namespace trawl::cluster
