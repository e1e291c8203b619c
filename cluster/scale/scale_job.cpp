#include "cluster/scale/scale_job.hpp"

#include "cluster/slurm/job_script.hpp"

namespace trawl::cluster {
namespace {

/// Settings that the series decides on itself.
bool is_ours(const std::string& name) {
  return name == "nodes" || name == "ntasks-per-node" || name == "cpus-per-task";
}

}  // namespace

std::string scale_script(const ScaleJob& job) {
  std::string text = "#!/bin/bash -l\n# Written by trawl scale --submit.\n";
  text += sbatch_line("job-name", "trawl-scale");
  text += sbatch_line("nodes", std::to_string(job.nodes));
  text += sbatch_line("output", job.output + ".job.log");
  text += "#SBATCH --open-mode=append\n";
  text += "#SBATCH --exclusive\n";
  for (const SettingRule& rule : setting_rules()) {
    const auto found = job.settings.find(rule.name);
    if (rule.is_sbatch_option && !is_ours(rule.name) && found != job.settings.end())
      text += sbatch_line(rule.name, found->second.at(0));
  }
  text += module_lines(job.settings);
  text += "exec " + shell_word(job.program) + " scale";
  for (const std::string& word : job.words) text += " " + shell_word(word);
  return text + " --launcher srun --output " + shell_word(job.output) + "\n";
}

}  // namespace trawl::cluster
