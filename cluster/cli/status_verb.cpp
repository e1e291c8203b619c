// trawl status and trawl cancel: a result file and the job that computes it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <fmt/format.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/overview.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/terminal.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

constexpr std::chrono::seconds watch_period{2};

Json job_json(const Overview& overview) {
  Json job = {{"id", overview.note->job_id}, {"shards", overview.note->shards}, {"log", overview.note->log}};
  if (!overview.job_problem.empty()) job["problem"] = overview.job_problem;
  job["states"] = Json::array();
  for (const QueuedJob& one : overview.jobs) {
    job["states"].push_back({{"id", one.id},
                             {"state", one.state},
                             {"reason", one.reason},
                             {"nodes", one.nodes},
                             {"elapsed_s", one.elapsed_s},
                             {"left_s", one.left_s}});
  }
  return job;
}

Json status_json(const Overview& overview) {
  Json document = json_document();
  document["file"] = overview.path;
  if (overview.file) {
    const io::ResultReader& file = *overview.file;
    document["study"] = file.study();
    document["study_version"] = file.study_version();
    document["trawl_version"] = file.trawl_version();
    if (const auto shard = file.shard(); shard && !overview.note) document["shard"] = shard_text(*shard);
    document["replicates"] = file.replicates();
    document["sweep"] = file.sweep_text();
  }
  document["complete"] = overview.complete();
  document["files_missing"] = overview.files_missing;
  document["tasks"] = overview.tasks();
  document["done"] = overview.done();
  document["failed"] = failures_in(overview.counts);
  for (std::size_t s = 0; s < overview.counts.size(); ++s) document["status"][status_names[s]] = overview.counts[s];
  document["rate_per_s"] = overview.rate;
  document["remaining_s"] = overview.remaining_s();
  if (overview.note) document["job"] = job_json(overview);
  return document;
}

/// One thing, over several rows where the terminal is narrow.
void print_paragraph(const std::string& text) {
  print_text(wrapped(io::one_line(text) + "\n", terminal_columns(STDOUT_FILENO), 4));
}

void print_file(const Overview& overview) {
  if (!overview.file) {
    print("{}: not begun\n", overview.path);
    return;
  }
  const io::ResultReader& file = *overview.file;
  const auto shard = file.shard();
  std::string part;
  if (overview.note && overview.note->shards > 1 && shard) {
    part = fmt::format("{} of {}, ", count_text(overview.files), counted(overview.note->shards, "shard"));
  } else if (shard) {
    part = fmt::format("shard {}, ", shard_text(*shard));
  }
  print_paragraph(fmt::format("{}: {} (version {}), {}{}, {}", overview.path, file.study(), file.study_version(), part,
                              counted(overview.tasks(), "task"), overview.complete() ? "complete" : "not complete"));
  for (std::size_t s = 0; s < overview.counts.size(); ++s) {
    if (overview.counts[s] > 0) print("  {:<12}{}\n", status_names[s], count_text(overview.counts[s]));
  }
  if (std::isfinite(overview.rate) && !overview.complete()) {
    print("  {:<12}{}, {} left\n", "rate", rate_text(overview.rate), seconds_text(overview.remaining_s()));
  }
}

void print_job(const QueuedJob& job, double remaining_s) {
  std::string text = fmt::format("job {}: {}", job.id, job.state);
  if (!job.reason.empty()) text += fmt::format(" ({})", job.reason);
  if (job.state == "RUNNING") {
    text += fmt::format(", {}, for {}", counted(static_cast<std::uint64_t>(std::max(0, job.nodes)), "node"),
                        seconds_text(job.elapsed_s));
    if (std::isfinite(job.left_s)) text += fmt::format(", {} of its time limit left", seconds_text(job.left_s));
    if (remaining_s > job.left_s) text += "; not enough: it will start again";
  }
  print_paragraph(text);
}

void print_status(const Overview& overview) {
  print_file(overview);
  if (!overview.note) return;
  if (!overview.job_problem.empty()) print("job {}: unknown ({})\n", overview.note->job_id, overview.job_problem);
  for (const QueuedJob& job : overview.jobs) print_job(job, overview.jobs.size() == 1 ? overview.remaining_s() : 0);
}

/// Draws again and again until the sweep is complete or its job has ended.
Overview watch(const std::string& path) {
  const bool terminal = terminal_columns(STDOUT_FILENO).has_value();
  while (true) {
    Overview overview = look_at(path);
    if (terminal) std::fputs("\x1b[H\x1b[2J", stdout);
    print_status(overview);
    std::fflush(stdout);
    if (!overview.may_change()) return overview;
    std::this_thread::sleep_for(watch_period);
  }
}

}  // namespace

int status_verb(const Invocation& invocation) {
  Syntax syntax("FILE",
                "Says how many tasks of a result file are done, how fast, of which sweep, and how the job is that "
                "computes it. The file may be read while a run writes it.");
  syntax.options.add_options()                                                                     //
      ("json", flag_option(), "as JSON")                                                           //
      ("watch", flag_option(), "draw it again every two seconds until the sweep or its job ends")  //
      ("exit-code", flag_option(),
       "exit as the run that left the file like this: 0, 3 with failed points, 75 not complete");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  if (arguments.flag("watch") && arguments.flag("json"))
    throw UsageError(
        "status: --watch and --json exclude each other (one is for people, the other for programs). Give one of them");
  const Overview overview = arguments.flag("watch") ? watch(arguments.positional()) : look_at(arguments.positional());
  if (arguments.flag("json")) {
    print_json(status_json(overview));
  } else if (!arguments.flag("watch")) {
    print_status(overview);
    if (overview.file) print_text("\n" + overview.file->sweep_text());
  }
  if (!arguments.flag("exit-code")) return exit_complete;
  return overview.complete() ? exit_code_of(overview.counts) : static_cast<int>(exit_stopped_early);
}

int cancel_verb(const Invocation& invocation) {
  const Syntax syntax("FILE", "Cancels the job that computes a result file. What is done stays; submit continues it.");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& path = arguments.positional();
  const std::optional<JobNote> note = read_job_note(path);
  if (!note)
    throw UsageError(fmt::format("cancel: {} has no job (there is no {}.job.json). Is the path right?", path, path));
  cancel_job(note->job_id);
  print("{}\n", note->job_id);
  return exit_complete;
}

}  // namespace trawl::cluster
