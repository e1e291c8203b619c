// Whether this build of the program gives the results that another one has put into a file.
#pragma once

#include <atomic>
#include <span>
#include <string>
#include <vector>

#include "cluster/cli/arguments.hpp"
#include "engine/transport.hpp"

namespace trawl::cluster {

/// --accept-code, of run, merge and submit.
void add_accept_code_option(boost::program_options::options_description& options);

struct ProgramCheck {
  std::vector<std::string> paths;  ///< result files whose results are to stand beside those of this program
  bool accept = false;             ///< whatever they are
  const std::atomic<bool>* stop = nullptr;
};

/// For each file whose run log does not say that this build was the last to write it: computes a few of its finished
/// tasks again, each in a process of its own (`trawl replay`), and compares the bits. Over all files at most 32 tasks,
/// chosen by a permutation keyed with the sweep's seed, and about ten seconds, but at least one task of each program;
/// that one is the cheapest of the sample. Nothing is written. Says in a line what was done.
///
/// Throws UsageError if a task has other bits now; IoError if not one could be computed. False if `stop` was set
/// meanwhile.
bool same_results(const ProgramCheck& check, std::span<const Study* const> studies);

/// For a rank that runs another build than rank 0: says so, and waits until the run is over. It takes no part.
void sit_out(Transport& transport, double lease_s);

}  // namespace trawl::cluster
