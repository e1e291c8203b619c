#include "cluster/time_limit.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <spdlog/spdlog.h>

#include "cluster/process.hpp"
#include "cluster/slurm/settings.hpp"
#include "engine/error.hpp"
#include "engine/number.hpp"

namespace trawl::cluster {
namespace {

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

}  // namespace

std::optional<double> duration_seconds(std::string_view text) {
  if (const std::optional<double> seconds = plain_seconds(text)) return seconds;
  const bool has_days = text.find('-') != std::string_view::npos;
  if (has_days && text.find(':') == text.rfind(':')) return std::nullopt;  // days need hours, minutes and seconds
  return slurm_seconds(std::string(text));
}

std::optional<double> job_end_time() {
  const char* job = std::getenv("SLURM_JOB_ID");
  if (job == nullptr || !is_first_rank()) return std::nullopt;
  if (const char* end = std::getenv("SLURM_JOB_END_TIME")) {
    if (const std::optional<double> time = plain_seconds(end)) return time;
  }
  try {
    const ProcessResult squeue = run_process({"squeue", "-h", "-j", job, "-o", "%L"});
    const std::string left = squeue.output.substr(0, squeue.output.find('\n'));
    if (const std::optional<double> left_s = duration_seconds(left)) return unix_time() + *left_s;
  } catch (const IoError& error) {
    spdlog::warn("the job's time limit is unknown ({}). Give --time-limit", error.what());
  }
  return std::nullopt;
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace trawl::cluster
