// A result file and the job that computes it, as they are now.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/cli/outcome.hpp"
#include "cluster/slurm/job_note.hpp"
#include "cluster/slurm/queue.hpp"
#include "io/result_reader.hpp"

namespace trawl::cluster {

/// A result file, or the files of a job array taken together.
struct Overview {
  std::string path;
  std::shared_ptr<const io::ResultReader> file = {};  ///< the whole, or the first shard that is there
  StatusCounts counts{};
  std::uint64_t files = 0;
  std::uint64_t files_missing = 0;                           ///< of an array, shards that have not begun
  double rate = std::numeric_limits<double>::quiet_NaN();    ///< tasks a second of the runs under way
  double left_s = std::numeric_limits<double>::quiet_NaN();  ///< the longest that these runs say they still need
  std::optional<JobNote> note = {};
  std::vector<QueuedJob> jobs = {};
  std::string job_problem = {};

  std::uint64_t tasks() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts) sum += count;
    return sum;
  }
  std::uint64_t done() const { return tasks() - counts[0]; }
  bool complete() const { return file && counts[0] == 0 && files_missing == 0; }

  /// By what the runs say, which know the costs of the tasks; else at that rate. NaN if it is not known.
  double remaining_s() const;

  /// Whether anything may still change without a new job.
  bool may_change() const;
};

/// Reads the files, and asks SLURM if a job was submitted for them.
Overview look_at(const std::string& path);

}  // namespace trawl::cluster
