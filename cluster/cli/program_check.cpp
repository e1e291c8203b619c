#include "cluster/cli/program_check.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <limits>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/build_id.hpp"
#include "cluster/cli/sweep_arguments.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/slurm/job_script.hpp"
#include "engine/error.hpp"
#include "io/done_sample.hpp"
#include "io/run_history.hpp"

namespace trawl::cluster {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_tasks = 32;
constexpr double budget_s = 10;

/// How long the first task may take, since it is waited for beyond the budget: it may have hung.
double patience_s(double longest_task_s) {
  return longest_task_s > 0 ? std::max(60.0, 10 * longest_task_s) : std::numeric_limits<double>::infinity();
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A result file that another program may have written.
struct Suspect {
  std::string path;
  std::string program;  ///< empty: not known
  double longest_task_s = 0;
};

/// The program of this process started anew, with nothing to read and nobody to hear it. Ends with this object.
class Child {
 public:
  explicit Child(std::vector<std::string> words) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    running_ = posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, argv.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (!running_) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  bool running() const { return running_; }

  /// Waits for its end, for `seconds` or until a stop; its wait status if it has ended by then.
  std::optional<int> wait(double seconds, const std::atomic<bool>* stop) {
    for (const auto start = Clock::now(); running_;) {
      int status = 0;
      const pid_t ended = waitpid(pid_, &status, WNOHANG);
      if (ended == pid_ || (ended < 0 && errno != EINTR)) running_ = false;
      if (ended == pid_) return status;
      if (seconds_since(start) > seconds || (stop != nullptr && *stop)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return std::nullopt;
  }

 private:
  pid_t pid_ = 0;
  bool running_ = false;
};

enum class Answer { equal, different, none };

/// What `trawl replay` said by the way it ended. A task that was computed before and faults now is different; one that
/// was killed, or for which there was no memory or no disk, says nothing.
Answer answer_of(int status) {
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL ? Answer::none : Answer::different;
  const int code = WEXITSTATUS(status);
  if (code == exit_complete) return Answer::equal;
  return code == exit_difference ? Answer::different : Answer::none;
}

std::string replay_words(const std::string& path, const Sweep& sweep, TaskIndex task) {
  const std::uint64_t replicates = sweep.design.replicates();
  return fmt::format("trawl replay {} --point {} --replicate {}", shell_word(path), task / replicates,
                     task % replicates);
}

/// Compares samples of files one after the other.
class Comparison {
 public:
  Comparison(const ProgramCheck& check, std::size_t files)
      : check_(check), tasks_per_file_(std::max<std::size_t>(1, most_tasks / files)) {}

  void add(const Suspect& suspect, std::span<const Study* const> studies) {
    const io::ResultReader file(suspect.path);
    const Sweep sweep = sweep_of_file(file, studies);
    const TaskIndex first = tasks_of_file(file, sweep).begin;
    bool needed = suspect.program.empty() || !compared_programs_.contains(suspect.program);
    for (const TaskIndex place : sample(file, sweep, first)) {
      const double left_s = budget_s - seconds_since(start_);
      if (stopped() || (left_s <= 0 && !needed)) break;
      const TaskIndex task = first + place;
      const Answer answer = compare(suspect, sweep, task, left_s, needed);
      if (answer == Answer::none) {
        if (needed) unanswered_ = suspect.path;
        if (seconds_since(start_) > budget_s) break;
        continue;
      }
      if (answer == Answer::different) refuse(suspect.path, sweep, task);
      ++compared_;
      needed = false;
      unanswered_.clear();
      compared_programs_.insert(suspect.program);
    }
    if (!unanswered_.empty() && !stopped())
      throw IoError(
          fmt::format("{}: written by another build of this program, and none of its tasks could be computed "
                      "again to compare them. Run it again, or give --accept-code to take them as they are",
                      suspect.path));
  }

  bool stopped() const { return check_.stop != nullptr && *check_.stop; }
  std::size_t compared() const { return compared_; }
  double seconds() const { return seconds_since(start_); }

 private:
  /// Tasks counted from the file's first one; the cheapest first, since it is computed however long it takes.
  std::vector<TaskIndex> sample(const io::ResultReader& file, const Sweep& sweep, TaskIndex first) const {
    std::vector<TaskIndex> tasks = io::sample_of_done(file, tasks_per_file_, sweep.design.seed());
    const auto cost = [&](TaskIndex place) {
      std::vector<double> row(sweep.design.parameter_count());
      sweep.design.points((first + place) / sweep.design.replicates(), 1, row.data());
      return sweep.study.cost(row);
    };
    const auto cheapest =
        std::min_element(tasks.begin(), tasks.end(), [&](TaskIndex a, TaskIndex b) { return cost(a) < cost(b); });
    if (cheapest != tasks.end()) std::rotate(tasks.begin(), cheapest, cheapest + 1);
    return tasks;
  }

  /// One that is needed is waited for when the time is over.
  Answer compare(const Suspect& suspect, const Sweep& sweep, TaskIndex task, double seconds, bool needed) const {
    const std::uint64_t replicates = sweep.design.replicates();
    Child child({"trawl", "replay", "--point", fmt::format("{}", task / replicates), "--replicate",
                 fmt::format("{}", task % replicates), "--", suspect.path});
    std::optional<int> status = child.wait(std::max(0.0, seconds), check_.stop);
    if (!status && needed && child.running() && !stopped()) {
      const double longest_s = suspect.longest_task_s;
      spdlog::info("{}: not known to be written by this build; computing a task of it again (the longest took {})",
                   suspect.path, longest_s > 0 ? seconds_text(longest_s) : "an unknown time");
      status = child.wait(patience_s(longest_s), check_.stop);
    }
    return status ? answer_of(*status) : Answer::none;
  }

  [[noreturn]] static void refuse(const std::string& path, const Sweep& sweep, TaskIndex task) {
    throw UsageError(fmt::format(
        "{}: another build of this program wrote it, and this one gives other results ({} shows one). Raise "
        "the study's version and write a new file, use the build that wrote this one, or give --accept-code "
        "to mix them",
        path, replay_words(path, sweep, task)));
  }

  const ProgramCheck& check_;
  const std::size_t tasks_per_file_;
  const Clock::time_point start_ = Clock::now();
  std::set<std::string> compared_programs_;
  std::string unanswered_;  // a file none of whose tasks could be computed so far
  std::size_t compared_ = 0;
};

std::vector<Suspect> suspects_among(const std::vector<std::string>& paths) {
  const std::string self = program_fingerprint();
  std::vector<Suspect> suspects;
  for (const std::string& path : paths) {
    const io::RunHistory history = io::read_run_history(path + ".run.jsonl");
    if (self.empty() || history.program != self) suspects.push_back({path, history.program, history.longest_task_s});
  }
  return suspects;
}

}  // namespace

void add_accept_code_option(boost::program_options::options_description& options) {
  options.add_options()("accept-code", flag_option(),
                        "continue a file that another build of this program wrote, without comparing what they give");
}

bool same_results(const ProgramCheck& check, std::span<const Study* const> studies) {
  const std::vector<Suspect> suspects = suspects_among(check.paths);
  if (suspects.empty()) return true;
  const std::string whose = suspects.size() == 1 ? suspects.front().path : fmt::format("{} files", suspects.size());
  if (check.accept) {
    spdlog::warn("{}: taken as written by this program, not compared (--accept-code)", whose);
    return true;
  }
  Comparison comparison(check, suspects.size());
  for (const Suspect& suspect : suspects) comparison.add(suspect, studies);
  if (comparison.stopped()) {
    spdlog::info("stopped while it was compared what this build gives; nothing was changed");
    return false;
  }
  if (comparison.compared() > 0)
    spdlog::info("{}: not known to be written by this build; {} of its tasks computed again in {}, all bits equal",
                 whose, comparison.compared(), seconds_text(comparison.seconds()));
  return true;
}

void sit_out(Transport& transport, double lease_s) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  spdlog::error(
      "rank {} on {} runs another build of this program than rank 0: it takes no part. Install one build on "
      "all nodes",
      transport.rank(), host);
  auto heard = Clock::now();
  while (seconds_since(heard) < 2 * lease_s) {
    Rank from = 0;
    Message message;
    if (transport.receive(from, message)) {
      heard = Clock::now();
      if (std::holds_alternative<Bye>(message)) return;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

}  // namespace trawl::cluster
