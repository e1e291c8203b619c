#include "cluster/cli/run_arguments.hpp"

#include <algorithm>
#include <climits>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "cluster/cli/program_check.hpp"
#include "cluster/cli/retry.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/time_limit.hpp"
#include "engine/error.hpp"
#include "engine/inflight.hpp"
#include "engine/number.hpp"
#include "io/key_places.hpp"
#include "io/output_file.hpp"
#include "io/shard_file.hpp"

namespace trawl::cluster {
namespace {

/// From here on rank 0 alone would keep its workers waiting (bench/simulate).
constexpr int ranks_for_sub_masters = 1024;

/// Where nodes have fewer ranks than this, a sub-master is worth more with ranks of several nodes.
constexpr int small_node_ranks = 16;
constexpr int ranks_of_small_nodes = 64;

}  // namespace

void add_run_options(boost::program_options::options_description& options) {
  const RunOptions defaults;
  options.add_options()                                                                                              //
      ("output,o", text_option("FILE"), "result file; default: the sweep's name with .h5, in this directory")        //
      ("shard", text_option("I/S"),                                                                                  //
       "compute part I of S only, into a file of its own, FILE.shard-I-of-S.h5; trawl merge joins them")             //
      ("threads", count_option("N", 0), "threads of each rank; 0: as many as the rank may use, which is the limit")  //
      ("oversubscribe", flag_option(), "use as many threads as --threads says, even if there are fewer processors")  //
      ("flush-interval", number_option("S", defaults.flush_interval_s), "seconds between writes to disk")            //
      ("point-timeout", number_option("S", 0), "give up a point after so many seconds; 0: never")                    //
      ("range-size", count_option("N", 0), "tasks handed out at once; 0: sized by cost")                             //
      ("no-master-compute", flag_option(), "rank 0 of several schedules and writes only")                            //
      ("sub-masters", text_option("auto|off|N"),                                                                     //
       "ranks of each node, or N ranks, share a sub-master, which hands out ranges for rank 0; auto: from 1024 ranks "
       "on")                                                                                                 //
      ("heartbeat", number_option("S", defaults.heartbeat_s), "seconds between signs of life of a rank")     //
      ("lease", number_option("S", defaults.lease_s), "a rank that is silent for so many seconds is lost")   //
      ("time-limit", text_option("S|H:MM:SS"),                                                               //
       "start nothing that would not end in time, then stop; default: the SLURM job's; 0: none")             //
      ("grace", number_option("S", defaults.grace_s), "seconds that running points may go on after a stop")  //
      ("quiet,q", flag_option(), "nothing on stderr but errors; the exit code says whether points failed");
}

bool asks_for_quiet(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return word == "--quiet" || word.starts_with("-q"); });
}

Arguments parse_run_arguments(const Invocation& invocation) {
  Syntax syntax(
      "SWEEP",
      "Runs a sweep into a result file. If the file is there, the run continues it; if it is complete, there is "
      "nothing to do.\nUnder mpirun or srun all ranks take part.");
  add_sweep_options(syntax.options);
  add_run_options(syntax.options);
  add_retry_option(syntax.options);
  add_accept_code_option(syntax.options);
  return Arguments(syntax, invocation);
}

std::optional<Shard> shard_asked_for(const Arguments& arguments) {
  const std::optional<std::string> text = arguments.text("shard");
  if (!text) return std::nullopt;
  const std::optional<Shard> shard = parse_shard(*text);
  if (!shard)
    throw UsageError(
        fmt::format("run: --shard {} is not a part. Give I/S for part I of S, as in 1/3", io::shown(*text)));
  return shard;
}

std::string output_path(const Arguments& arguments) {
  std::string path = arguments.text("output").value_or(default_output(arguments));
  const std::optional<Shard> shard = shard_asked_for(arguments);
  if (path.empty()) return path;  // which no output may be
  return shard ? io::shard_path(path, *shard) : path;
}

void check_run_output(const std::string& path, const std::vector<std::string>& inputs) {
  io::check_output(path, {{io::FileKind::result, io::FileKind::hdf5}, inputs});
  check_inflight_files(path + ".inflight");
}

void check_message_size(const Sweep& sweep, bool is_parallel) {
  constexpr std::uint64_t limit = INT_MAX - (64u << 20);
  const std::uint64_t bytes = sizeof(double) * sweep.doubles_per_task;
  if (!is_parallel || bytes <= limit) return;
  throw UsageError(fmt::format("run: one task gives {} (a message between ranks holds {}). Run it without mpirun?",
                               bytes_text(bytes), bytes_text(limit)));
}

std::optional<double> time_limit_asked_for(const Arguments& arguments) {
  const std::optional<std::string> text = arguments.text("time-limit");
  if (!text) return std::nullopt;
  const std::optional<double> seconds = duration_seconds(*text);
  if (!seconds) {
    throw UsageError(fmt::format(
        "run: --time-limit {} is not a time. Give seconds, H:MM:SS or D-HH:MM:SS; 0 for no limit", io::shown(*text)));
  }
  return *seconds == 0 ? std::numeric_limits<double>::infinity() : *seconds;
}

RunOptions run_options(const Arguments& arguments, const ThreadChoice& threads) {
  RunOptions options;
  options.threads = threads.count;
  options.flush_interval_s = arguments.number("flush-interval", 0, a_year_s);
  options.point_timeout_s = arguments.number("point-timeout", 0, a_year_s);
  options.range_size = static_cast<std::uint64_t>(arguments.count("range-size", 0));
  options.master_computes = !arguments.flag("no-master-compute");
  options.heartbeat_s = arguments.number("heartbeat", 0.001, a_year_s);
  options.lease_s = arguments.number("lease", 0.01, a_year_s);
  if (options.lease_s < 3 * options.heartbeat_s) {
    throw UsageError(
        "run: --lease is less than three times --heartbeat (a late heartbeat does not mean a lost rank). Give a longer "
        "--lease");
  }
  options.grace_s = arguments.number("grace", 0, a_year_s);
  options.inflight_path = output_path(arguments) + ".inflight";
  return options;
}

int ranks_per_sub_master(const Arguments& arguments, int ranks, int ranks_per_node) {
  const std::string text = arguments.text("sub-masters").value_or("auto");
  if (text == "off") return 0;
  if (text == "auto") {
    if (ranks < ranks_for_sub_masters) return 0;
    return ranks_per_node < small_node_ranks ? ranks_of_small_nodes : ranks_per_node;
  }
  try {
    const std::int64_t size = read_whole_number(text);
    if (size >= 2 && size <= std::numeric_limits<int>::max()) return static_cast<int>(size);
  } catch (const std::invalid_argument&) {
  }
  throw UsageError(fmt::format("run: --sub-masters {} is not a number of ranks. Give auto, off, or a number from 2 on",
                               io::shown(text)));
}

ThreadChoice threads_asked_for(const Arguments& arguments, int ranks_sharing_processors) {
  constexpr int most = 4096;
  return choose_threads(processor_limits(ranks_sharing_processors),
                        static_cast<int>(arguments.count("threads", 0, most)), arguments.flag("oversubscribe"));
}

}  // namespace trawl::cluster
