// Options of trawl run that say how, not what: the same result file for all of them.
#pragma once

#include <string>
#include <vector>

#include "cluster/cli/arguments.hpp"
#include "cluster/resources.hpp"
#include "engine/run.hpp"
#include "engine/shard.hpp"
#include "engine/sweep.hpp"

namespace trawl::cluster {

inline constexpr double a_year_s = 366 * 86400.0;

void add_run_options(boost::program_options::options_description& options);

/// Whether --quiet is among the words of a command that may not even be valid.
bool asks_for_quiet(const std::vector<std::string>& words);

/// The arguments of trawl run, which has options for all of the above.
Arguments parse_run_arguments(const Invocation& invocation);

/// --shard, if given.
std::optional<Shard> shard_asked_for(const Arguments& arguments);

/// --output, or a name made from the sweep's; that of the shard, if one is asked for.
std::string output_path(const Arguments& arguments);

/// Throws if `path` cannot be the result file of a run that reads `inputs`, for what it is or what has the names of the
/// run's own files beside it. Touches nothing. io::check_result_file() has the checks that need the sweep.
void check_run_output(const std::string& path, const std::vector<std::string>& inputs);

/// An MPI message holds less than 2 GiB. Throws UsageError if a task gives more and `is_parallel`.
void check_message_size(const Sweep& sweep, bool is_parallel);

/// --time-limit in seconds, infinity for 0; nothing if it is not given.
std::optional<double> time_limit_asked_for(const Arguments& arguments);

RunOptions run_options(const Arguments& arguments, const ThreadChoice& threads);

/// RunOptions::ranks_per_sub_master, given --sub-masters; the same on every rank.
int ranks_per_sub_master(const Arguments& arguments, int ranks, int ranks_per_node);

/// Threads of this rank, given --threads and --oversubscribe.
ThreadChoice threads_asked_for(const Arguments& arguments, int ranks_sharing_processors);

}  // namespace trawl::cluster
