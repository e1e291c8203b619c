#include "cluster/slurm/job_script.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/shard_file.hpp"

namespace trawl::cluster {
namespace {

std::string value_of(const JobSettings& settings, const char* name, const char* fallback) {
  const auto found = settings.find(name);
  return found == settings.end() ? fallback : found->second.at(0);
}

bool uses_srun(const Job& job) {
  return value_of(job.settings, "launcher", "srun") == "srun";
}

std::string directives(const Job& job) {
  std::string text;
  const auto directive = [&](const std::string& name, const std::string& value) { text += sbatch_line(name, value); };
  const std::string file = job.output.substr(job.output.rfind('/') + 1);
  directive("job-name", "trawl:" + file);
  directive("nodes", value_of(job.settings, "nodes", "1"));
  directive("ntasks-per-node", value_of(job.settings, "ntasks-per-node", "1"));
  if (job.settings.count("cpus-per-task") == 0) text += "#SBATCH --exclusive\n";
  for (const SettingRule& rule : setting_rules()) {
    const std::string name = rule.name;
    if (!rule.is_sbatch_option || name == "nodes" || name == "ntasks-per-node") continue;
    const auto found = job.settings.find(name);
    if (found != job.settings.end()) directive(name, found->second.at(0));
  }
  if (job.settings.count("mail-user") > 0) directive("mail-type", "END,FAIL");
  if (job.shards > 1) directive("array", fmt::format("1-{}", job.shards));
  directive("output", job_log_path(job.output, job.shards));
  text += "#SBATCH --open-mode=append\n";
  if (uses_srun(job)) text += "#SBATCH --no-kill\n";  // mpirun cannot go on without the first node
  text += "#SBATCH --requeue\n";
  directive("signal", fmt::format("B:USR1@{}", job.warning_s));
  return text;
}

/// What the rest of the script is about, as variables.
std::string variables(const Job& job) {
  std::string text = fmt::format("trawl={}\nsweep={}\noutput={}\n", shell_word(job.program), shell_word(job.sweep),
                                 shell_word(job.output));
  if (job.shards > 1) {
    // The shard's file is named as for shard 0, which there is none of.
    const std::string path = io::shard_path(job.output, {0, job.shards});
    const std::size_t number = path.rfind(".shard-0-of-") + std::string_view(".shard-").size();
    text += fmt::format("shard=$SLURM_ARRAY_TASK_ID\nresult={}\"$shard\"{}\njob=${{SLURM_ARRAY_JOB_ID}}_$shard\n",
                        shell_word(path.substr(0, number)), shell_word(path.substr(number + 1)));
  } else {
    text += "result=$output\njob=$SLURM_JOB_ID\n";
  }
  text += "# Without --cpus-per-task the ranks of a node share all its cores.\n";
  text += fmt::format("cores=${{SLURM_CPUS_PER_TASK:-$((SLURM_CPUS_ON_NODE / {}))}}\n",
                      value_of(job.settings, "ntasks-per-node", "1"));
  text += "((cores > 0)) || cores=1\n";
  return text;
}

constexpr const char* start_with_srun =
    R"(# If this script's node dies, the other ranks start the job again. If they die, the first rank ends the step.
export TRAWL_JOB=$job
if ((${SLURM_RESTART_COUNT:-0} < most_requeues)); then export TRAWL_MAY_REQUEUE=1; fi

# A rank or a node that dies ends neither the step nor the job. srun takes no cores from the job unless told.
srun --mpi=pmix --cpu-bind=cores --no-kill --kill-on-bad-exit=0 --wait=0 --cpus-per-task="$cores" \
)";

/// mpirun gives ranks a second between SIGTERM and SIGKILL unless told otherwise.
std::string start_with_mpirun(const Job& job) {
  return fmt::format(
      R"(# A rank or a node that dies does not end the run.
mpirun --enable-recovery --map-by "ppr:{}:node:pe=$cores" --mca odls_base_sigkill_timeout 30 \
)",
      value_of(job.settings, "ntasks-per-node", "1"));
}

std::string run_command(const Job& job) {
  std::string text = "  \"$trawl\" run \"$sweep\" -o \"$output\"";
  if (job.shards > 1) text += fmt::format(" --shard \"$shard/{}\"", job.shards);
  for (const std::string& word : job.run_options) text += " " + shell_word(word);
  return text + " &\n";
}

constexpr const char* ending = R"(launcher=$!

# SLURM warns this script alone, and the launcher passes it on; at the end of the job it tells all.
trap 'kill -USR1 "$launcher"' USR1
trap : TERM
while kill -0 "$launcher" 2>/dev/null; do wait "$launcher"; done
wait "$launcher"
code=$?

# Where ranks were lost the launcher's code is theirs: the file says how far the sweep is.
if [[ -e $result ]] && ((code == 0 || code == 75 || code > 128)); then
  "$trawl" status "$result" --exit-code >/dev/null
  code=$?
fi

# A job that is being cancelled is no longer RUNNING and stays so.
if ((code == 75)) && [[ $(squeue -h -j "$job" -o %T) == RUNNING ]]; then
  if ((${SLURM_RESTART_COUNT:-0} < most_requeues)); then
    echo "trawl: not complete: job $job starts again" >&2
    scontrol requeue "$job" && exit 75
  fi
  echo "trawl: not complete after $((${SLURM_RESTART_COUNT:-0} + 1)) starts: submit it again to continue" >&2
fi
exit "$code"
)";

}  // namespace

std::string job_script_path(const std::string& output) {
  return output + ".job.sh";
}

std::string job_sweep_path(const std::string& output) {
  return output + ".job.toml";
}

std::string job_log_path(const std::string& output, std::uint64_t shards) {
  return output + (shards > 1 ? ".job.%a.log" : ".job.log");
}

std::string job_script(const Job& job) {
  std::string text = "#!/bin/bash -l\n";
  text += fmt::format("# Written by trawl submit. To queue it again: sbatch {}\n", shell_word(job.script));
  text += directives(job) + "\n";
  const std::string modules = module_lines(job.settings);
  if (!modules.empty()) text += modules + "\n";
  text += variables(job);
  text += fmt::format("most_requeues={}\n\n", value_of(job.settings, "requeues", "20"));
  text += uses_srun(job) ? start_with_srun : start_with_mpirun(job);
  return text + run_command(job) + ending;
}

std::string sbatch_line(const std::string& option, const std::string& value) {
  return fmt::format("#SBATCH --{}={}\n", option, shell_word(value));
}

std::string module_lines(const JobSettings& settings) {
  std::string text;
  if (const auto modules = settings.find("modules"); modules != settings.end()) {
    for (const std::string& module : modules->second) text += fmt::format("module load {}\n", shell_word(module));
  }
  return text;
}

std::string shell_word(const std::string& text) {
  const auto safe = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/_.+-@,=:%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), safe)) return text;
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') word += "'\\''";
    else word += c;
  }
  return word + "'";
}

}  // namespace trawl::cluster
