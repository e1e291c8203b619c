// Signals that ask the program to stop. cluster/README.md says what each signal does.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace trawl::cluster {

/// A request to stop ended what was being done: exit code 75. The text says what that was, and what to do.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a request to stop does.
enum class OnStop {
  end,           ///< ends the process as the signal does by default, and the program it waits for
  finish,        ///< sets a flag: what is being done comes to a good end. A second, later request leaves at once
  end_programs,  ///< sets a flag, and so does a second one, which is for programs that do not end; a third leaves at
                 ///< once
};

/// From now on requests to stop do this; the first call installs the handlers. SIGXFSZ is ignored, so that a write
/// beyond the limit is an error like others; so is SIGPIPE unless requests end the process.
void handle_signals(OnStop on_stop);

/// Whether the process was asked to stop. Stays so.
const std::atomic<bool>& stop_requested();

/// Whether it was asked again, at least two seconds later.
bool stop_is_urgent();

/// "SIGTERM": the first request.
std::string stop_signal();

/// Names the process group that an ending process ends, too (0: none). One at a time.
void end_with_process(pid_t group);

/// Counts requests: those within two seconds of one that counts are that one, for `timeout` sends two at a time, and a
/// launcher and a terminal may both send one. For any thread and signal handlers.
class StopRequests {
 public:
  /// The number of the request that is made now, from 1; 0 if it is the one before.
  int note(std::int64_t now_ns);
  int count() const { return count_.load(); }

 private:
  std::atomic<std::int64_t> last_ns_{0};
  std::atomic<int> count_{0};
};

}  // namespace trawl::cluster
