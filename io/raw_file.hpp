// A plain file descriptor with reads and writes that either do all they are asked or throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace trawl::io {

class RawFile {
 public:
  RawFile() = default;

  /// open(2); O_CLOEXEC is added. Throws IoError.
  RawFile(const std::string& path, int flags, unsigned mode = 0644);
  ~RawFile();
  RawFile(RawFile&& other) noexcept;
  RawFile& operator=(RawFile&& other) noexcept;

  int fd() const { return fd_; }
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

/// IoError "PATH: cannot WHAT (reason of `error`). ADVICE".
[[noreturn]] void fail_io(const std::string& path, const std::string& what, int error);

/// Makes a rename or unlink in the directory of `path` durable.
void sync_directory_of(const std::string& path);

/// The directory part of a path, "." if there is none.
std::string directory_of(const std::string& path);

}  // namespace trawl::io
