#include "cluster/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "cluster/process_tree.hpp"
#include "cluster/signals.hpp"
#include "engine/error.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& program, int error) {
  throw IoError(fmt::format("cannot start {} ({}). Is it installed and in PATH?", program, std::strerror(error)));
}

/// Both ends are closed in programs that are started meanwhile.
class Pipe {
 public:
  explicit Pipe(const std::string& program) {
    if (pipe2(ends_, O_CLOEXEC) != 0) fail(program, errno);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close_write_end();
  }

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_write_end() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

class FileActions {
 public:
  FileActions(const Pipe& output, const Pipe& errors) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output.write_end(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, errors.write_end(), STDERR_FILENO);
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto same_name = [&](const std::string& v) { return text.starts_with(v.substr(0, v.find('=')) + "="); };
    if (std::none_of(variables.begin(), variables.end(), same_name)) result.push_back(text);
  }
  for (const std::string& variable : variables) {
    if (variable.find('=') != std::string::npos) result.push_back(variable);
  }
  return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

class Attributes {
 public:
  /// A process group of its own; signals that we ignore are not ignored there.
  Attributes() {
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t ignored;
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    sigaddset(&ignored, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes_, &ignored);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// Appends what has arrived; false at the end.
bool read_some(int fd, std::string& text) {
  char buffer[4096];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

/// A program that runs, and what it has said so far.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments, const std::vector<std::string>& variables)
      : output_(arguments.at(0)), errors_(arguments.at(0)) {
    std::vector<std::string> words = arguments;
    std::vector<std::string> environment = environment_with(variables);
    const FileActions actions(output_, errors_);
    const Attributes attributes;
    const int error = posix_spawnp(&pid_, words[0].c_str(), actions.get(), attributes.get(), pointers_to(words).data(),
                                   pointers_to(environment).data());
    if (error != 0) fail(words[0], error);
    end_with_process(pid_);
    output_.close_write_end();
    errors_.close_write_end();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { end_with_process(0); }

  pid_t pid() const { return pid_; }

  /// Reads what it says until it has ended (a child that it leaves behind may keep its outputs open); false if
  /// `is_over` says true first, which is asked several times a second.
  template <class IsOver>
  bool read_until(IsOver is_over) {
    constexpr int turn_ms = 50;
    pollfd fds[2] = {{output_.read_end(), POLLIN, 0}, {errors_.read_end(), POLLIN, 0}};
    bool ended = false;
    while (!ended && !is_over()) {
      ended = has_ended();
      for (int ready = 1; ready > 0;) {
        ready = poll(fds, 2, ended || all_closed(fds) ? 0 : turn_ms);
        if (ready <= 0) break;
        if (fds[0].fd >= 0 && fds[0].revents != 0 && !read_some(fds[0].fd, result_.output)) fds[0].fd = -1;
        if (fds[1].fd >= 0 && fds[1].revents != 0 && !read_some(fds[1].fd, result_.errors)) fds[1].fd = -1;
        if (!ended && is_over()) return false;
      }
      if (!ended && all_closed(fds)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return ended;
  }

  /// Ends it with all that it started.
  void end() {
    constexpr auto grace = std::chrono::seconds(10);
    ProcessTree tree(pid_);
    tree.look();
    kill(-pid_, SIGTERM);
    const auto killed_at = Clock::now() + grace;
    read_until([&] {
      tree.look();
      return Clock::now() >= killed_at || stop_is_urgent();
    });
    tree.kill_all();
  }

  /// Once it has ended.
  ProcessResult wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    result_.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return std::move(result_);
  }

 private:
  static bool all_closed(const pollfd (&fds)[2]) { return fds[0].fd < 0 && fds[1].fd < 0; }

  /// It stays a zombie, so that its number, and its group's, is not given again.
  bool has_ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }

  Pipe output_;
  Pipe errors_;
  pid_t pid_ = 0;
  ProcessResult result_;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_s, WhenStopped when_stopped,
                          const std::vector<std::string>& variables) {
  const std::string& program = arguments.at(0);
  const auto stop = [&] { return when_stopped == WhenStopped::end_it && stop_requested(); };
  if (stop()) throw Stopped(fmt::format("{}: stopped before {} was started. Run it again", stop_signal(), program));
  Running running(arguments, variables);
  const auto deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_s));
  const bool ended = running.read_until([&] { return Clock::now() >= deadline || stop(); });
  if (!ended) running.end();
  ProcessResult result = running.wait();
  if (ended) return result;
  if (stop()) throw Stopped(fmt::format("{}: stopped, and {} with it. Run it again", stop_signal(), program));
  throw IoError(fmt::format("{} did not answer within {:g} s. Does it work by hand?", program, timeout_s));
}

std::string first_sentence(const std::string& messages) {
  std::istringstream lines(messages);
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of("-= \t") == std::string::npos) continue;
    if (line.ends_with('.')) line.pop_back();
    return io::one_line(line);
  }
  return "no message";
}

}  // namespace trawl::cluster
