#include "io/run_lock.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"
#include "io/leftovers.hpp"

namespace trawl::io {
namespace {

constexpr std::size_t most_text = 300;  ///< "pid N on HOST"

std::string text_of(const RawFile& file) {
  std::string text(most_text + 1, '\0');
  const ssize_t length = ::pread(file.fd(), text.data(), text.size(), 0);
  text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return text;
}

/// Whether a lock of ours has this text.
bool is_holder(std::string_view text) {
  constexpr std::string_view begin = "pid ", middle = " on ";
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto is_plain = [](unsigned char c) { return std::isgraph(c) != 0; };
  if (!text.starts_with(begin) || text.size() > most_text) return false;
  text.remove_prefix(begin.size());
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  if (digits == 0 || text.substr(digits, middle.size()) != middle) return false;
  text.remove_prefix(digits + middle.size());
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
}

int process_of(const std::string& holder) {
  return std::atoi(holder.c_str() + std::string_view("pid ").size());
}

/// The old text is cut off only after the new one is there: a kill leaves a text that is ours.
void note_holder(const RawFile& file) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const std::string text = fmt::format("pid {} on {}", ::getpid(), host[0] == '\0' ? "?" : host);
  file.write(text.data(), text.size(), 0);
  if (::ftruncate(file.fd(), static_cast<off_t>(text.size())) != 0) fail_io(file.path(), "cut", errno);
}

/// Whether the locked file is still the one of that name: its last holder may have removed it in between.
bool is_current(const RawFile& file) {
  struct stat ours {
  }, named{};
  return ::fstat(file.fd(), &ours) == 0 && ::lstat(file.path().c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

[[noreturn]] void refuse(const std::string& lock_path, const char* what) {
  throw UsageError(fmt::format("{}: is {}, and a run needs that name for its lock. Give the result file another name",
                               lock_path, what));
}

/// Whether flock(2) by a reader fails because of our lock, as it may over NFS.
bool hinders_readers(const RawFile& file) {
  const int reader = ::open(fmt::format("/proc/self/fd/{}", file.fd()).c_str(), O_RDONLY | O_CLOEXEC);
  if (reader < 0) return false;
  const bool hinders = ::flock(reader, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(reader);
  return hinders;
}

}  // namespace

RunLock::RunLock(const std::string& path) : lock_path_(path + ".lock") {
  do {
    while (!open_new() && !open_old()) continue;
    take(path);
  } while (!is_current(file_));
  try {
    if (const std::string text = text_of(file_); is_holder(text)) remove_leftover_of(path, process_of(text));
    note_holder(file_);
  } catch (...) {
    ::unlink(lock_path_.c_str());
    throw;
  }
}

RunLock::~RunLock() {
  if (!is_current(file_)) return;
  if (!was_empty_) ::unlink(lock_path_.c_str());
  else [[maybe_unused]] const int ignored = ::ftruncate(file_.fd(), 0);
}

bool RunLock::open_new() {
  const int fd = ::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno == EEXIST) return false;
  if (fd < 0) fail_io(lock_path_, "create", errno);
  file_ = RawFile(lock_path_, OpenDescriptor{fd});
  was_empty_ = false;
  return true;
}

/// False if there is none any more.
bool RunLock::open_old() {
  const int fd = ::open(lock_path_.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return false;
  if (fd < 0 && errno == ELOOP) refuse(lock_path_, "a symbolic link");
  if (fd < 0 && errno == EISDIR) refuse(lock_path_, "a directory");
  if (fd < 0) fail_io(lock_path_, "open for writing", errno);
  file_ = RawFile(lock_path_, OpenDescriptor{fd});
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail_io(lock_path_, "look at", errno, Access::read);
  if (!S_ISREG(status.st_mode)) refuse(lock_path_, "a device or a pipe");
  was_empty_ = status.st_size == 0;
  if (!was_empty_ && !is_holder(text_of(file_))) refuse(lock_path_, "not a lock of trawl");
  return true;
}

void RunLock::take(const std::string& path) {
  if (::flock(file_.fd(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) fail_io(lock_path_, "lock", errno);
  const std::string holder = text_of(file_);
  throw BusyError(fmt::format("{}: another run is writing it ({}). Wait for it, or give another path.", path,
                              holder.empty() ? "another process" : one_line(holder)));
}

void lock_inode(const RawFile& file) {
  struct flock region {};
  region.l_type = F_WRLCK;
  region.l_whence = SEEK_SET;
  region.l_start = std::numeric_limits<off_t>::max() - 1;
  region.l_len = 1;
  if (::fcntl(file.fd(), F_OFD_SETLK, &region) != 0) {
    if (errno != EAGAIN && errno != EACCES) return;
    throw BusyError(
        fmt::format("{}: another run is writing it under another name (a hard link). Wait for it.", file.path()));
  }
  struct stat status {};
  if (!hinders_readers(file) || ::fstat(file.fd(), &status) != 0 || status.st_nlink > 1) return;
  region.l_type = F_UNLCK;
  ::fcntl(file.fd(), F_OFD_SETLK, &region);
}

}  // namespace trawl::io
