// trawl run: runs a sweep, or continues it, on the ranks there are.
#include <atomic>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "cluster/build_id.hpp"
#include "cluster/cli/arguments.hpp"
#include "cluster/cli/outcome.hpp"
#include "cluster/cli/program_check.hpp"
#include "cluster/cli/progress.hpp"
#include "cluster/cli/retry.hpp"
#include "cluster/cli/run_arguments.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/cli/work_progress.hpp"
#include "cluster/mpi/session.hpp"
#include "cluster/signals.hpp"
#include "cluster/slurm/queue.hpp"
#include "cluster/time_limit.hpp"
#include "engine/error.hpp"
#include "engine/inflight.hpp"
#include "engine/run.hpp"
#include "io/result_file.hpp"
#include "io/retry_note.hpp"
#include "io/run_log.hpp"

namespace trawl::cluster {
namespace {

/// The other ranks, which wait for a sweep to work on. They are sent home if there is none, or if it ends in an
/// exception.
class OtherRanks {
 public:
  explicit OtherRanks(Session& session) : session_(session) {}
  OtherRanks(const OtherRanks&) = delete;
  OtherRanks& operator=(const OtherRanks&) = delete;

  ~OtherRanks() {
    if (finished_) return;
    try {
      if (started_) dismiss();
      else session_.broadcast("");
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
    }
  }

  void start(const std::string& sweep_text) {
    session_.broadcast(sweep_text);
    started_ = true;
  }
  void finished() { finished_ = true; }

 private:
  void dismiss() {
    for (Rank rank = 1; rank < session_.size(); ++rank) session_.transport().send(rank, Bye{});
  }

  Session& session_;
  bool started_ = false;
  bool finished_ = false;
};

/// Tells both the person at the terminal and the run log.
class Observers final : public RunObserver {
 public:
  Observers(ProgressPrinter& printer, io::RunLog& log) : printer_(printer), log_(log) {}

  void on_progress(const Progress& progress) override {
    printer_.on_progress(progress);
    log_.on_progress(progress);
  }
  void on_worker(Rank rank, const Hello& hello) override {
    printer_.on_worker(rank, hello);
    log_.on_worker(rank, hello);
  }
  void on_worker_lost(Rank rank, const std::string& why) override {
    printer_.on_worker_lost(rank, why);
    log_.on_worker_lost(rank, why);
  }
  void on_failure(const Failure& failure) override {
    printer_.on_failure(failure);
    log_.on_failure(failure);
  }

