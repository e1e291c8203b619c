// trawl submit: a sweep as a job of SLURM.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/estimate.hpp"
#include "cluster/cli/follow_job.hpp"
#include "cluster/cli/outcome.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/program_check.hpp"
#include "cluster/cli/retry.hpp"
#include "cluster/cli/run_arguments.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/signals.hpp"
#include "cluster/slurm/job_files.hpp"
#include "cluster/slurm/job_note.hpp"
#include "cluster/slurm/job_script.hpp"
#include "cluster/slurm/queue.hpp"
#include "engine/error.hpp"
#include "io/output_file.hpp"
#include "io/result_file.hpp"
#include "io/retry_note.hpp"
#include "io/run_history.hpp"
#include "io/shard_file.hpp"

namespace trawl::cluster {
namespace {

constexpr double sample_s = 0.5;
constexpr double patience_s = 10;

/// Options of trawl run that are handed on as they are.
constexpr const char* run_numbers[] = {"flush-interval", "point-timeout", "heartbeat", "lease", "grace"};

Arguments parse(const Invocation& invocation) {
  Syntax syntax("SWEEP",
                "Runs a sweep as a job of SLURM: checks it, writes the job's script and a copy of the sweep beside the "
                "result file, queues it, and prints the job's number. A job that reaches its time limit starts again "
                "and continues. Options that are not given come from ~/.config/trawl/site.toml.");
  add_sweep_options(syntax.options);
  auto add = syntax.options.add_options();
  add("output,o", text_option("FILE"), "result file; default: the sweep's name with .h5, in this directory");
  for (const SettingRule& rule : setting_rules()) {
    if (std::string_view(rule.name) == "modules") add(rule.name, repeated_option(rule.placeholder), rule.help);
    else add(rule.name, text_option(rule.placeholder), rule.help);
  }
  add("array", count_option("S", 1), "as S independent jobs, each with a part of the points; trawl merge joins them");
  add("site", text_option("FILE"), "defaults of the site, instead of ~/.config/trawl/site.toml");
  for (const char* name : run_numbers) add(name, text_option("SECONDS"), "as for trawl run");
  add_retry_option(syntax.options);
  add_accept_code_option(syntax.options);
  add("dry-run", flag_option(), "print the script and do nothing");
  add("wait", flag_option(), "return when the job has ended, with the exit code of the sweep");
  add("follow", flag_option(), "the same, and show the job's log meanwhile");
  return Arguments(syntax, invocation);
}

JobSettings settings_asked_for(const Arguments& arguments) {
  JobSettings settings = site_settings(arguments.text("site"));
  for (const SettingRule& rule : setting_rules()) {
    if (!arguments.has(rule.name)) continue;
    const bool many = std::string_view(rule.name) == "modules";
    const std::vector<std::string> values = many ? arguments.texts(rule.name) : std::vector{*arguments.text(rule.name)};
    for (const std::string& value : values) check_setting(rule, value, fmt::format("submit: --{}", rule.name));
    settings[rule.name] = values;
  }
  return settings;
}

std::vector<std::string> run_words(const Arguments& arguments) {
  constexpr double a_year_s = 366 * 86400.0;
  std::vector<std::string> words;
  for (const char* name : run_numbers) {
    if (!arguments.has(name)) continue;
    words.insert(words.end(), {fmt::format("--{}", name), fmt::format("{}", arguments.number(name, 0, a_year_s))});
  }
  if (const io::StatusSet kinds = retry_asked_for(arguments); kinds.any())
    words.insert(words.end(), {"--retry", io::statuses_text(kinds)});
  if (arguments.flag("accept-code")) words.emplace_back("--accept-code");
  return words;
}

/// The result file's path from the root, fit for a script.
std::string output_asked_for(const Arguments& arguments) {
  const std::string given = arguments.text("output").value_or(default_output(arguments));
  io::check_place(given);
  const std::string path = std::filesystem::absolute(given).lexically_normal().string();
  check_path(path, "submit: --output");
  return path;
}

JobFiles files_of(const Job& job, const Sweep& sweep) {
  JobFiles files{job.sweep, job_sweep_text(sweep.text), job.script, job_script(job), {}};
  for (std::uint64_t number = 1; number <= job.shards; ++number) {
    std::string log = job_log_path(job.output, job.shards);
    if (const std::size_t at = log.rfind("%a"); job.shards > 1) log.replace(at, 2, std::to_string(number));
    files.logs.push_back(std::move(log));
  }
  return files;
}

/// No other job may be at work on the output.
void check_other_job(const Job& job) {
  const std::optional<JobNote> note = read_job_note(job.output);
  if (!note || job.settings.count("dependency") > 0) return;
  for (const QueuedJob& other : query_job(note->job_id)) {
    if (!has_ended(other.state)) {
      throw UsageError(fmt::format(
          "submit: job {} already computes this file ({}). Wait for it, run trawl cancel {}, or give --dependency",
          other.id, other.state, job.output));
    }
  }
}

/// The checks that trawl run will make on its options, and on messages if it has several ranks.
void check_run_options(const Job& job, const Sweep& sweep, const Invocation& invocation) {
  std::vector<std::string> words{sweep.spec.study};
  words.insert(words.end(), job.run_options.begin(), job.run_options.end());
  const Arguments arguments = parse_run_arguments({"run", words, invocation.studies, invocation.argv});
  run_options(arguments, ThreadChoice{});
  const auto is_one = [&](const char* name) {
    const auto found = job.settings.find(name);
    return found == job.settings.end() || found->second.at(0) == "1";
  };
  check_message_size(sweep, !is_one("nodes") || !is_one("ntasks-per-node"));
}

/// Makes the checks that trawl run makes when it starts, on each of the job's files. The tasks in them, by status.
StatusCounts check_results(const Job& job, const Sweep& sweep, const std::vector<std::string>& inputs) {
  StatusCounts counts{};
  std::uint64_t bytes_to_create = 0;
  for (std::uint64_t number = 1; number <= job.shards; ++number) {
    const std::optional<Shard> shard = job.shards > 1 ? std::optional(Shard{number, job.shards}) : std::nullopt;
    const std::string path = shard ? io::shard_path(job.output, *shard) : job.output;
    check_run_output(path, inputs);
    if (io::kind_of(path) == io::FileKind::absent) bytes_to_create += io::result_file_size(sweep, shard);
    try {
      const RunState state = io::check_result_file(path, sweep, shard);
      for (std::size_t s = 0; s < counts.size(); ++s) counts[s] += state.status_counts[s];
    } catch (const BusyError&) {
      if (job.settings.count("dependency") == 0) throw;
      ++counts[0];  // the run that the new job waits for may leave something to do
    }
  }
  io::check_free_space(job.output, bytes_to_create);
  return counts;
}

/// How long after the warning the longest point may go on. Points are no longer than twice what was seen, it is hoped.
double grace_for(double longest_point_s) {
  constexpr double shortest_s = 10;
  constexpr double unknown_s = 120;
  return std::isfinite(longest_point_s) ? std::max(shortest_s, std::ceil(2 * longest_point_s)) : unknown_s;
}

/// Sets how long before the time limit the job is warned: the grace, and what writing and leaving take. SLURM may warn
/// up to a minute early, so no more than half of the limit.
void set_warning(Job& job, double longest_point_s) {
  constexpr double leaving_s = 30;
  double grace_s = grace_for(longest_point_s);
  const auto limit = job.settings.find("time");
  const double limit_s = limit == job.settings.end() ? INFINITY : slurm_seconds(limit->second.at(0)).value_or(INFINITY);
  const double warning_s = std::min({grace_s + leaving_s, std::floor(limit_s / 2), 65535.0});
  job.warning_s = static_cast<int>(std::max(1.0, warning_s));
  grace_s = std::max(1.0, std::min(grace_s, warning_s - leaving_s));
  const auto given = std::find(job.run_options.begin(), job.run_options.end(), "--grace");
  if (given == job.run_options.end()) {
    job.run_options.insert(job.run_options.end(), {"--grace", fmt::format("{:g}", grace_s)});
  }
}

Job job_asked_for(const Arguments& arguments, const Sweep& sweep) {
  Job job;
  job.program = std::filesystem::read_symlink("/proc/self/exe").string();
  check_path(job.program, "submit: this program");
  job.settings = settings_asked_for(arguments);
  job.run_options = run_words(arguments);
  job.output = output_asked_for(arguments);
  job.sweep = job_sweep_path(job.output);
  job.script = job_script_path(job.output);
  const std::uint64_t most_shards = std::min<std::uint64_t>(sweep.design.point_count(), 100'000);
  job.shards = static_cast<std::uint64_t>(arguments.count("array", 1, static_cast<std::int64_t>(most_shards)));
  if (job.shards > 1 && arguments.flag("follow"))
    throw UsageError("submit: --follow and --array exclude each other (an array has many logs). Give --wait");
  return job;
}

/// Writes the script and the sweep, queues the job, and notes it.
JobNote queue(const Job& job, const Sweep& sweep, const std::vector<std::string>& inputs) {
  write_job_files(files_of(job, sweep), inputs);
  const JobNote note{submit_job(job.script), job.shards, job_log_path(job.output, job.shards)};
  write_job_note(job.output, note);
  print("{}\n", note.job_id);
  std::fflush(stdout);
  spdlog::info("queued as job {}; trawl status {} shows its progress", note.job_id, job.output);
  if (job.shards > 1) spdlog::info("when all shards are complete: trawl merge {}", job.output);
  return note;
}

}  // namespace

int submit_verb(const Invocation& invocation) {
  const Arguments arguments = parse(invocation);
  if (arguments.help()) return exit_complete;
  const Sweep sweep = read_sweep(arguments, invocation.studies);
  Job job = job_asked_for(arguments, sweep);
  const std::vector<std::string> inputs = input_files(arguments);
  check_run_options(job, sweep, invocation);
  const bool dry = arguments.flag("dry-run");
  if (!dry) {
    check_other_job(job);
    const StatusCounts counts = check_results(job, sweep, inputs);
    if (counts[0] == 0 && count_of(counts, retry_asked_for(arguments)) == 0) {
      say_complete(job.output, counts);
      return exit_code_of(counts);
    }
    check_job_note(job.output);
    check_job_files(files_of(job, sweep), inputs);
  }
  const Estimate estimate = estimate_time(sweep, sample_s, patience_s, &stop_requested());
  if (stop_requested()) {
    spdlog::info("{}: stopped before anything was queued. Run it again", stop_signal());
    std::_Exit(exit_stopped_early);  // a thread may still be at a task
  }
  const double seen_s = io::read_run_history(job.output + ".run.jsonl").longest_task_s;
  set_warning(job, std::max(seen_s, estimate.longest_s));
  spdlog::info("{}, about {} on one thread", counted(sweep.design.task_count(), "task"),
               seconds_text(estimate.thread_seconds));
  int code = exit_complete;
  if (dry) {
    print_text(job_script(job));
  } else {
    const JobNote note = queue(job, sweep, inputs);
    if (arguments.flag("wait") || arguments.flag("follow"))
      code = wait_for_job(note, job.output, arguments.flag("follow"));
  }
  if (estimate.tasks_timed == 0) {
    std::fflush(stdout);
    std::_Exit(code);  // a thread is still at the task that does not return
  }
  return code;
}

}  // namespace trawl::cluster
