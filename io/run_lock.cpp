#include "io/run_lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

std::string holder(const RawFile& file) {
  char text[256];
  const ssize_t length = ::pread(file.fd(), text, sizeof text, 0);
  return length > 0 ? one_line({text, static_cast<std::size_t>(length)}) : "another process";
}

void note_holder(const RawFile& file) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const std::string text = fmt::format("pid {} on {}", ::getpid(), host);
  if (::ftruncate(file.fd(), 0) != 0) fail_io(file.path(), "empty", errno);
  file.write(text.data(), text.size(), 0);
}

/// Whether the locked file is still the one of that name: its last holder may have removed it in between.
bool is_current(const RawFile& file) {
  struct stat ours {
  }, named{};
  return ::fstat(file.fd(), &ours) == 0 && ::stat(file.path().c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

}  // namespace

RunLock::RunLock(const std::string& path) : lock_path_(path + ".lock") {
  do {
    file_ = RawFile(lock_path_, O_RDWR | O_CREAT);
    if (::flock(file_.fd(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        throw UsageError(
            fmt::format("{}: another run is writing it ({}). Wait for it, or give another path.", path, holder(file_)));
      fail_io(lock_path_, "lock", errno);
    }
  } while (!is_current(file_));
  try {
    note_holder(file_);
  } catch (...) {
    ::unlink(lock_path_.c_str());
    throw;
  }
}

RunLock::~RunLock() {
  ::unlink(lock_path_.c_str());
}

}  // namespace trawl::io