 private:
  ProgressPrinter& printer_;
  io::RunLog& log_;
};

void announce(const Sweep& sweep, std::optional<Shard> shard, const io::ResultFile& file, const Session& session,
              const ThreadChoice& threads, const std::string& path) {
  spdlog::info("{} {}{}, {} x {}, {} x {} (set by {}), {}", file.created() ? "running" : "continuing",
               shard ? fmt::format("shard {} of ", shard_text(*shard)) : "", sweep.spec.study,
               counted(tasks_in(file.state().status_counts) / sweep.design.replicates(), "point"),
               counted(sweep.design.replicates(), "replicate"), counted(static_cast<unsigned>(session.size()), "rank"),
               counted(static_cast<unsigned>(threads.count), "thread"), threads.reason, path);
}

/// What to do about failures, in the last lines of a finished sweep.
void point_to_failures(const StatusCounts& counts, const std::string& path, const Invocation& invocation) {
  if (failures_in(counts) == 0) return;
  spdlog::info("trawl failures {} says which tasks failed, at which parameters, and why", path);
  if (counts[0] == 0) spdlog::info("to try them again: {}", retry_command(invocation));
}

void conclude(const RunSummary& summary, const std::optional<EndTime>& end_time, const std::string& path,
              const Invocation& invocation, const std::string& log_problem) {
  const double rate = static_cast<double>(summary.computed) / summary.elapsed_s;
  const std::string pending = counted(summary.status_counts[0], "task");
  const std::string excluded =
      summary.excluded > 0 ? fmt::format(", {} excluded by where", count_text(summary.excluded)) : "";
  if (summary.out_of_time) spdlog::info("the time limit is that of {}", end_time->source);
  spdlog::info("{}{} computed in {} ({}){}, {}, {}",
               summary.out_of_time     ? fmt::format("out of time with {} to do: ", pending)
               : summary.stopped_early ? fmt::format("stopped with {} to do: ", pending)
               : summary.lacked > 0
                   ? fmt::format("not complete, {} failed for want of a resource: ", counted(summary.lacked, "task"))
                   : "complete: ",
               counted(summary.computed, "task"), seconds_text(summary.elapsed_s), rate_text(rate), excluded,
               failures_text(summary.status_counts), path);
  point_to_failures(summary.status_counts, path, invocation);
  if (!log_problem.empty()) spdlog::warn("the log of this run is not whole: {}", log_problem);
  if (summary.status_counts[0] > 0) spdlog::info("the same command continues it");
}

/// A rank with another program takes no part, which a sub-master cannot.
void check_programs(const Session& session, int ranks_per_sub_master) {
  if (ranks_per_sub_master > 1 && session.any_differs_from_rank_0())
    throw UsageError(
        "run: ranks run different builds of this program. Install one build on all nodes, or give --sub-masters off");
}

/// The sweep of this process. It outlives all that is left by an exception: threads that were given up may use it.
const Sweep& kept(Sweep&& sweep) {
  static std::optional<Sweep> instance;
  return instance.emplace(std::move(sweep));
}

struct Outcome {
  int code = exit_complete;
  bool threads_stuck = false;
};

/// Rank 0: checks everything, then schedules, writes and computes.
Outcome lead(Session& session, const std::atomic<bool>& stop, double start_time, std::optional<EndTime> end_time,
             const Invocation& invocation) {
  install_fault_handler(launched_in_parallel() ? nullptr : invocation.argv);
  OtherRanks others(session);
  const Arguments arguments = parse_run_arguments(invocation);
  if (arguments.help()) return {};
  const Sweep& sweep = kept(read_sweep(arguments, invocation.studies));
  const ThreadChoice threads = threads_asked_for(arguments, session.ranks_sharing_processors());
  RunOptions options = run_options(arguments, threads);
  options.stop = &stop;
  options.ranks_per_sub_master = ranks_per_sub_master(arguments, session.size(), session.ranks_per_node());
  if (const auto limit_s = time_limit_asked_for(arguments)) end_time = EndTime{start_time + *limit_s, "--time-limit"};
  check_message_size(sweep, session.is_parallel());
  check_programs(session, options.ranks_per_sub_master);
  const std::string path = output_path(arguments);
  const std::optional<Shard> shard = shard_asked_for(arguments);
  check_run_output(path, input_files(arguments));
  const io::StatusSet to_retry = retry_asked_for(arguments);
  if (to_retry.any()) io::read_retry_note(path);  // refuses, before anything is created, what is no note
  WorkProgress work(path, "Run the same command again", arguments.flag("quiet"));
  io::ResultFile file(path, sweep, shard, work.callback());
  Retry retry(path, file, to_retry);
  if (file.state().pending.empty() && retry.tasks() == 0) {
    const StatusCounts& counts = file.state().status_counts;
    say_complete(path, counts);
    point_to_failures(counts, path, invocation);
    io::remove_retry_note(path);
    return {exit_code_of(counts)};
  }
  if (!file.created() && !same_results({{path}, arguments.flag("accept-code"), &stop}, invocation.studies))
    return {exit_stopped_early};
  retry.begin(options.inflight_path);
  announce(sweep, shard, file, session, threads, path);
  RunState state = file.state();
  state.faults = recover_faults(options.inflight_path);
  others.start(sweep.text);

  io::RunLog log(path + ".run.jsonl", sweep);
  log.start(fmt::format("trawl {} {}", invocation.verb, fmt::join(invocation.words, " ")), program_fingerprint(),
            session.size(), threads.count, tasks_in(file.state().status_counts) - file.state().status_counts[0]);
  RunSummary summary;
  if (end_time) options.time_limit_s = end_time->unix_s - unix_time();
  {
    ProgressPrinter printer(sweep, arguments.flag("quiet"));
    Observers observers(printer, log);
    summary = run_master(sweep, std::move(state), session.transport(), file, observers, options);
  }
  others.finished();
  const int code = exit_code_of(summary.status_counts);
  log.end(summary, code);
  if (!summary.stopped_early) io::remove_retry_note(path);
  conclude(summary, end_time, path, invocation, log.problem());
  if (summary.workers_lost > 0) end_step_with_lost_ranks();
  return {code, summary.threads_stuck};
}

/// Every other rank: computes what it is told to.
Outcome follow(Session& session, const std::atomic<bool>& stop, const Invocation& invocation) {
  install_fault_handler(nullptr);
  const std::string sweep_text = session.broadcast("");
  if (sweep_text.empty()) return {};  // rank 0 has said why
  const Arguments arguments = parse_run_arguments(invocation);
  if (session.differs_from_rank_0()) {
    sit_out(session.transport(), arguments.number("lease", 0.01, a_year_s));
    return {exit_complete};
  }
  const Sweep& sweep = kept(sweep_from_text(sweep_text, "sweep", invocation.studies));
  const ThreadChoice threads = threads_asked_for(arguments, session.ranks_sharing_processors());
  RunOptions options = run_options(arguments, threads);
  options.stop = &stop;
  options.ranks_per_sub_master = ranks_per_sub_master(arguments, session.size(), session.ranks_per_node());
  if (run_worker(sweep, session.transport(), options)) return {exit_complete};
  if (!stop) requeue_job_without_master(session.rank());
  return {exit_stopped_early};
}

}  // namespace

int run_verb(const Invocation& invocation) {
  if (asks_for_quiet(invocation.words)) spdlog::set_level(spdlog::level::err);  // on every rank, before anything else
  const std::atomic<bool>& stop = stop_requested();
  install_fault_handler(nullptr);
  const double start_time = unix_time();
  const std::optional<EndTime> job_end = job_end_time();
  Session session;
  session.compare_programs(program_fingerprint());
  Outcome outcome;
  try {
    outcome =
        session.rank() == 0 ? lead(session, stop, start_time, job_end, invocation) : follow(session, stop, invocation);
  } catch (...) {
    outcome = {report_exception(), true};  // points may still run
  }
  if (session.is_parallel() || outcome.threads_stuck) session.leave(outcome.code);
  return outcome.code;
}

}  // namespace trawl::cluster
