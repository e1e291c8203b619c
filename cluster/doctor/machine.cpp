#include "cluster/doctor/machine.hpp"

#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "cluster/cli/text.hpp"
#include "cluster/resources.hpp"
#include "engine/vector_targets.hpp"

namespace trawl::cluster {
namespace {

Finding examine_processors(int ranks_sharing) {
  const ProcessorLimits limits = processor_limits(ranks_sharing);
  const ThreadChoice threads = choose_threads(limits, 0, false);
  std::string found = fmt::format("{} of {} by affinity", limits.affinity, sysconf(_SC_NPROCESSORS_ONLN));
  if (limits.cgroup) found += fmt::format(", {} by the control group", *limits.cgroup);
  if (limits.slurm) found += fmt::format(", {} by SLURM_CPUS_PER_TASK", *limits.slurm);
  found += fmt::format(": {} a rank", counted(static_cast<unsigned>(threads.count), "thread"));
  if (!limits.slurm || *limits.slurm <= limits.affinity) return {"processors", found};
  return {"processors", found, Verdict::poor,
          "The step has fewer processors than the job: give srun --cpus-per-task=$SLURM_CPUS_PER_TASK"};
}

Finding examine_instructions() {
  const std::string name = vector_target_name();
  if (name != "one lane") return {"vector instructions", name};
  return {"vector instructions", "neither AVX2 nor AVX-512", Verdict::poor,
          "Kernels give the same bits but run several times slower: use newer nodes (--constraint)"};
}

Finding examine_clock() {
  using Clock = std::chrono::steady_clock;
  constexpr int calls = 2000;
  constexpr double slow_call_s = 1e-6;
  const auto start = Clock::now();
  for (int i = 0; i < calls; ++i) static_cast<void>(Clock::now());
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count() / calls;
  std::string source = "unknown source";
  std::getline(std::ifstream("/sys/devices/system/clocksource/clocksource0/current_clocksource") >> std::ws, source);
  const std::string found = fmt::format("{}, {:.0f} ns to read", source, 1e9 * seconds);
  if (seconds < slow_call_s) return {"clock", found};
  return {"clock", found, Verdict::poor, "Points of microseconds are slowed by reading it: use the tsc clock source"};
}

}  // namespace

std::vector<Finding> examine_machine(int ranks_sharing) {
  return {examine_processors(ranks_sharing), examine_instructions(), examine_clock()};
}

}  // namespace trawl::cluster
