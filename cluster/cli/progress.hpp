// What a run says on stderr while it runs.
#pragma once

#include <cstdint>
#include <string>

#include "engine/run.hpp"
#include "engine/sweep.hpp"

namespace trawl::cluster {

/// "1,200 of 10,000 tasks (12.0 %), 3 failed, 1.5 M/s, 4 min 10 s left"; where that does not fit into so many columns,
/// the most that does: the percentage and the failures go last.
std::string progress_text(const Progress& progress, std::size_t columns = SIZE_MAX);

/// On a terminal one line, never longer than that is wide, which is redrawn four times a second; else a full line, at
/// most one every 30 s and every 1 %. Also names lost workers, the first failures, and a rank that could not start its
/// threads. Quiet, it says nothing.
class ProgressPrinter final : public RunObserver {
 public:
  /// `sweep` must outlive this.
  ProgressPrinter(const Sweep& sweep, bool quiet);
  ~ProgressPrinter() override;  ///< clears the line

  void on_progress(const Progress& progress) override;
  void on_worker(Rank rank, const Hello& hello) override;
  void on_worker_lost(Rank rank, const std::string& why) override;
  void on_failure(const Failure& failure) override;

  void clear_line();

 private:
  const Sweep& sweep_;
  const bool quiet_;
  const bool terminal_;
  std::size_t drawn_columns_ = 0;  ///< of the line on the terminal; 0 if there is none
  double next_draw_s_;
  std::uint64_t next_done_ = 0;
  int failures_named_ = 0;
  bool shortage_said_ = false;
};

}  // namespace trawl::cluster
