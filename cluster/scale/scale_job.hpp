// A scaling series as one job of SLURM: as many nodes as the largest run needs, the runs one after the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/slurm/settings.hpp"

namespace trawl::cluster {

struct ScaleJob {
  std::string program;             ///< path of trawl
  std::string output;              ///< path of the series' file
  std::uint64_t nodes = 1;         ///< of the largest run
  std::vector<std::string> words;  ///< of `trawl scale`, without the launcher and the output
  JobSettings settings;            ///< the site's; checked
};

/// The text of the job's script: a pure function of the job.
std::string scale_script(const ScaleJob& job);

}  // namespace trawl::cluster
