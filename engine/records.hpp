// The results of a range of tasks, and the place they go to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/task.hpp"

namespace trawl {

/// `count` consecutive tasks with the same status.
struct StatusRun {
  std::uint64_t count = 0;
  Status status = Status::pending;
};

/// Why a task failed, or why it stays pending; goes to the run log, never to the result file.
struct Failure {
  TaskIndex task = 0;
  Status status = Status::threw;
  std::string message;
};

/// Results of the tasks in `range`. `values` holds, output after output, size(k) doubles for every task of the range:
/// output k starts at values[range.size() * (size(0) + ... + size(k-1))]. NaNs are canonical (0x7ff8000000000000).
struct Records {
  TaskRange range;
  std::unique_ptr<double[]> values;
  std::uint64_t value_count = 0;
  std::vector<StatusRun> statuses;  ///< counts add up to range.size(); pending: what failed for want of a resource
  std::vector<Failure> failures;    ///< at most max_failures_per_range are described
  double seconds = 0;               ///< thread time spent on it
  double longest_s = 0;             ///< longest time that a thread was at one task, or at a few taken together

  static constexpr std::size_t max_failures_per_range = 100;
};

/// Where the master puts results. Called from one thread.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  /// Takes the results of a range, in which no task is pending. They need not be durable when this returns. Throws
  /// IoError.
  virtual void write(const Records& records) = 0;

  /// Makes everything written so far durable: data first, then status. Throws IoError.
  virtual void flush() = 0;
};

}  // namespace trawl
