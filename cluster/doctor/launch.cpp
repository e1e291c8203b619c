#include "cluster/doctor/launch.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "cluster/mpi/library.hpp"
#include "cluster/process.hpp"
#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

constexpr double start_timeout_s = 60;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The word that follows the name of a finding in the output of trawl doctor.
std::string word_after(const std::string& name, const std::string& output) {
  const std::size_t place = output.find(name);
  std::istringstream rest(place == std::string::npos ? "" : output.substr(place + name.size()));
  std::string word = "unknown threads";
  rest >> word;
  return word;
}

Finding examine_loss() {
  const bool by_mpirun = !variable("OMPI_COMM_WORLD_SIZE").empty() && variable("SLURM_STEP_ID").empty();
  if (!by_mpirun)
    return {"lost ranks", "under srun need --no-kill --kill-on-bad-exit=0, as in the script of trawl submit"};
  if (!variable("OMPI_MCA_orte_enable_recovery").empty())
    return {"lost ranks", "do not end the run (--enable-recovery)"};
  return {"lost ranks", "one killed rank ends the run", Verdict::poor, "Give mpirun --enable-recovery"};
}

std::string number_of_nodes() {
  const std::string count = variable("SLURM_JOB_NUM_NODES");
  return count == "1" ? "1 node" : count + " nodes";
}

Finding examine_allocation() {
  if (variable("SLURM_JOB_ID").empty()) return {"SLURM", "this is not in an allocation"};
  return {"SLURM", fmt::format("job {} on {} ({}), SLURM_NTASKS {}", variable("SLURM_JOB_ID"), number_of_nodes(),
                               variable("SLURM_JOB_NODELIST"),
                               variable("SLURM_NTASKS").empty() ? "unset" : variable("SLURM_NTASKS"))};
}

bool has_pmix(const std::string& list) {
  std::istringstream words(list);
  for (std::string word; words >> word;) {
    if (word == "pmix") return true;
  }
  return false;
}

Finding examine_srun() {
  try {
    const ProcessResult list = run_process({"srun", "--mpi=list"}, start_timeout_s, WhenStopped::end_it);
    if (list.code != 0) {
      return {"srun", fmt::format("does not work here: {}", first_sentence(list.errors)), Verdict::poor,
              "Is this machine part of a cluster?"};
    }
    if (has_pmix(list.output + " " + list.errors)) return {"srun", "has PMIx: srun --mpi=pmix starts ranks"};
    return {"srun", "has no PMIx", Verdict::poor, "Put launcher = \"mpirun\" into site.toml"};
  } catch (const IoError&) {
    return {"srun", "not installed: trawl run and mpirun work without it"};
  }
}

}  // namespace

std::vector<Finding> examine_ranks(const Session& session) {
  std::vector<Finding> findings{{"MPI library", mpi_library()}};
  const MpiThreadLevel level = mpi_thread_level();
  findings.push_back({"MPI threads", level.name});
  if (!level.enough) {
    findings.back().verdict = Verdict::broken;
    findings.back().advice = "Use an MPI library that was built with threads";
  }
  const int size = session.size();
  findings.push_back(
      {"ranks", fmt::format("{}, of which {} share these processors", size, session.ranks_sharing_processors())});
  if (size == 1 && variable("OMPI_COMM_WORLD_SIZE") != "1" && variable("SLURM_NTASKS") != "1") {
    findings.back().verdict = Verdict::broken;
    findings.back().advice = "Every process thinks it is alone: does the launcher fit this MPI (srun --mpi=pmix)?";
  }
  if (size > 1) findings.push_back(examine_loss());
  return findings;
}

Finding examine_mpirun() {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  try {
    const ProcessResult result =
        run_process({"mpirun", "-n", "2", "--oversubscribe", self, "doctor"}, start_timeout_s, WhenStopped::end_it);
    const bool two_ranks = result.output.find(" 2, of which ") != std::string::npos;
    if (two_ranks) {
      return {"mpirun",
              fmt::format("starts two ranks of {} with {}", mpi_library(), word_after("MPI threads", result.output))};
    }
    const bool refuses_root = result.errors.find("run as root") != std::string::npos;
    return {"mpirun", fmt::format("did not start two ranks: {}", first_sentence(result.errors)), Verdict::broken,
            refuses_root
                ? "Run it as another user, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
                : "Does the mpirun in PATH belong to the library that trawl was built with?"};
  } catch (const IoError& error) {
    return {"mpirun", error.what(), Verdict::poor, "Without it trawl run uses one process of this machine"};
  }
}

std::vector<Finding> examine_slurm() {
  return {examine_allocation(), examine_srun()};
}

}  // namespace trawl::cluster
