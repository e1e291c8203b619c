#include "cluster/cli/retry.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/text.hpp"
#include "cluster/slurm/job_script.hpp"
#include "engine/error.hpp"
#include "engine/inflight.hpp"
#include "engine/spelling.hpp"
#include "io/retry_note.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* all_failures = "failed";

io::StatusSet statuses_named(const std::string& name) {
  if (name == all_failures) return io::failures();
  io::StatusSet set;
  std::vector<std::string> names = {all_failures};
  for (std::size_t s = 0; s < set.size(); ++s) {
    if (!is_failure(static_cast<Status>(s))) continue;
    set[s] = name == status_names[s];
    names.emplace_back(status_names[s]);
  }
  if (set.none())
    throw UsageError(fmt::format("--retry: \"{}\" is no kind of failure. {}", name, suggestion(name, names)));
  return set;
}

/// All words but --retry and its value.
std::vector<std::string> words_without_retry(const std::vector<std::string>& words) {
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--retry") ++i;
    else if (!words[i].starts_with("--retry=")) rest.push_back(words[i]);
  }
  return rest;
}

}  // namespace

void add_retry_option(boost::program_options::options_description& options) {
  options.add_options()("retry", repeated_option("KIND"),
                        "compute tasks again that failed: failed (all of them), threw, timed_out, crashed or "
                        "non_finite; several with commas or by repeating it");
}

io::StatusSet retry_asked_for(const Arguments& arguments) {
  io::StatusSet set;
  for (const std::string& text : arguments.texts("retry")) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      set |= statuses_named(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return set;
}

std::uint64_t count_of(const StatusCounts& counts, io::StatusSet statuses) {
  std::uint64_t count = 0;
  for (std::size_t s = 0; s < statuses.size(); ++s) count += statuses[s] ? counts[s] : 0;
  return count;
}

Retry::Retry(const std::string& path, io::ResultFile& file, io::StatusSet asked)
    : path_(path), file_(file), asked_(asked) {
  if (file.created()) io::remove_retry_note(path);  // it was about a file that is gone
  if (asked.any()) under_way_ = io::read_retry_note(path);
}

std::uint64_t Retry::tasks() const {
  return count_of(file_.state().status_counts, asked_ & ~under_way_);
}

void Retry::begin(const std::string& inflight_path) {
  const io::StatusSet fresh = asked_ & ~under_way_;
  if (fresh != asked_)
    spdlog::info("continuing to try {} tasks again; what has failed again meanwhile stays",
                 io::statuses_text(under_way_));
  if (const std::uint64_t count = tasks(); count > 0) {
    spdlog::info("trying {} failed task{} again ({})", count_text(count), count == 1 ? "" : "s",
                 io::statuses_text(fresh));
    io::StatusSet crashed;
    crashed.set(static_cast<std::size_t>(Status::crashed));
    // First: a task that is pending with its crashes remembered would be given up at once.
    if (count_of(file_.state().status_counts, fresh & crashed) > 0) forget_faults(inflight_path);
    file_.reset(fresh);
  }
  if (fresh.any() && !file_.state().pending.empty()) io::write_retry_note(path_, fresh | under_way_);
}

std::string retry_command(const Invocation& invocation) {
  std::string command = shell_word(invocation.argv ? invocation.argv[0] : "trawl") + " " + invocation.verb;
  for (const std::string& word : words_without_retry(invocation.words)) command += " " + shell_word(word);
  const bool fits_a_line =
      command.size() < 2000 && std::none_of(command.begin(), command.end(), [](unsigned char c) { return c < 0x20; });
  return fmt::format("{} --retry {}", fits_a_line ? command : "the same command with", all_failures);
}

}  // namespace trawl::cluster
