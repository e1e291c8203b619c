// Options of trawl run that say how, not what: the same result file for all of them.
#pragma once

#include "cluster/cli/arguments.hpp"
#include "cluster/resources.hpp"
#include "engine/run.hpp"
#include "engine/shard.hpp"

namespace trawl::cluster {

inline constexpr double a_year_s = 366 * 86400.0;

void add_run_options(boost::program_options::options_description& options);

/// Whether --quiet is among the words of a command that may not even be valid.
bool asks_for_quiet(const std::vector<std::string>& words);

/// --shard, if given.
std::optional<Shard> shard_asked_for(const Arguments& arguments);

/// --output, or a name made from the sweep's; that of the shard, if one is asked for.
std::string output_path(const Arguments& arguments);

/// --time-limit in seconds, infinity for 0; nothing if it is not given.
std::optional<double> time_limit_asked_for(const Arguments& arguments);

RunOptions run_options(const Arguments& arguments, const ThreadChoice& threads);

/// RunOptions::ranks_per_sub_master, given --sub-masters; the same on every rank.
int ranks_per_sub_master(const Arguments& arguments, int ranks, int ranks_per_node);

/// Threads of this rank, given --threads and --oversubscribe.
ThreadChoice threads_asked_for(const Arguments& arguments, int ranks_sharing_processors);

}  // namespace trawl::cluster
