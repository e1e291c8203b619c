#include "io/foreign_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/error.hpp"
#include "io/hdf5_convert.hpp"
#include "io/hdf5_read.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t most_memory = std::uint64_t{8} << 30;
constexpr std::uint64_t bytes_a_second = std::uint64_t{4} << 20;  ///< slower than any disk
constexpr std::uint64_t most_packed = 2000;                       ///< times that deflate makes numbers smaller

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

std::string temporary_directory() {
  const char* given = std::getenv("TMPDIR");
  return given && *given ? given : "/tmp";
}

/// A new file that nobody else may read; its name goes at the end of the scope, what has opened it reads on.
struct Temporary {
  explicit Temporary(const std::string& directory) : path(directory + "/trawl.XXXXXX") {
    const int fd = ::mkostemp(path.data(), O_CLOEXEC);
    if (fd < 0) fail_io(path, "create", errno);
    ::close(fd);
  }
  ~Temporary() { ::unlink(path.c_str()); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  std::string path;
};

const char* left_behind = nullptr;  ///< of the child: what it removes if the parent dies

void on_orphaned(int) {
  ::unlink(left_behind);
  ::_exit(1);
}

/// A small file does not hold much, and the disk only what is free.
std::uint64_t most_bytes(std::uint64_t file_size, const std::string& directory) {
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) fail_io(directory, "find out the free space", errno);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  return std::min(free, file_size < free / most_packed ? file_size * most_packed : free);
}

nlohmann::json converted(const std::string& from, const std::string& to, std::uint64_t most) {
  nlohmann::json answer;
  const auto fail = [&](const char* kind, const char* what) { answer = {{"error", kind}, {"what", what}}; };
  try {
    answer["left_out"] = nlohmann::json::array();
    for (const LeftOut& object : convert_hdf5(from, to, most)) answer["left_out"].push_back({object.name, object.why});
  } catch (const IoError& error) {
    fail("io", error.what());
  } catch (const std::bad_alloc&) {
    fail("usage", "it takes too much memory");
  } catch (const std::exception& error) {
    fail("usage", error.what());
  }
  return answer;
}

/// The child: says in JSON how it went, and never returns. It leaves no core and outlives neither its time nor us.
[[noreturn]] void convert_and_leave(const std::string& from, const std::string& to, std::uint64_t most,
                                    std::uint64_t seconds, int pipe, pid_t parent) {
  left_behind = to.c_str();
  std::signal(SIGUSR1, on_orphaned);
  ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
  if (::getppid() != parent) on_orphaned(SIGUSR1);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);  // the parent's to heed
  const auto limit = [](auto resource, std::uint64_t value) {
    const struct rlimit both { value, value };
    ::setrlimit(resource, &both);
  };
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_AS, most_memory);
  limit(RLIMIT_CPU, seconds);
  const std::string text = converted(from, to, most).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  [[maybe_unused]] const ssize_t ignored = ::write(pipe, text.data(), text.size());
  ::_exit(0);
}

/// What the child says before it ends; nothing of use if it crashes or its time is up.
std::string hear(int pipe, std::uint64_t seconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  std::string text;
  char buffer[4096];
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    struct pollfd wait {
      pipe, POLLIN, 0
    };
    const int ready = left > 0 ? ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left, 1000))) : 0;
    if (left <= 0 || (ready < 0 && errno != EINTR)) return {};
    if (ready <= 0) continue;
    const ssize_t got = ::read(pipe, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

std::vector<LeftOut> understand(const std::string& text, const std::string& path) {
  const nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
  if (!answer.is_object())
    throw UsageError(fmt::format("{}: damaged (HDF5's library crashed or hung on it). Restore it.", path));
  if (answer.contains("error")) {
    const std::string message =
        one_line(fmt::format("{}: no result file ({}). Was it written by trawl?", path, answer.value("what", "")));
    if (answer["error"] == "io") throw IoError(message);
    throw UsageError(message);
  }
  std::vector<LeftOut> left_out;
  for (const auto& object : answer["left_out"]) left_out.push_back({object[0], object[1]});
  return left_out;
}

}  // namespace

OwnForm own_form_of(const std::string& path) {
  const std::uint64_t size = RawFile(path, O_RDONLY).size();
  const std::string directory = temporary_directory();
  const std::uint64_t most = most_bytes(size, directory);
  const std::uint64_t seconds = 60 + size / bytes_a_second;
  const Temporary made(directory);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_io(path, "read in a process of its own", errno);
  Descriptor from{ends[0]}, to{ends[1]};
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail_io(path, "read in a process of its own", errno);
  if (child == 0) convert_and_leave(path, made.path, most, seconds, to.fd, parent);
  ::close(std::exchange(to.fd, -1));
  const std::string text = hear(from.fd, seconds);
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  std::vector<LeftOut> left_out = understand(text, path);
  OwnForm form{RawFile(made.path, O_RDONLY), read_layout(made.path)};
  form.layout.left_out = std::move(left_out);
  return form;
}

}  // namespace trawl::io
