// Where a scaling series keeps its runs while they last.
#pragma once

#include <optional>
#include <string>

#include "io/run_lock.hpp"

namespace trawl::cluster {

/// A new directory OUTPUT.runs.XXXXXX, gone at the end. A lock in it marks it as a scaling series' and tells whether
/// that is still at work.
class RunDirectory {
 public:
  /// Removes those of earlier series that were killed. Throws IoError.
  explicit RunDirectory(const std::string& output);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::optional<io::RunLock> lock_;
};

}  // namespace trawl::cluster
