// NAME.h5.run.jsonl: what differs from run to run, one JSON object a line, appended.
#pragma once

#include <cstdint>
#include <string>

#include "engine/run.hpp"
#include "engine/sweep.hpp"

namespace trawl::io {

/// Appends events (start, progress, worker, worker_lost, failure, end, merge) with an ISO 8601 UTC time each; of a
/// run's failures, the first 100,000. Write failures of the log never fail the run.
class RunLog final : public RunObserver {
 public:
  /// Creates the file, or appends to one that is a run log; else no log is kept. `sweep` must outlive this.
  RunLog(const std::string& path, const Sweep& sweep);
  ~RunLog() override;

  /// Why there is no log of everything until now, in one line; empty if there is.
  const std::string& problem() const { return problem_; }

  /// `done_before`: tasks that already have a status. `program`: fingerprint of this one, empty if it has none.
  void start(const std::string& command, const std::string& program, int ranks, int threads, std::uint64_t done_before);
  /// Shards were merged into the file.
  void merge(const std::string& command, const std::string& program);
  void end(const RunSummary& summary, int exit_code);

  void on_progress(const Progress& progress) override;
  void on_worker(Rank rank, const Hello& hello) override;
  void on_worker_lost(Rank rank, const std::string& why) override;
  void on_failure(const Failure& failure) override;

 private:
  const Sweep& sweep_;
  int fd_ = -1;
  std::string problem_;
  std::uint64_t failures_ = 0;
  double next_progress_s_ = 5;
};

}  // namespace trawl::io
