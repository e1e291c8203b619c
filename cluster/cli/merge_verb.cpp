// trawl merge: the shards of a sweep joined into the file that one job would have written.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/outcome.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/cli/work_progress.hpp"
#include "cluster/signals.hpp"
#include "engine/error.hpp"
#include "io/result_reader.hpp"
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
    throw UsageError(
        fmt::format("merge: no shards (there is no {}). Name them after {}", io::shard_path(output, {1, 1}), output));
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
      throw UsageError(fmt::format("{}: one of {} shards ({} is one of {}). Merge shards of one division", path,
                                   shard.count, paths.front(), count));
    }
    const auto [other, is_new] = shards.emplace(shard.number, path);
    if (!is_new) {
      throw UsageError(
          fmt::format("{}: shard {}, as {} is. Give each shard once", path, shard_text(shard), other->second));
    }
  }
  return shards;
}

/// What a stop interrupts is kept.
void merge_shards(const Shards& shards, const Sweep& sweep, const std::string& output, const io::OnBlock& on_block) {
  io::ResultFile whole(output, sweep, {}, on_block);
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
    fmt::print("shard {}: {}{} of {} tasks missing, points{}{}\n", shard_text({number, count}),
               shards.contains(number) ? "" : "not given; ", count_text(missing), count_text(tasks.size()), points,
               ranges > most_ranges ? " ..." : "");
  }
}

}  // namespace

int merge_verb(const Invocation& invocation) {
  Syntax syntax(
      "FILE",
      "Joins the files of a sweep's shards into FILE, the file that one job would have written, byte for byte. "
      "Without SHARD, all that lie beside FILE. Tasks that no shard has are named, and exit code 75 says so; "
      "trawl run, or merging again, continues.");
  syntax.more = "SHARD...";
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& output = arguments.positional();
  const std::vector<std::string> paths = shard_paths(arguments);
  const io::ResultReader first(paths.front());
  const Sweep sweep = sweep_of_file(first, invocation.studies);
  WorkProgress work(output, "Run the same command again", false);
  const io::OnBlock on_block = work.callback();
  const std::uint64_t count = io::check_shard(paths.front(), sweep, on_block).count;
  const Shards shards = check_shards(paths, sweep, count, on_block);
  merge_shards(shards, sweep, output, on_block);
  const RunState state = io::ResultFile(output, sweep, {}, on_block).state();
  print_missing(state.pending, sweep, shards, count);
  spdlog::info("{}: {} of {} tasks, from {} of {} shards", output,
               count_text(sweep.design.task_count() - state.pending.count()), count_text(sweep.design.task_count()),
               shards.size(), count);
  return exit_code_of(state.status_counts);
}

}  // namespace trawl::cluster
