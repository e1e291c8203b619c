#include "cluster/slurm/queue.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <thread>

#include <fmt/format.h>

#include "cluster/process.hpp"
#include "cluster/slurm/settings.hpp"
#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* squeue_format = "%i|%T|%M|%L|%D|%r";
constexpr double timeout_s = 60;
constexpr const char* sacct_format = "JobID,State,Elapsed,NNodes";

std::vector<std::vector<std::string>> table(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream in(line);
    rows.emplace_back();
    for (std::string field; std::getline(in, field, '|');) rows.back().push_back(io::one_line(field));
  }
  return rows;
}

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// SLURM writes elapsed times without hours as minutes:seconds, which slurm_seconds() reads.
double seconds_or(const std::string& text, double otherwise) {
  return slurm_seconds(text).value_or(otherwise);
}

}  // namespace

bool has_ended(const std::string& state) {
  constexpr const char* ended[] = {"COMPLETED",     "CANCELLED", "FAILED",    "TIMEOUT",  "NODE_FAIL",
                                   "OUT_OF_MEMORY", "PREEMPTED", "BOOT_FAIL", "DEADLINE", "REVOKED"};
  return std::any_of(std::begin(ended), std::end(ended), [&](const char* name) { return state.starts_with(name); });
}

std::vector<QueuedJob> parse_squeue(const std::string& text) {
  std::vector<QueuedJob> jobs;
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  for (const auto& row : table(text)) {
    if (row.size() < 6) continue;
    jobs.push_back({row[0], row[1], row[5] == "None" ? "" : row[5], seconds_or(row[2], 0),
                    row[1] == "RUNNING" ? seconds_or(row[3], unknown) : unknown, number(row[4])});
  }
  return jobs;
}

std::vector<QueuedJob> parse_sacct(const std::string& text) {
  std::vector<QueuedJob> jobs;
  for (const auto& row : table(text)) {
    if (row.size() < 4) continue;
    jobs.push_back({row[0], row[1].substr(0, row[1].find(' ')), "", seconds_or(row[2], 0),
                    std::numeric_limits<double>::quiet_NaN(), number(row[3])});
  }
  return jobs;
}

std::vector<QueuedJob> query_job(const std::string& job_id) {
  const ProcessResult queue = run_process({"squeue", "-h", "-r", "-t", "all", "-j", job_id, "-o", squeue_format},
                                          timeout_s, WhenStopped::end_it);
  if (queue.code == 0 && !queue.output.empty()) return parse_squeue(queue.output);
  if (queue.code != 0 && queue.errors.find("Invalid job id") == std::string::npos)
    throw IoError(fmt::format("squeue does not answer ({}). Does it work by hand?", first_sentence(queue.errors)));
  const ProcessResult accounting =
      run_process({"sacct", "-n", "-P", "-X", "-j", job_id, "-o", sacct_format}, timeout_s, WhenStopped::end_it);
  return accounting.code == 0 ? parse_sacct(accounting.output) : std::vector<QueuedJob>{};
}

int exit_code_of_job(const std::string& job_id) {
  const ProcessResult job = run_process({"scontrol", "-o", "show", "job", job_id}, timeout_s, WhenStopped::end_it);
  int code = 0;
  constexpr std::string_view key = " ExitCode=";
  for (std::size_t at = job.output.find(key); at != std::string::npos; at = job.output.find(key, at + 1))
    code = std::max(code, number(job.output.substr(at + key.size(), 4)));
  return code;
}

std::string submit_job(const std::string& script) {
  const ProcessResult done = run_process({"sbatch", "--parsable", script});
  const std::string id = done.output.substr(0, done.output.find_first_not_of("0123456789"));  // "ID" or "ID;CLUSTER"
  if (done.code != 0 || id.empty())
    throw UsageError(fmt::format("SLURM refuses the job ({}). Mend the options or the site file; the script is {}",
                                 first_sentence(done.errors), script));
  return id;
}

void requeue_job_without_master(int rank) {
  const char* job = std::getenv("TRAWL_JOB");
  if (job == nullptr || std::getenv("TRAWL_MAY_REQUEUE") == nullptr) return;
  constexpr int most_turns = 100;  // one after the other, lest thousands of ranks ask at once
  std::this_thread::sleep_for(std::chrono::milliseconds(200) * std::min(rank - 1, most_turns));
  run_process({"scontrol", "requeue", job});
}

void end_step_with_lost_ranks() {
  const char* job = std::getenv("SLURM_JOB_ID");
  const char* step = std::getenv("SLURM_STEP_ID");
  if (std::getenv("TRAWL_JOB") == nullptr || job == nullptr || step == nullptr) return;
  run_process({"scancel", fmt::format("{}.{}", job, step)});
}

void cancel_job(const std::string& job_id) {
  const ProcessResult done = run_process({"scancel", job_id});
  if (done.code != 0)
    throw UsageError(fmt::format("SLURM does not cancel job {} ({}). Is it yours, and has it not ended?", job_id,
                                 first_sentence(done.errors)));
}

}  // namespace trawl::cluster
