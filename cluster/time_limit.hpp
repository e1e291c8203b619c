// How long a run may take.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trawl::cluster {

/// Seconds of "90" or "1.5", "1:30" (minutes and seconds), "2:00:00" or "1-12:00:00" (days first); nothing if it is
/// none of these.
std::optional<double> duration_seconds(std::string_view text);

struct EndTime {
  double unix_s = 0;   ///< seconds since 1970
  std::string source;  ///< who says so, for messages: "--time-limit"
};

/// When SLURM ends the job that this process belongs to: SLURM_JOB_END_TIME or, where SLURM does not set it or it is
/// past (the environment of an earlier job), what squeue says. Nothing if there is no job, it has no limit, or this is
/// not its first rank (one rank asks). Starts squeue, so call it before MPI begins.
std::optional<EndTime> job_end_time();

/// Seconds since 1970.
double unix_time();

}  // namespace trawl::cluster
