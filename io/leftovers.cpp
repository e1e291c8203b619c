#include "io/leftovers.hpp"

#include <cerrno>
#include <charconv>
#include <exception>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "io/hdf5_read.hpp"
#include "io/layout.hpp"
#include "io/raw_file.hpp"
#include "io/status_scan.hpp"

namespace trawl::io {
namespace {

namespace fs = std::filesystem;

bool is_process_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 && text[0] != '0';
}

bool is_untouched(const std::string& path) {
  try {
    const FileLayout layout = read_layout(path);
    const Dataset* status = layout.find(status_name);
    if (status == nullptr || status->type != ElementType::uint8) return false;
    bool untouched = true;
    scan_statuses(RawFile(path, O_RDONLY), status->offset, status->byte_count(),
                  [&](TaskRange, Status found) { untouched = untouched && found == Status::pending; });
    return untouched;
  } catch (const std::exception&) {
    return false;
  }
}

/// Whether a creation that was killed may have left this: a file of no contents yet, or a result file of nothing.
bool is_leftover(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) return false;
  if (status.st_size == 0) return true;
  // HDF5 writes the beginning of a file last.
  std::uint64_t begin = 1;
  const RawFile file(path, O_RDONLY | O_NOFOLLOW);
  if (file.size() >= sizeof begin) file.read(&begin, sizeof begin, 0);
  return begin == 0 || is_untouched(path);
}

}  // namespace

void remove_leftovers(const std::string& path) {
  const std::string prefix = fs::path(path).filename().string() + ".tmp.";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_of(path), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !is_process_number(std::string_view(name).substr(prefix.size()))) continue;
    try {
      if (is_leftover(entry.path().string())) fs::remove(entry.path(), ignored);
    } catch (const std::exception&) {  // what cannot be read stays
    }
  }
}

std::string reserve_temporary(const std::string& path) {
  for (int number = ::getpid();; ++number) {
    const std::string temporary = fmt::format("{}.tmp.{}", path, number);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0) {
      ::close(fd);
      return temporary;
    }
    if (errno != EEXIST) fail_io(path, "create", errno);
  }
}

}  // namespace trawl::io
