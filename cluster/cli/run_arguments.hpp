// Options of trawl run that say how, not what: the same result file for all of them.
#pragma once

#include "cluster/cli/arguments.hpp"
#include "cluster/resources.hpp"
#include "engine/run.hpp"

namespace trawl::cluster {

void add_run_options(boost::program_options::options_description& options);

/// --output, or a name made from the sweep's.
std::string output_path(const Arguments& arguments);

RunOptions run_options(const Arguments& arguments, const ThreadChoice& threads);

/// Threads of this rank, given --threads and --oversubscribe.
ThreadChoice threads_asked_for(const Arguments& arguments, int ranks_sharing_processors);

}  // namespace trawl::cluster
