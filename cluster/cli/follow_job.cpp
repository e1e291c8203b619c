#include "cluster/cli/follow_job.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/signals.hpp"
#include "cluster/slurm/queue.hpp"
#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds log_period{250};
constexpr milliseconds shortest_period{1000};
constexpr milliseconds longest_period{10'000};  ///< SLURM's controller serves everybody

/// Copies what has been appended to a file since the last time.
class LogCopier {
 public:
  explicit LogCopier(std::string path) : path_(std::move(path)) {
    std::ifstream log(path_, std::ios::ate | std::ios::binary);
    if (log) position_ = log.tellg();  // what earlier jobs wrote is of no interest
  }

  ~LogCopier() { write(rest_); }
  LogCopier(const LogCopier&) = delete;
  LogCopier& operator=(const LogCopier&) = delete;

  /// Whole lines; what the job and its studies print cannot drive the terminal.
  void copy() {
    std::ifstream log(path_, std::ios::binary);
    log.seekg(position_);
    char buffer[4096];
    while (log.read(buffer, sizeof buffer), log.gcount() > 0) {
      rest_.append(buffer, static_cast<std::size_t>(log.gcount()));
      position_ += log.gcount();
    }
    const std::size_t whole = rest_.rfind('\n') + 1;  // 0 if there is none
    write(rest_.substr(0, whole));
    rest_.erase(0, whole);
  }

 private:
  static void write(const std::string& lines) {
    const std::string text = io::plain_lines(lines);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }

  std::string path_;
  std::string rest_;  ///< of a line without its end so far
  std::streamoff position_ = 0;
};

void throw_if_stopped(const JobNote& note, const std::string& output) {
  if (!stop_requested()) return;
  throw Stopped(
      fmt::format("{}: waits no longer; job {} stays queued or goes on. trawl status {} says how far it is, trawl "
                  "cancel {} ends it",
                  stop_signal(), note.job_id, output, output));
}

/// False while it cannot be known.
bool ask(const JobNote& note, const std::string& output, std::vector<QueuedJob>& jobs) {
  try {
    jobs = query_job(note.job_id);
    return true;
  } catch (const Stopped&) {
    throw_if_stopped(note, output);
    throw;
  } catch (const IoError& error) {
    spdlog::warn("{} trawl asks again", error.what());
    return false;
  }
}

}  // namespace

int wait_for_job(const JobNote& note, const std::string& output, bool follow) {
  LogCopier log(note.log);
  std::vector<QueuedJob> jobs;
  const auto ended = [&] {
    return std::all_of(jobs.begin(), jobs.end(), [](const QueuedJob& job) { return has_ended(job.state); });
  };
  milliseconds period = shortest_period;
  for (auto next = Clock::now();; std::this_thread::sleep_for(log_period)) {
    if (follow) log.copy();
    throw_if_stopped(note, output);
    if (Clock::now() < next) continue;
    if (ask(note, output, jobs) && ended()) break;
    period = std::min(period * 5 / 4, longest_period);
    next = Clock::now() + period;
  }
  if (follow) log.copy();
  int code = exit_code_of_job(note.job_id);
  for (const QueuedJob& job : jobs) {
    if (job.state == "COMPLETED" || job.state == "FAILED") continue;  // its script came to its end
    spdlog::warn("job {} ended as {}", job.id, job.state);
    if (code == exit_complete) code = exit_stopped_early;
  }
  return code;
}

}  // namespace trawl::cluster
