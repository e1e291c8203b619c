// trawl failures: the tasks of a result file that failed.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/failure_counts.hpp"
#include "cluster/cli/failure_text.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/slurm/job_script.hpp"
#include "engine/error.hpp"
#include "io/failure_log.hpp"
#include "io/key_places.hpp"
#include "io/layout.hpp"
#include "io/shard_file.hpp"
#include "io/task_table.hpp"

namespace trawl::cluster {
namespace {

constexpr std::uint64_t all = UINT64_MAX;
constexpr std::int64_t most_for_people = 100;

/// Tasks whose messages are looked up together, in one reading of the logs.
constexpr std::size_t batch_size = std::size_t{1} << 15;

/// The number of the file's first task in its sweep; more than 0 in shards.
TaskIndex first_task_of(const io::ResultReader& file) {
  if (!file.shard()) return 0;
  const double point = file.values(io::point_name, 0, 1).front();
  return point > 0 ? static_cast<TaskIndex>(point) * file.replicates() : 0;
}

/// Logs that may tell of the file's tasks, the most telling one last: a merged file's failures are in its shards' logs.
std::vector<std::string> logs_of(const io::ResultReader& file) {
  std::vector<std::string> paths;
  if (!file.shard()) paths = io::find_shards(file.path());
  paths.push_back(file.path());
  for (std::string& path : paths) path += ".run.jsonl";
  return paths;
}

/// Where the list goes: text for people, or elements of a JSON array.
class FailureList {
 public:
  FailureList(const io::ResultReader& file, bool json, std::uint64_t limit)
      : file_(file),
        first_(first_task_of(file)),
        logs_(logs_of(file)),
        parameters_(io::parameter_columns(file)),
        json_(json),
        limit_(limit) {}

  /// Prints all, a batch at a time.
  void print() {
    file_.scan([&](TaskRange run, Status status) {
      if (!is_failure(status)) return;
      for (TaskIndex place = run.begin; place < run.end && listed_ < limit_; ++place, ++listed_) {
        batch_.push_back({place, status});
        if (batch_.size() == batch_size) print_batch();
      }
    });
    print_batch();
  }

  std::uint64_t listed() const { return listed_; }

 private:
  void print_batch() {
    std::unordered_map<TaskIndex, io::FailureNote> notes;
    for (const auto& [place, status] : batch_) notes[first_ + place];
    for (const std::string& log : logs_) io::read_failure_notes(log, notes);
    for (const auto& [place, status] : batch_) {
      io::FailureNote& note = notes[first_ + place];
      if (note.status != status_names[static_cast<std::size_t>(status)]) note = {};  // of an earlier failure
      if (json_) print_json_of(place, status, note);
      else print_text_of(place, status, note);
    }
    batch_.clear();
  }

  std::string replay_line(TaskIndex task) const {
    return fmt::format("trawl replay {} --point {} --replicate {}", shell_word(file_.path()), task / file_.replicates(),
                       task % file_.replicates());
  }

  void print_text_of(TaskIndex place, Status status, const io::FailureNote& note) {
    const TaskIndex task = first_ + place;
    std::string text = fmt::format("task {} (point {}, replicate {}) {}", task, task / file_.replicates(),
                                   task % file_.replicates(), status_names[static_cast<std::size_t>(status)]);
    if (!note.message.empty()) text += ": " + io::one_line(note.message);
    std::vector<std::string> values;
    for (io::PagedColumn& column : parameters_) {
      if (column.variable().dimensions.empty()) continue;  // the same for all
      values.push_back(fmt::format("{} = {}", io::one_line(column.variable().name), value_text(column, place)));
    }
    if (!values.empty()) text += fmt::format("\n    {}", fmt::join(values, ", "));
    std::vector<std::string> circumstances;
    if (!note.host.empty()) circumstances.push_back("on " + io::one_line(note.host));
    if (!note.time.empty()) circumstances.push_back("at " + io::one_line(note.time));
    if (note.times > 1) circumstances.push_back(fmt::format("attempt {}", note.times));
    if (!circumstances.empty()) text += fmt::format("\n    {}", fmt::join(circumstances, ", "));
    print_text(fmt::format("{}\n    {}\n", text, replay_line(task)));
  }

  void print_json_of(TaskIndex place, Status status, const io::FailureNote& note) {
    const TaskIndex task = first_ + place;
    Json entry = {{"task", task},
                  {"point", task / file_.replicates()},
                  {"replicate", task % file_.replicates()},
                  {"status", status_names[static_cast<std::size_t>(status)]}};
    entry["parameters"] = Json::object();
    for (io::PagedColumn& column : parameters_) entry["parameters"][column.variable().name] = value_json(column, place);
    const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
    entry["message"] = text(note.message);
    entry["host"] = text(note.host);
    entry["time"] = text(note.time);
    entry["attempts"] = note.times > 0 ? Json(note.times) : Json();
    entry["replay"] = replay_line(task);
    print_text(fmt::format("{}\n    {}", std::exchange(any_, true) ? "," : "",
                           entry.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }

  const io::ResultReader& file_;
  const TaskIndex first_;
  const std::vector<std::string> logs_;
  std::vector<io::PagedColumn> parameters_;
  const bool json_;
  const std::uint64_t limit_;
  std::vector<std::pair<TaskIndex, Status>> batch_;
  std::uint64_t listed_ = 0;
  bool any_ = false;
};

void print_list(const io::ResultReader& file, bool json, std::uint64_t limit) {
  const StatusCounts counts = file.status_counts();
  FailureList list(file, json, limit);
  if (json) {
    std::string head = head_json(file, counts).dump(2, ' ', false, Json::error_handler_t::replace);
    head.resize(head.rfind('\n'));
    print_text(fmt::format("{},\n  \"failures\": [", head));
    list.print();
  } else {
    print_text(fmt::format("{}\n", head_text(file, counts)));
    list.print();
  }
  const std::uint64_t failed = failures_in(counts), more = failed - std::min(failed, list.listed());
  if (json) print_text(fmt::format("\n  ],\n  \"left_out\": {}\n}}\n", more));
  else if (more > 0)
    print_text(fmt::format("... and {} more (--limit 0 lists all, --by AXIS counts them)\n", count_text(more)));
}

}  // namespace

int failures_verb(const Invocation& invocation) {
  Syntax syntax(
      "FILE",
      "Lists the tasks that failed: parameters, kind, message, host, and the command that computes the task "
      "again. Messages come from FILE.run.jsonl, if it is there. The file may be read while a run writes it.");
  syntax.options.add_options()                                                                   //
      ("by", text_option("AXIS"), "count them instead, for each value of an axis or parameter")  //
      ("json", flag_option(), "as JSON")                                                         //
      ("limit", count_option("N", -1), "list at most N; 0: all; default: 100, with --json all");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const bool json = arguments.flag("json");
  std::int64_t limit = arguments.count("limit", -1);
  if (limit < 0) limit = json ? 0 : most_for_people;
  const std::uint64_t most = limit == 0 ? all : static_cast<std::uint64_t>(limit);
  const io::ResultReader file(arguments.positional());
  if (const auto axis = arguments.text("by")) print_failure_counts(file, *axis, json, most);
  else print_list(file, json, most);
  return exit_complete;
}

}  // namespace trawl::cluster
