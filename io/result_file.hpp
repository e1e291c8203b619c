// The result file: created whole, then only written with pwrite at known offsets. See io/FORMAT.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/records.hpp"
#include "engine/run.hpp"
#include "engine/shard.hpp"
#include "engine/sweep.hpp"
#include "io/on_block.hpp"
#include "io/status_reset.hpp"

namespace trawl::io {

/// Bytes that the result file of a sweep, or of a shard of it, will have (exactly), without creating it.
std::uint64_t result_file_size(const Sweep& sweep, std::optional<Shard> shard = {});

/// Free bytes on the disk where the file is or would be. Throws IoError.
std::uint64_t free_bytes(const std::string& path);

/// Throws IoError if there is not so much free.
void check_free_space(const std::string& path, std::uint64_t needed);

/// Every check that ResultFile makes when it is constructed; throws as it does. Returns what a run would find, and
/// creates nothing.
RunState check_result_file(const std::string& path, const Sweep& sweep, std::optional<Shard> shard = {});

/// The result file of one sweep, or of a shard of it, opened for a run. Holds the flock on PATH.lock, and a lock on the
/// file itself, while it lives. Links are followed, also to what is not there yet: the lock is beside their end.
class ResultFile final : public RecordSink {
 public:
  /// Creates the file, or opens the unfinished or finished file of the same sweep.
  /// A complete file need not be writable, nor its directory.
  /// Throws BusyError if another process holds the lock; UsageError if the file belongs to another sweep (the message
  /// says what differs) or is no result file; IoError if the directory or disk refuses. Nothing half made is left
  /// behind, also if on_block throws.
  ResultFile(const std::string& path, const Sweep& sweep, std::optional<Shard> shard = {},
             const OnBlock& on_block = {});
  ~ResultFile() override;

  /// Pending ranges and counts by status as found when the file was opened, or by the last reset(); of a shard, of its
  /// own tasks.
  const RunState& state() const;
  bool created() const;  ///< by this object, as opposed to found

  /// Makes tasks that have one of these statuses pending again, as reset_statuses() does; returns how many. The tasks
  /// must not be among those that were written and not flushed.
  std::uint64_t reset(const std::vector<TaskRange>& ranges, StatusSet which);
  std::uint64_t reset(StatusSet which);  ///< of all tasks

  /// Both throw IoError if the file's size changed, flush() also if the path no longer leads to it.
  void write(const Records& records) override;
  void flush() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::io
