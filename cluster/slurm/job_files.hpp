// The files of a job beside the result file: its sweep, its script and its log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trawl::cluster {

struct JobFiles {
  std::string sweep_path;
  std::string sweep_text;
  std::string script_path;
  std::string script_text;
  std::vector<std::string> logs;  ///< to which the job appends
};

/// The text of a job's sweep file, for the sweep's canonical text.
std::string job_sweep_text(const std::string& canonical);

/// Throws UsageError if one of the files is there and not an earlier job's, or is one of `inputs`. A log is an earlier
/// job's if the script is.
void check_job_files(const JobFiles& files, const std::vector<std::string>& inputs);

/// Writes the sweep and the script, after the same checks. Throws IoError.
void write_job_files(const JobFiles& files, const std::vector<std::string>& inputs);

}  // namespace trawl::cluster
