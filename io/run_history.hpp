// What a run log says of the runs so far.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>
#include <optional>
#include <string>

namespace trawl::io {

/// The last run that a log knows of.
struct LastRun {
  std::time_t started = 0;        ///< seconds since 1970, UTC
  std::uint64_t done_before = 0;  ///< tasks that had a status when it started
  int ranks = 1;
  bool ended = false;                                             ///< by itself; a killed run has no end
  double remaining_s = std::numeric_limits<double>::quiet_NaN();  ///< as it said last; NaN if it has not
  std::time_t said = 0;                                           ///< when
};

struct RunHistory {
  std::optional<LastRun> last;
  double longest_task_s = 0;  ///< of all runs; 0 if none says
  std::string program;        ///< fingerprint of the last program that wrote results; empty if it is not known
};

/// Reads NAME.h5.run.jsonl. Lines that make no sense are passed over; without a log there is no history.
RunHistory read_run_history(const std::string& log_path);

}  // namespace trawl::io
