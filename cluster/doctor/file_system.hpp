// Whether a directory's file system can hold a result file.
#pragma once

#include <string>
#include <vector>

#include "cluster/doctor/finding.hpp"

namespace trawl::cluster {

/// Does in `directory`, on a file of its own that it removes, what a run does: flock, pwrite and read back, fdatasync
/// (timed), a shared mapping, rename.
std::vector<Finding> examine_file_system(const std::string& directory);

}  // namespace trawl::cluster
