#include "io/leftovers.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <iterator>
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

/// How far the creation of a result file came.
enum class Progress { none, part, whole, computed, unknown };

Progress progress_of_layout(const std::string& path) {
  try {
    const FileLayout layout = read_layout(path);
    const Dataset* status = layout.find(status_name);
    if (status == nullptr || status->type != ElementType::uint8) return Progress::unknown;
    bool untouched = true;
    scan_statuses(RawFile(path, O_RDONLY), status->offset, status->byte_count(),
                  [&](TaskRange, Status found) { untouched = untouched && found == Status::pending; });
    return untouched ? Progress::whole : Progress::computed;
  } catch (const std::exception&) {
    return Progress::part;
  }
}

Progress progress_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink != 1) return Progress::unknown;
  if (status.st_size == 0) return Progress::none;
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  char begin[signature.size()];
  if (status.st_size < static_cast<off_t>(sizeof begin)) return Progress::unknown;
  RawFile(path, O_RDONLY | O_NOFOLLOW).read(begin, sizeof begin, 0);
  if (std::all_of(std::begin(begin), std::end(begin), [](char c) { return c == 0; })) return Progress::none;
  return std::string_view(begin, sizeof begin) == signature ? progress_of_layout(path) : Progress::unknown;
}

void remove_if(const std::string& path, std::initializer_list<Progress> which) {
  try {
    if (std::find(which.begin(), which.end(), progress_of(path)) != which.end()) ::unlink(path.c_str());
  } catch (const std::exception&) {  // what cannot be read stays
  }
}

}  // namespace

void remove_leftover_of(const std::string& path, int process) {
  remove_if(fmt::format("{}.tmp.{}", path, process), {Progress::none, Progress::part, Progress::whole});
}

void remove_leftovers(const std::string& path) {
  const std::string prefix = fs::path(path).filename().string() + ".tmp.";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_of(path), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && is_process_number(std::string_view(name).substr(prefix.size())))
      remove_if(entry.path().string(), {Progress::none, Progress::whole});
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
