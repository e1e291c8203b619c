// One process at a time writes a result file.
#pragma once

#include <string>

#include "io/raw_file.hpp"

namespace trawl::io {

/// Holds flock(2) on PATH.lock while it lives and removes that file at the end. The kernel frees the lock when the
/// process dies, so a lock file that was left behind means nothing.
class RunLock {
 public:
  /// Throws UsageError that names the holder if there is one; IoError if the lock file cannot be made.
  explicit RunLock(const std::string& path);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  std::string lock_path_;
  RawFile file_;
};

}  // namespace trawl::io
