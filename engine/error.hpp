// The three kinds of error, never mixed: a bug of ours, the user's or the machine's, and one task's.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace trawl {

/// A bad sweep, option or argument: exit code 2. The text is "where: problem (why). What to do?".
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A mistake in a sweep. `key` is the path of the sweep's key it is about ("axes.samples", "fixed.tau0",
/// "points[3].sigma"), so that whoever knows the key's place in a file or on the command line can name it.
class SweepError : public UsageError {
 public:
  SweepError(std::string key_path, const std::string& problem) : UsageError(problem), key(std::move(key_path)) {}
  std::string key;
};

/// A mistake in the code of a study, for its author: exit code 2. The text begins with "study NAME: ".
class StudyError : public UsageError {
 public:
  using UsageError::UsageError;
};

/// The machine or its file system refused: exit code 74.
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Another process is writing the file: exit code 73.
class BusyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Exit codes of every verb.
enum ExitCode : int {
  exit_complete = 0,
  exit_bug = 1,
  exit_difference = 1,  ///< of replay, as of diff and cmp
  exit_usage = 2,
  exit_failed_points = 3,
  exit_busy = 73,
  exit_io = 74,
  exit_stopped_early = 75,
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace trawl

/// A condition that only a bug of ours can break; throws std::logic_error naming it.
#define TRAWL_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::trawl::check_failed(#condition, __FILE__, __LINE__))
