// The file of a scaling series: wall times and where each rank's time went, for xarray.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace trawl::io {

/// Seconds of one rank in one run.
struct RankTimes {
  double busy_s = 0;           ///< in studies, added up over the threads
  double idle_s = 0;           ///< the threads' other time
  double communication_s = 0;  ///< of the main thread
  double io_s = 0;             ///< of the main thread, in writing results
};

struct ScalingRun {
  std::uint64_t nodes = 1;
  double wall_s = 0;
  std::uint64_t tasks = 0;
  std::vector<RankTimes> ranks;
};

/// Runs by number of nodes, in their order; they point into `runs`.
std::map<std::uint64_t, std::vector<const ScalingRun*>> runs_by_nodes(const std::vector<ScalingRun>& runs);

/// A fitted parameter or a derived value with its 95 % interval.
struct ScalingValue {
  std::string name;
  std::string unit;
  std::string meaning;
  double value = 0;
  double lower = 0;
  double upper = 0;
};

struct ScalingData {
  std::vector<ScalingRun> runs;  ///< `repeats` runs of every number of nodes, in any order
  std::uint64_t repeats = 1;
  std::vector<ScalingValue> values;
  std::vector<std::pair<std::string, std::string>> attributes;  ///< of the file
};

/// Dimensions nodes, repeat, rank and bound (value, lower, upper); variables wall_time(nodes, repeat), tasks(nodes),
/// busy_time, idle_time, communication_time and io_time (nodes, repeat, rank), and one (bound) for each value.
/// Replaces an earlier file of that kind. Throws UsageError if something else has the name, or it is one of `inputs`;
/// IoError.
void write_scaling_file(const std::string& path, const ScalingData& data, const std::vector<std::string>& inputs = {});

}  // namespace trawl::io
