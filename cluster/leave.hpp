// Messages and ends of the process that wait for no lock that a thread may hold which never returns.
#pragma once

#include <string_view>

namespace trawl::cluster {

/// Writes to standard error, past stdio and its locks. Allocates nothing, reports no error.
void write_to_stderr(std::string_view text);

/// Says that a thread which may never return runs on: the process must end by leave_process().
void leave_thread_behind();
bool thread_left_behind();

/// Ends the process without exit handlers. What stdout holds is written unless another thread has its lock.
[[noreturn]] void leave_process(int code);

}  // namespace trawl::cluster
