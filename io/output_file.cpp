#include "io/output_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

namespace fs = std::filesystem;

/// What the names of companions add, ".inflight.9999999" the most.
constexpr std::size_t longest_suffix = 20;

void check_name(const std::string& path) {
  if (path.empty()) throw UsageError("the output's name is empty. Give a file's name");
  if (path.back() == '/') throw UsageError(fmt::format("{}: is a directory's name. Give a file's name", path));
  const std::size_t length = fs::path(path).filename().string().size();
  if (length + longest_suffix > NAME_MAX || path.size() + longest_suffix >= PATH_MAX)
    throw UsageError(fmt::format("{}...: too long for an output ({} bytes, of at most {}). Give a shorter name",
                                 one_line(path).substr(0, 40), length, NAME_MAX - longest_suffix));
}

void check_directory(const std::string& path) {
  const std::string directory = directory_of(final_path(path));
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT)
      throw IoError(fmt::format("{}: the directory {} does not exist. Create it, or choose another.", path, directory));
    fail_io(path, "look into the directory " + directory, errno);
  }
  if (!S_ISDIR(status.st_mode))
    throw IoError(fmt::format("{}: {} is not a directory. Give another path.", path, directory));
}

/// The number N of a path that means the open descriptor N; -1 if it does not.
int descriptor_of(const std::string& path) {
  if (path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!path.starts_with(prefix)) continue;
    int number = -1;
    const char* end = path.data() + path.size();
    const auto [stop, error] = std::from_chars(path.data() + prefix.size(), end, number);
    if (error == std::errc() && stop == end) return number;
  }
  return -1;
}

std::string path_of_descriptor(int fd) {
  return fmt::format("/proc/self/fd/{}", fd);
}

}  // namespace

std::string final_path(const std::string& path) {
  constexpr int most_links = 40;
  fs::path at(path);
  for (int i = 0; i < most_links; ++i) {
    std::error_code error;
    if (fs::symlink_status(at, error).type() != fs::file_type::symlink) return at.string();
    const fs::path to = fs::read_symlink(at, error);
    if (error) fail_io(path, "follow the link", error.value(), Access::read);
    at = to.is_absolute() ? to : at.parent_path() / to;
  }
  throw UsageError(fmt::format("{}: links lead in a circle. Give another path", path));
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat x {
  }, y{};
  return ::stat(a.c_str(), &x) == 0 && ::stat(b.c_str(), &y) == 0 && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

void check_place(const std::string& path) {
  check_name(path);
  const FileKind kind = kind_of(final_path(path));
  if (kind == FileKind::absent) return check_directory(path);
  if (kind == FileKind::directory || kind == FileKind::device)
    throw UsageError(fmt::format("{}: is {}. Give a file's name", path, kind_text(kind)));
}

void check_output(const std::string& path, const OutputRule& rule) {
  check_place(path);
  for (const std::string& input : rule.inputs)
    if (is_same_file(path, input))
      throw UsageError(
          fmt::format("{}: is the same file as {}, which is read. Give the output another name", path, input));
  const FileKind kind = kind_of(path);
  if (kind == FileKind::absent || kind == FileKind::empty) return;
  if (std::find(rule.replaces.begin(), rule.replaces.end(), kind) != rule.replaces.end()) return;
  throw UsageError(fmt::format("{}: is {}, and is not replaced. Give the output another name, or move that file away",
                               path, kind_text(kind)));
}

NewFile::NewFile(const std::string& path, OutputRule rule, unsigned mode) : path_(path), rule_(std::move(rule)) {
  check_output(path_, rule_);
  target_ = final_path(path_);
  open_unnamed(mode);
  if (!file_.is_open()) open_named(mode);
  struct stat old {};
  if (::stat(target_.c_str(), &old) == 0) ::fchmod(file_.fd(), old.st_mode & 0777);  // of no consequence if it fails
}

NewFile::~NewFile() {
  if (is_named_) ::unlink(temporary_.c_str());
}

void NewFile::open_unnamed(unsigned mode) {
  const int fd = ::open(directory_of(target_).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  if (fd < 0) return;  // there are file systems that cannot
  file_ = RawFile(path_, OpenDescriptor{fd});
  temporary_ = path_of_descriptor(fd);
}

void NewFile::open_named(unsigned mode) {
  for (int number = ::getpid();; ++number) {
    temporary_ = fmt::format("{}.tmp.{}", target_, number);
    const int fd = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) fail_io(path_, "create", errno);
    file_ = RawFile(path_, OpenDescriptor{fd});
    is_named_ = true;
    return;
  }
}

void NewFile::give_name() {
  for (int number = ::getpid(); !is_named_; ++number) {
    const std::string name = fmt::format("{}.tmp.{}", target_, number);
    if (::linkat(AT_FDCWD, temporary_.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      if (errno == EEXIST) continue;
      fail_io(path_, "create", errno);
    }
    temporary_ = name;
    is_named_ = true;
  }
}

const std::string& NewFile::temporary_path() {
  give_name();
  return temporary_;
}

void NewFile::commit() {
  file_.sync();
  check_output(path_, rule_);
  give_name();
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail_io(path_, "create", errno);
  is_named_ = false;
  sync_directory_of(target_);
}

RawFile open_stream(const std::string& path) {
  if (const int number = descriptor_of(path); number >= 0) {
    const int fd = ::fcntl(number, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) fail_io(path, "write", errno);
    return {path, OpenDescriptor{fd}};
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !(S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode))) return {};
  return {path, O_WRONLY};
}

}  // namespace trawl::io
