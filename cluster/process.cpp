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

#include <fmt/format.h>

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

/// Appends what has arrived; false at the end.
bool read_some(int fd, std::string& text) {
  char buffer[4096];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

/// Reads both until their ends; false if `deadline` comes first.
bool read_until(Clock::time_point deadline, const Pipe& output, const Pipe& errors, ProcessResult& result) {
  pollfd fds[2] = {{output.read_end(), POLLIN, 0}, {errors.read_end(), POLLIN, 0}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    if (poll(fds, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000))) < 0 && errno != EINTR) return false;
    if (fds[0].fd >= 0 && fds[0].revents != 0 && !read_some(fds[0].fd, result.output)) fds[0].fd = -1;
    if (fds[1].fd >= 0 && fds[1].revents != 0 && !read_some(fds[1].fd, result.errors)) fds[1].fd = -1;
  }
  return true;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& arguments, double timeout_s,
                          const std::vector<std::string>& variables) {
  const std::string& program = arguments.at(0);
  Pipe output(program);
  Pipe errors(program);
  std::vector<std::string> words = arguments;
  std::vector<std::string> environment = environment_with(variables);
  pid_t pid = 0;
  const FileActions actions(output, errors);
  const int error = posix_spawnp(&pid, program.c_str(), actions.get(), nullptr, pointers_to(words).data(),
                                 pointers_to(environment).data());
  if (error != 0) fail(program, error);
  output.close_write_end();
  errors.close_write_end();
  const auto timeout = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_s));
  ProcessResult result;
  const bool in_time = read_until(Clock::now() + timeout, output, errors, result);
  if (!in_time) kill(pid, SIGKILL);
  result.code = wait_for(pid);
  if (!in_time)
    throw IoError(fmt::format("{} did not answer within {:g} s. Does it work by hand?", program, timeout_s));
  return result;
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
