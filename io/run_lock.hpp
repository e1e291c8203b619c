// One process at a time writes a result file.
#pragma once

#include <string>

#include "io/raw_file.hpp"

namespace trawl::io {

/// Holds flock(2) on PATH.lock while it lives and removes that file at the end. The kernel frees the lock when the
/// process dies, so a lock file that was left behind means nothing but that PATH.tmp.N of the process N that it names,
/// if there is one, is a creation that was killed: that is removed.
class RunLock {
 public:
  /// Throws BusyError that names the holder if there is one; UsageError if what has the lock's name is not a lock of
  /// ours, which is left as it is; IoError if the lock file cannot be made.
  explicit RunLock(const std::string& path);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  bool open_new();
  bool open_old();
  void take(const std::string& path);

  std::string lock_path_;
  RawFile file_;
  bool was_empty_ = false;  ///< a file without contents was there: may be somebody's, and stays
};

/// Keeps out runs that reach the file by another name, a hard link: locks the file itself, until it is closed, in a way
/// that flock(2), which HDF5's readers use, does not notice. Throws BusyError. Does nothing on file systems where it
/// would hinder readers (and the file has one name only) or that have no such locks.
void lock_inode(const RawFile& file);

}  // namespace trawl::io
