#include "cluster/resources.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/shortage.hpp"

namespace trawl::cluster {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// "QUOTA PERIOD", both in microseconds; "max" or -1 is no limit.
std::optional<int> processors(const std::string& quota_and_period) {
  double quota = 0;
  double period = 0;
  std::istringstream in(quota_and_period);
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::clamp(std::ceil(quota / period), 1.0, 1e6));
}

std::optional<int> tightest(std::optional<int> a, std::optional<int> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

/// Quota of the group `path` and of all groups above it. In a container the path may name what only the host sees;
/// then its parents do not exist here either and the root of the hierarchy holds the container's own limit.
std::optional<int> quota_on_path(const std::filesystem::path& hierarchy, std::filesystem::path path, bool version_2) {
  std::optional<int> quota;
  path = path.relative_path();
  while (true) {
    const std::filesystem::path group = hierarchy / path;
    const std::string text = version_2 ? read_text(group / "cpu.max")
                                       : read_text(group / "cpu.cfs_quota_us") + read_text(group / "cpu.cfs_period_us");
    quota = tightest(quota, processors(text));
    if (path.empty()) return quota;
    path = path.parent_path();
  }
}

bool lists(const std::string& controllers, const std::string& name) {
  return ("," + controllers + ",").find("," + name + ",") != std::string::npos;
}

std::optional<int> positive_number(const char* text) {
  int value = 0;
  if (text == nullptr) return std::nullopt;
  const std::string s(text);
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || value < 1) return std::nullopt;
  return value;
}

/// Size of the affinity mask, for machines of any size.
int affinity() {
  for (int processors = CPU_SETSIZE; processors <= 1 << 20; processors *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(processors));
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(processors));
    const int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 1;
}

}  // namespace

std::optional<int> cgroup_quota(const std::string& membership, const std::string& root) {
  std::optional<int> quota;
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // ID:CONTROLLERS:PATH
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      quota = tightest(quota, quota_on_path(root, path, true));
    } else if (lists(controllers, "cpu")) {
      quota = tightest(quota, quota_on_path(std::filesystem::path(root) / "cpu", path, false));
    }
  }
  return quota;
}

ProcessorLimits processor_limits(int ranks_sharing) {
  return {.affinity = affinity(),
          .ranks_sharing = ranks_sharing,
          .cgroup = cgroup_quota(read_text("/proc/self/cgroup"), "/sys/fs/cgroup"),
          .slurm = positive_number(std::getenv("SLURM_CPUS_PER_TASK"))};
}

void require_threads(int count, const char* user) {
  std::atomic<bool> wanted = true;
  std::vector<std::thread> threads;
  std::string problem;
  try {
    for (int i = 0; i < count; ++i) threads.emplace_back([&wanted] { wanted.wait(true); });
  } catch (const std::exception& error) {
    if (missing_resource(error) == nullptr) throw;
    problem = error.what();
  }
  wanted = false;
  wanted.notify_all();
  for (std::thread& thread : threads) thread.join();
  if (problem.empty()) return;
  const std::string limits = thread_limits_text();
  throw IoError(fmt::format("{} needs {} threads, {} can be started ({}{}{}). Raise the limit on processes or memory?",
                            user, count, threads.size(), problem, limits.empty() ? "" : "; ", limits));
}

ThreadChoice choose_threads(const ProcessorLimits& limits, int requested, bool oversubscribe) {
  if (oversubscribe && requested > 0) return {requested, "--threads --oversubscribe"};
  const auto share = [&](int processors) { return std::max(1, processors / std::max(1, limits.ranks_sharing)); };
  ThreadChoice choice{share(limits.affinity), "the processors it may run on"};
  if (limits.ranks_sharing > 1) choice.reason += ", shared by " + std::to_string(limits.ranks_sharing) + " ranks";
  const auto limit = [&](int count, const char* reason) {
    if (count < choice.count) choice = {count, reason};
  };
  if (limits.cgroup) limit(share(*limits.cgroup), "the control group's quota");
  if (limits.slurm) limit(*limits.slurm, "SLURM_CPUS_PER_TASK");
  if (requested > 0) limit(requested, "--threads");
  return choice;
}

}  // namespace trawl::cluster
