// What long work on a file says on stderr, and how it is stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "io/on_block.hpp"

namespace trawl::cluster {

/// "creating big.h5: 1.2 GiB of 15.8 GiB (7.6 %), 48 s left".
std::string work_text(const std::string& doing, const std::string& path, std::uint64_t done, std::uint64_t total,
                      double elapsed_s);

/// Tells of work that takes longer than a second: on a terminal one line that is redrawn, else a line every few
/// seconds; of a large file also before it is begun. Ends the work when the process is asked to stop.
class WorkProgress {
 public:
  /// `advice` is what the message says when the work was stopped: "Run it again".
  WorkProgress(std::string path, std::string advice, bool quiet);
  ~WorkProgress();
  WorkProgress(const WorkProgress&) = delete;
  WorkProgress& operator=(const WorkProgress&) = delete;

  /// Throws Stopped. To be called by io as an OnBlock: the object must outlive what it is given to.
  void on_block(const char* doing, std::uint64_t done, std::uint64_t total);
  io::OnBlock callback();

 private:
  using Clock = std::chrono::steady_clock;

  void begin(const char* doing, std::uint64_t total);
  void clear_line();

  const std::string path_;
  const std::string advice_;
  const bool quiet_;
  const bool terminal_;
  std::string doing_;
  Clock::time_point start_;
  Clock::time_point next_line_;
  bool drawn_ = false;
};

}  // namespace trawl::cluster
