// trawl merge: the shards of a sweep joined into the file that one job would have written.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cluster/build_id.hpp"
#include "cluster/cli/arguments.hpp"
#include "cluster/cli/outcome.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/program_check.hpp"
#include "cluster/cli/run_arguments.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/cli/work_progress.hpp"
#include "cluster/signals.hpp"
#include "engine/error.hpp"
#include "io/result_reader.hpp"
#include "io/retry_note.hpp"
#include "io/run_log.hpp"
#include "io/shard_file.hpp"

namespace trawl::cluster {
namespace {

/// Shard number to path.
using Shards = std::map<std::uint64_t, std::string>;

std::vector<std::string> shard_paths(const Arguments& arguments) {
  const std::string& output = arguments.positional();
  std::vector<std::string> paths = arguments.more();
  if (paths.empty()) paths = io::find_shards(output);
  if (paths.empty()) {
    throw UsageError(fmt::format("merge: {1} has no shards beside it (such as {0}). Name their files after {1}",
                                 io::shard_path(output, {1, 1}), output));
  }
  return paths;
}

/// Checks every file before anything is written; all must be parts of the same division.
Shards check_shards(const std::vector<std::string>& paths, const Sweep& sweep, std::uint64_t count,
                    const io::OnBlock& on_block) {
  Shards shards;
  for (const std::string& path : paths) {
    const Shard shard = io::check_shard(path, sweep, on_block);
    if (shard.count != count) {
      throw UsageError(fmt::format("{}: is one of {} shards ({} is one of {}). Merge shards of one division", path,
                                   shard.count, paths.front(), count));
    }
    const auto [other, is_new] = shards.emplace(shard.number, path);
    if (!is_new) {
      throw UsageError(
          fmt::format("{}: is shard {}, and so is {}. Give each shard once", path, shard_text(shard), other->second));
    }
  }
  return shards;
}

/// What a stop interrupts is kept.
void merge_shards(const Shards& shards, const Sweep& sweep, io::ResultFile& whole, const io::OnBlock& on_block) {
  try {
    for (const auto& [number, path] : shards) io::merge_shard(path, sweep, whole, on_block);
  } catch (const Stopped&) {
    whole.flush();
    throw;
  }
  whole.flush();
}

/// A line for each shard with pending tasks: its missing points, at most a few ranges of them.
void print_missing(const IntervalSet& pending, const Sweep& sweep, const Shards& shards, std::uint64_t count) {
  constexpr int most_ranges = 10;
  const std::uint64_t replicates = sweep.design.replicates();
  for (std::uint64_t number = 1; number <= count; ++number) {
    const TaskRange tasks = shard_tasks(sweep, {number, count});
    std::string points;
    std::uint64_t missing = 0;
    int ranges = 0;
    for (TaskRange run = pending.next(tasks.begin); !run.empty() && run.begin < tasks.end;
         run = pending.next(run.end)) {
      run.end = std::min(run.end, tasks.end);
      missing += run.size();
      if (++ranges > most_ranges) continue;
      const PointIndex first = run.begin / replicates, last = (run.end - 1) / replicates;
      points += first == last ? fmt::format(" {}", first) : fmt::format(" {}-{}", first, last);
    }
    if (missing == 0) continue;
    print("shard {}: {}{} of {} missing, points{}{}\n", shard_text({number, count}),
          shards.contains(number) ? "" : "not given; ", count_text(missing), counted(tasks.size(), "task"), points,
          ranges > most_ranges ? " ..." : "");
  }
}

}  // namespace

int merge_verb(const Invocation& invocation) {
  Syntax syntax(
      "FILE",
      "Joins the files of a sweep's shards into FILE, the file that one job would have written, byte for byte. "
      "Without SHARD, all that lie beside FILE. Tasks that no shard has are named, and exit code 75 says so; "
      "trawl run, or merging again, continues. Of two outcomes of a task the one that got further stands: ok, "
      "non_finite, threw, timed_out, crashed.");
  syntax.more = "SHARD...";
  add_accept_code_option(syntax.options);
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& output = arguments.positional();
  const std::vector<std::string> paths = shard_paths(arguments);
  check_run_output(output, paths);
  const io::ResultReader first(paths.front());
  const Sweep sweep = sweep_of_file(first, invocation.studies);
  WorkProgress work(output, "Run the same command again", false);
  const io::OnBlock on_block = work.callback();
  const std::uint64_t count = io::check_shard(paths.front(), sweep, on_block).count;
  const Shards shards = check_shards(paths, sweep, count, on_block);
  const bool accept = arguments.flag("accept-code");
  same_results({paths, accept, &stop_requested()}, invocation.studies);
  {
    io::ResultFile whole(output, sweep, {}, on_block);
    if (!whole.created()) same_results({{output}, accept, &stop_requested()}, invocation.studies);
    merge_shards(shards, sweep, whole, on_block);
    io::RunLog(output + ".run.jsonl", sweep)
        .merge(fmt::format("trawl merge {}", fmt::join(invocation.words, " ")), program_fingerprint());
  }
  const RunState state = io::ResultFile(output, sweep, {}, on_block).state();
  if (state.pending.empty()) io::remove_retry_note(output);
  print_missing(state.pending, sweep, shards, count);
  spdlog::info("{}: {} of {}, from {} of {}", output, count_text(sweep.design.task_count() - state.pending.count()),
               counted(sweep.design.task_count(), "task"), shards.size(), counted(count, "shard"));
  return exit_code_of(state.status_counts);
}

}  // namespace trawl::cluster
