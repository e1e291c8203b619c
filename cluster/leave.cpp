#include "cluster/leave.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace trawl::cluster {
namespace {

std::atomic<bool> left_behind = false;

}  // namespace

void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void leave_thread_behind() {
  left_behind = true;
}

bool thread_left_behind() {
  return left_behind;
}

void leave_process(int code) {
  if (ftrylockfile(stdout) == 0) {
    fflush_unlocked(stdout);
    funlockfile(stdout);
  }
  _exit(code);
}

}  // namespace trawl::cluster
