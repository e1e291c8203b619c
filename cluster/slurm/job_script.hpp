// The text of a job script: a pure function of what the job is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/slurm/settings.hpp"

namespace trawl::cluster {

struct Job {
  std::string program;                        ///< path of the trawl that runs the sweep
  std::string sweep;                          ///< path of the sweep as it was submitted
  std::string output;                         ///< path of the whole result file
  std::string script;                         ///< path of the script itself
  std::vector<std::string> run_options = {};  ///< of trawl run
  JobSettings settings = {};                  ///< checked
  std::uint64_t shards = 1;                   ///< more than one: a job array of as many jobs
  int warning_s = 60;                         ///< how long before its time limit the job is told to stop
};

/// Beside the result file: the script, the sweep, the log and the note of a job.
std::string job_script_path(const std::string& output);
std::string job_sweep_path(const std::string& output);
std::string job_log_path(const std::string& output, std::uint64_t shards);  ///< with %a if there are shards

std::string job_script(const Job& job);

/// Lines of any job's script: an option of sbatch; the site's modules, if there are any.
std::string sbatch_line(const std::string& option, const std::string& value);
std::string module_lines(const JobSettings& settings);

/// `text` as one word of a shell.
std::string shell_word(const std::string& text);

}  // namespace trawl::cluster
