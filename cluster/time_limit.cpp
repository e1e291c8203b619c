#include "cluster/time_limit.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/process.hpp"
#include "cluster/slurm/settings.hpp"
#include "engine/error.hpp"
#include "engine/number.hpp"

namespace trawl::cluster {
namespace {

constexpr double squeue_timeout_s = 60;

std::optional<double> plain_seconds(std::string_view text) {
  try {
    const double seconds = read_number(text);
    if (seconds >= 0) return seconds;
  } catch (const std::invalid_argument&) {
  }
  return std::nullopt;
}

/// Whether this is rank 0 or no rank at all, by the first launcher that says so.
bool is_first_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
    if (const char* rank = std::getenv(name)) return std::string_view(rank) == "0";
  }
  return true;
}

/// Nothing if squeue does not know the job, or it has no limit.
std::optional<EndTime> ask_squeue(const std::string& job) {
  const ProcessResult squeue =
      run_process({"squeue", "-h", "-j", job, "-o", "%L"}, squeue_timeout_s, WhenStopped::end_it);
  const std::string left = squeue.output.substr(0, squeue.output.find('\n'));
  const std::optional<double> left_s = duration_seconds(left);
  if (squeue.code != 0 || !left_s) return std::nullopt;
  return EndTime{unix_time() + *left_s, fmt::format("squeue, for job {}", job)};
}

std::optional<EndTime> ask_squeue_or_warn(const std::string& job) {
  try {
    return ask_squeue(job);
  } catch (const IoError& error) {
    spdlog::warn("the job's time limit is unknown ({}). Give --time-limit?", error.what());
    return std::nullopt;
  }
}

/// An end that is past already is that of another job, whose environment is still here, unless squeue knows better.
std::optional<EndTime> confirm_past(const EndTime& past, const std::string& job) {
  try {
    if (const auto confirmed = ask_squeue(job)) return confirmed;
  } catch (const IoError&) {  // no squeue, no job
  }
  spdlog::warn("{} is past and squeue knows no limit of that job: ignored (is this the environment of an earlier job?)",
               past.source);
  return std::nullopt;
}

}  // namespace

std::optional<double> duration_seconds(std::string_view text) {
  if (const std::optional<double> seconds = plain_seconds(text)) return seconds;
  const bool has_days = text.find('-') != std::string_view::npos;
  if (has_days && text.find(':') == text.rfind(':')) return std::nullopt;  // days need hours, minutes and seconds
  return slurm_seconds(std::string(text));
}

std::optional<EndTime> job_end_time() {
  const char* job = std::getenv("SLURM_JOB_ID");
  if (job == nullptr || !is_first_rank()) return std::nullopt;
  const char* end = std::getenv("SLURM_JOB_END_TIME");
  const std::optional<double> time = end == nullptr ? std::nullopt : plain_seconds(end);
  if (!time) return ask_squeue_or_warn(job);
  const EndTime told{*time, fmt::format("SLURM_JOB_END_TIME, of job {}", job)};
  if (*time <= unix_time()) return confirm_past(told, job);
  return told;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace trawl::cluster
