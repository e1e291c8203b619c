#include "io/raw_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

const char* advice_on_writing(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "Free some space and give the command again.";
    case EFBIG:
      return "Raise the limit on the size of files (ulimit -f), or choose another disk.";
    case EACCES:
    case EPERM:
    case EROFS:
      return "Choose a directory that you may write to.";
    case ENOENT:
    case ENOTDIR:
      return "Create the directory, or choose another.";
    case ENAMETOOLONG:
      return "Give a shorter name.";
    case EISDIR:
      return "Give a file's name.";
    default:
      return "Check the disk and give the command again.";
  }
}

const char* advice(int error, Access access) {
  if (error == EMFILE || error == ENFILE) return "Raise the limit on open files (ulimit -n).";
  if (access == Access::write) return advice_on_writing(error);
  switch (error) {
    case EACCES:
    case EPERM:
      return "Ask its owner for the right to read it.";
    case EISDIR:
      return "Give a file's name.";
    default:
      return "Check the disk, or use a copy.";
  }
}

}  // namespace

void fail_io(const std::string& path, const std::string& what, int error, Access access) {
  throw IoError(fmt::format("{}: cannot {} ({}). {}", path, what, std::strerror(error), advice(error, access)));
}

void fail_open(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP)
    throw UsageError(fmt::format("{}: no such file{}. Is the path right?", path,
                                 error == ENOENT ? "" : fmt::format(" ({})", std::strerror(error))));
  fail_io(path, "read", error, Access::read);
}

RawFile::RawFile(const std::string& path, int flags, unsigned mode) : path_(path) {
  do fd_ = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  while (fd_ < 0 && errno == EINTR);
  if (fd_ >= 0) return;
  if ((flags & O_CREAT) != 0) fail_io(path, "create", errno);
  if ((flags & O_ACCMODE) != O_RDONLY && errno != ENOENT) fail_io(path, "open for writing", errno);
  fail_open(path, errno);
}

RawFile::~RawFile() {
  if (fd_ >= 0) ::close(fd_);
}

RawFile::RawFile(RawFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

RawFile& RawFile::operator=(RawFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

std::uint64_t RawFile::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail_io(path_, "stat", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void RawFile::write(const void* data, std::size_t bytes, std::uint64_t offset) const {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::pwrite(fd_, from, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) fail_io(path_, fmt::format("write {} bytes at {}", bytes, offset), done < 0 ? errno : ENOSPC);
    from += done;
    offset += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

void RawFile::read(void* data, std::size_t bytes, std::uint64_t offset) const {
  char* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t done = ::pread(fd_, to, bytes, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail_io(path_, fmt::format("read {} bytes at {}", bytes, offset), errno, Access::read);
    if (done == 0) throw IoError(fmt::format("{}: ends before byte {} (truncated?). Restore it.", path_, offset));
    to += done;
    offset += static_cast<std::uint64_t>(done);
    bytes -= static_cast<std::size_t>(done);
  }
}

void RawFile::sync_data() const {
  if (::fdatasync(fd_) != 0) fail_io(path_, "make data durable", errno);
}

void RawFile::sync() const {
  if (::fsync(fd_) != 0) fail_io(path_, "make the file durable", errno);
}

std::string directory_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

void sync_directory_of(const std::string& path) {
  RawFile(directory_of(path), O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace trawl::io
