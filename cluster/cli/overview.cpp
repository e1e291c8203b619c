#include "cluster/cli/overview.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>

#include "engine/error.hpp"
#include "io/run_history.hpp"
#include "io/shard_file.hpp"

namespace trawl::cluster {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Tasks a second of the run that is under way; NaN if none is, or it has not yet got anywhere.
double rate_of(const std::optional<io::LastRun>& run, std::uint64_t done) {
  if (!run || run->ended || done <= run->done_before) return unknown;
  return static_cast<double>(done - run->done_before) / std::max(1.0, std::difftime(std::time(nullptr), run->started));
}

/// What the run that is under way said last of the time it needs, less the time since.
double left_by(const std::optional<io::LastRun>& run) {
  if (!run || run->ended) return unknown;
  const double since_s = std::difftime(std::time(nullptr), run->said);
  return run->remaining_s < since_s ? 0 : run->remaining_s - since_s;
}

void add_file(const std::string& path, Overview& overview) {
  const auto file = std::make_shared<const io::ResultReader>(path);
  const StatusCounts counts = file->status_counts();
  for (std::size_t s = 0; s < counts.size(); ++s) overview.counts[s] += counts[s];
  const std::optional<io::LastRun> run = io::read_run_history(path + ".run.jsonl").last;
  const double rate = rate_of(run, file->task_count() - counts[0]);
  const double left_s = left_by(run);
  if (left_s > overview.left_s || std::isnan(overview.left_s)) overview.left_s = left_s;
  if (std::isfinite(rate)) overview.rate = rate + (std::isfinite(overview.rate) ? overview.rate : 0);
  if (!overview.file) overview.file = file;
  ++overview.files;
}

void ask_slurm(Overview& overview) {
  try {
    overview.jobs = query_job(overview.note->job_id);
    if (overview.jobs.empty()) overview.job_problem = "SLURM no longer knows it";
  } catch (const IoError& error) {
    overview.job_problem = error.what();
  }
}

}  // namespace

double Overview::remaining_s() const {
  if (files_missing > 0) return unknown;
  return std::isfinite(left_s) ? left_s : static_cast<double>(counts[0]) / rate;
}

bool Overview::may_change() const {
  if (complete()) return false;
  if (!note || jobs.empty()) return true;
  return std::any_of(jobs.begin(), jobs.end(), [](const QueuedJob& job) { return !has_ended(job.state); });
}

Overview look_at(const std::string& path) {
  Overview overview{.path = path, .note = read_job_note(path)};
  const std::uint64_t shards = overview.note ? overview.note->shards : 1;
  if (shards > 1 && !std::filesystem::exists(path)) {
    for (std::uint64_t number = 1; number <= shards; ++number) {
      const std::string part = io::shard_path(path, {number, shards});
      if (std::filesystem::exists(part)) add_file(part, overview);
      else ++overview.files_missing;
    }
  } else if (!overview.note || std::filesystem::exists(path)) {
    add_file(path, overview);
  }
  if (overview.note) ask_slurm(overview);
  return overview;
}

}  // namespace trawl::cluster
