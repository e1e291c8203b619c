// A plain file descriptor with reads and writes that either do all they are asked or throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace trawl::io {

struct OpenDescriptor {
  int number = -1;
};

class RawFile {
 public:
  RawFile() = default;

  /// Takes over a descriptor.
  RawFile(std::string path, OpenDescriptor fd) : path_(std::move(path)), fd_(fd.number) {}

  /// open(2); O_CLOEXEC is added. Throws IoError; UsageError if a file that is not to be created is missing.
  RawFile(const std::string& path, int flags, unsigned mode = 0644);
  ~RawFile();
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&& other) noexcept;

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  const std::string& path() const { return path_; }
  std::uint64_t size() const;

  /// All `bytes` at `offset`; short writes and EINTR are continued. Throws IoError with path, offset and reason.
  void write(const void* data, std::size_t bytes, std::uint64_t offset) const;
  void read(void* data, std::size_t bytes, std::uint64_t offset) const;

  void sync_data() const;  ///< fdatasync
  void sync() const;       ///< fsync

 private:
  std::string path_;
  int fd_ = -1;
};

/// What was being done when a call failed; the advice differs.
enum class Access { read, write };

/// IoError "PATH: cannot WHAT (reason of `error`). ADVICE".
[[noreturn]] void fail_io(const std::string& path, const std::string& what, int error, Access access = Access::write);

/// For a file that is read: UsageError if there is none of that name, else IoError.
[[noreturn]] void fail_open(const std::string& path, int error);

/// Makes a rename or unlink in the directory of `path` durable.
void sync_directory_of(const std::string& path);

/// The directory part of a path, "." if there is none.
std::string directory_of(const std::string& path);

}  // namespace trawl::io
