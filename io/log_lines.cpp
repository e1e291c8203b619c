#include "io/log_lines.hpp"

#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace trawl::io {
namespace {

constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr std::size_t block_size = std::size_t{1} << 16;

/// Puts lines together from blocks.
class Lines {
 public:
  explicit Lines(const std::function<void(const std::string&)>& visit) : visit_(visit) {}

  void add(const char* from, const char* end) {
    while (from < end) {
      const auto* newline = static_cast<const char*>(std::memchr(from, '\n', static_cast<std::size_t>(end - from)));
      const char* stop = newline ? newline : end;
      if (line_.size() <= longest_line) line_.append(from, stop);
      if (!newline) return;
      finish();
      from = newline + 1;
    }
  }

  void finish() {
    if (!line_.empty() && line_.size() <= longest_line) visit_(line_);
    line_.clear();
  }

 private:
  const std::function<void(const std::string&)>& visit_;
  std::string line_;
};

}  // namespace

void for_each_log_line(const std::string& path, const std::function<void(const std::string&)>& visit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return;
  struct stat status {};
  const bool regular = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  Lines lines(visit);
  std::vector<char> block(block_size);
  while (regular) {
    const ssize_t size = ::read(fd, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    lines.add(block.data(), block.data() + size);
  }
  ::close(fd);
  lines.finish();
}

}  // namespace trawl::io
