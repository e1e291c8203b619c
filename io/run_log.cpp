#include "io/run_log.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "engine/task_text.hpp"
#include "io/output_file.hpp"

namespace trawl::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t most_failures = 100000;  ///< of one run; more say nothing new

constexpr double progress_interval_s = 60;

/// ISO 8601 in UTC with milliseconds.
std::string now() {
  const auto time = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto ms = time.time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

/// One write(2) a line: lines of two processes do not mix. False if it cannot be written, which leaves it out.
bool append(int fd, const char* event, const Json& fields) {
  Json line = {{"time", now()}, {"event", event}};
  line.update(fields);
  const std::string text = line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

Json ranks_of(const RunSummary& summary) {
  Json ranks = Json::array();
  for (const auto& [rank, seconds] : summary.ranks) {
    const double thread_s = seconds.threads * (summary.elapsed_s - seconds.joined_s);
    ranks.push_back({{"rank", rank},
                     {"threads", seconds.threads},
                     {"joined_s", seconds.joined_s},
                     {"busy_s", seconds.busy_s},
                     {"idle_s", std::max(0.0, thread_s - seconds.busy_s)},
                     {"communication_s", seconds.communication_s},
                     {"io_s", seconds.io_s}});
  }
  return ranks;
}

Json json_value(const Parameter& parameter, double value) {
  switch (parameter.kind) {
    case Kind::real:
      return value;
    case Kind::integer:
      return static_cast<std::int64_t>(value);
    case Kind::flag:
      return value != 0;
    case Kind::choice:
      break;
  }
  return value_text(parameter, value);
}

/// The swept parameters at a point, by name.
Json parameters_of(const Sweep& sweep, PointIndex point) {
  const std::vector<Parameter>& parameters = sweep.study.declaration().parameters;
  Json values = Json::object();
  for (const auto& [parameter, value] : swept_values(sweep, point)) {
    values[parameters[parameter].name] = json_value(parameters[parameter], value);
  }
  return values;
}

}  // namespace

RunLog::RunLog(const std::string& path, const Sweep& sweep) : sweep_(sweep) {
  try {
    check_output(path, {{FileKind::run_log}});
    fd_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) problem_ = fmt::format("{}: cannot write ({})", path, std::strerror(errno));
  } catch (const std::runtime_error& error) {
    problem_ = error.what();
  }
}

RunLog::~RunLog() {
  if (fd_ >= 0) ::close(fd_);
}

void RunLog::start(const std::string& command, const std::string& program, int ranks, int threads,
                   std::uint64_t done_before) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  Json fields = {{"command", command}, {"trawl_version", TRAWL_VERSION},
                 {"program", program}, {"host", host},
                 {"pid", ::getpid()},  {"ranks", ranks},
                 {"threads", threads}, {"done_before", done_before}};
  if (const char* job = std::getenv("SLURM_JOB_ID")) fields["slurm_job_id"] = job;
  append(fd_, "start", fields);
}

void RunLog::merge(const std::string& command, const std::string& program) {
  append(fd_, "merge", {{"command", command}, {"trawl_version", TRAWL_VERSION}, {"program", program}});
}

void RunLog::end(const RunSummary& summary, int exit_code) {
  Json counts;
  for (std::size_t s = 0; s < summary.status_counts.size(); ++s) counts[status_names[s]] = summary.status_counts[s];
  Json fields = {{"exit_code", exit_code},
                 {"stopped_early", summary.stopped_early},
                 {"elapsed_s", summary.elapsed_s},
                 {"computed", summary.computed},
                 {"excluded", summary.excluded},
                 {"busy_s", summary.busy_s},
                 {"longest_task_s", summary.longest_task_s},
                 {"ranks", ranks_of(summary)},
                 {"workers_lost", summary.workers_lost},
                 {"tasks", counts}};
  if (failures_ > most_failures) fields["failures_left_out"] = failures_ - most_failures;
  append(fd_, "end", fields);
}

void RunLog::on_progress(const Progress& progress) {
  if (progress.elapsed_s < next_progress_s_) return;
  next_progress_s_ = progress.elapsed_s + progress_interval_s;
  append(fd_, "progress",
         {{"done", progress.done}, {"failed", progress.failed}, {"remaining_s", progress.remaining_s}});
}

void RunLog::on_worker(Rank rank, const Hello& hello) {
  append(fd_, "worker", {{"rank", rank}, {"host", hello.host}, {"pid", hello.pid}, {"threads", hello.threads}});
}

void RunLog::on_worker_lost(Rank rank, const std::string& why) {
  append(fd_, "worker_lost", {{"rank", rank}, {"why", why}});
}

void RunLog::on_failure(const Failure& failure) {
  if (++failures_ > most_failures) return;
  const PointIndex point = failure.task / sweep_.design.replicates();
  const bool is_written = append(fd_, "failure",
                                 {{"task", failure.task},
                                  {"point", point},
                                  {"replicate", failure.task % sweep_.design.replicates()},
                                  {"parameters", parameters_of(sweep_, point)},
                                  {"status", status_names[static_cast<std::size_t>(failure.status)]},
                                  {"message", failure.message}});
  if (!is_written && problem_.empty()) problem_ = fmt::format("cannot write to the run log ({})", std::strerror(errno));
}

}  // namespace trawl::io
