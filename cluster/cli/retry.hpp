// trawl run --retry: failed tasks are made pending and computed again.
#pragma once

#include <cstdint>
#include <string>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/outcome.hpp"
#include "io/result_file.hpp"
#include "io/status_reset.hpp"

namespace trawl::cluster {

/// --retry, of run and submit.
void add_retry_option(boost::program_options::options_description& options);

/// The statuses named by --retry; none if it is not given.
io::StatusSet retry_asked_for(const Arguments& arguments);

/// How many tasks have one of these statuses.
std::uint64_t count_of(const StatusCounts& counts, io::StatusSet statuses);

/// A retry of a result file. What it is about is noted in PATH.retry from the moment when all its tasks are pending
/// until the file is complete: the same command then continues it, and tasks that failed again meanwhile stay as they
/// are. A crash therefore starts no retry anew, and a point that kills its worker is given up after three times.
class Retry {
 public:
  /// Reads the note, if anything is asked for. Throws UsageError if its place is taken by something else.
  Retry(const std::string& path, io::ResultFile& file, io::StatusSet asked);

  /// How many tasks begin() makes pending.
  std::uint64_t tasks() const;

  /// Makes the tasks pending and notes it; crashes of theirs are forgotten (`inflight_path` as in RunOptions).
  void begin(const std::string& inflight_path);

 private:
  std::string path_;
  io::ResultFile& file_;
  io::StatusSet asked_;
  io::StatusSet under_way_;
};

/// The command that tries all failed tasks of a finished file again: this one, with --retry failed. Quoted for a shell;
/// in words if it does not fit a line.
std::string retry_command(const Invocation& invocation);

}  // namespace trawl::cluster
