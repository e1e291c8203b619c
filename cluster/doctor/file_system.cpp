#include "cluster/doctor/file_system.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "cluster/cli/text.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* elsewhere = "Write results to another file system";
constexpr double slow_sync_s = 0.5;  // of the 5 s between two flushes

Finding failure(const std::string& what, const std::string& call) {
  return {what, fmt::format("{} failed: {}", call, std::strerror(errno)), Verdict::broken, elsewhere};
}

/// Removed and closed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& directory)
      : path_(fmt::format("{}/.trawl-doctor.{}", directory, getpid())),
        fd_(open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    if (fd_ < 0) return;
    unlink(path_.c_str());
    close(fd_);
  }

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

  bool rename_to(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) == 0) return errno = EEXIST, false;
    if (std::rename(path_.c_str(), path.c_str()) != 0) return false;
    path_ = path;
    return true;
  }

 private:
  std::string path_;
  int fd_;
};

/// "ext4" and the like: of the longest mount point that is the beginning of the path.
std::string file_system_type(const std::string& directory) {
  char* resolved = realpath(directory.c_str(), nullptr);
  const std::string path = resolved == nullptr ? directory : resolved;
  std::free(resolved);
  std::ifstream mounts("/proc/self/mounts");
  std::string type = "of unknown kind";
  std::size_t longest = 0;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line);
    std::string device, point, kind;
    words >> device >> point >> kind;
    const bool holds = path == point || point == "/" || path.starts_with(point + "/");
    if (holds && point.size() >= longest) {
      longest = point.size();
      type = kind;
    }
  }
  return type;
}

Finding examine_space(const std::string& directory) {
  struct statvfs space;
  if (statvfs(directory.c_str(), &space) != 0) return failure("output directory", "statvfs");
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  return {"output directory", fmt::format("{}, {}, {} free", directory, file_system_type(directory), bytes_text(free))};
}

Finding examine_lock(const ScratchFile& file) {
  const int second = open(file.path().c_str(), O_RDWR | O_CLOEXEC);
  if (flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (second >= 0) close(second);
    return failure("file locking", "flock");
  }
  const bool excluded = second >= 0 && flock(second, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (second >= 0) close(second);
  if (excluded) return {"file locking", "flock keeps a second run out"};
  return {"file locking", "flock lets two runs into one file", Verdict::broken,
          "Mount with locks (Lustre: -o flock), or write results to another file system"};
}

Finding examine_writes(const ScratchFile& file) {
  using Clock = std::chrono::steady_clock;
  const std::string written(1 << 20, 'x');
  const auto size = static_cast<ssize_t>(written.size());
  if (pwrite(file.fd(), written.data(), written.size(), 0) != size) return failure("pwrite", "pwrite of 1 MiB");
  const auto start = Clock::now();
  if (fdatasync(file.fd()) != 0) return failure("pwrite", "fdatasync");
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::string read(written.size(), ' ');
  if (pread(file.fd(), read.data(), read.size(), 0) != size || read != written) {
    return {"pwrite", "1 MiB was not read back as it was written", Verdict::broken, elsewhere};
  }
  const std::string found = fmt::format("1 MiB is on disk after {}", seconds_text(seconds));
  if (seconds < slow_sync_s) return {"pwrite", found};
  return {"pwrite", found, Verdict::poor,
          "Flush less often (--flush-interval), or write results to another file system"};
}

Finding examine_mapping(const ScratchFile& file) {
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd(), 0);
  if (memory == MAP_FAILED) return failure("shared mapping", "mmap");
  std::memcpy(memory, "trawl", 5);
  char read[5];
  const bool seen = pread(file.fd(), read, 5, 0) == 5 && std::memcmp(read, "trawl", 5) == 0;
  munmap(memory, 4096);
  if (seen) return {"shared mapping", "works: a point that kills its process can be named"};
  return {"shared mapping", "what is written to it is not in the file", Verdict::poor,
          "A point that kills its process may not be found"};
}

Finding examine_rename(ScratchFile& file) {
  if (!file.rename_to(file.path() + ".renamed")) return failure("rename", "rename");
  return {"rename", "works"};
}

}  // namespace

std::vector<Finding> examine_file_system(const std::string& directory) {
  std::vector<Finding> findings{examine_space(directory)};
  if (findings[0].verdict == Verdict::broken) return findings;
  ScratchFile file(directory);
  if (file.fd() < 0) {
    findings.push_back(failure("writing", fmt::format("creating {}", file.path())));
    return findings;
  }
  findings.push_back(examine_lock(file));
  findings.push_back(examine_writes(file));
  if (findings.back().verdict == Verdict::broken) return findings;  // a page that is not on disk must not be mapped
  findings.push_back(examine_mapping(file));
  findings.push_back(examine_rename(file));
  return findings;
}

}  // namespace trawl::cluster
