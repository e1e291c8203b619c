#include "io/run_history.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "io/log_lines.hpp"

namespace trawl::io {
namespace {

/// Seconds since 1970 of "2026-01-31T12:00:00.000Z".
std::time_t seconds_of(const std::string& time) {
  std::tm fields{};
  return strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &fields) == nullptr ? 0 : timegm(&fields);
}

void add(const nlohmann::json& event, RunHistory& history) {
  const std::string kind = event.at("event");
  if (kind == "start") {
    history.program = event.value("program", "");
    history.last = {.started = seconds_of(event.at("time")),
                    .done_before = event.value("done_before", std::uint64_t{0}),
                    .ranks = event.value("ranks", 1)};
  } else if (kind == "merge") {
    history.program = event.value("program", "");
  } else if (kind == "progress" && history.last && event.at("remaining_s").is_number()) {
    history.last->remaining_s = event.at("remaining_s");
    history.last->said = seconds_of(event.at("time"));
  } else if (kind == "end") {
    if (history.last) history.last->ended = true;
    history.longest_task_s = std::max(history.longest_task_s, event.value("longest_task_s", 0.0));
  }
}

}  // namespace

RunHistory read_run_history(const std::string& log_path) {
  RunHistory history;
  for_each_log_line(log_path, [&](const std::string& line) {
    if (line.find("\"event\":\"failure\"") != std::string::npos) return;  // these many lines are not worth parsing
    try {
      add(nlohmann::json::parse(line), history);
    } catch (const nlohmann::json::exception&) {
    }
  });
  return history;
}

}  // namespace trawl::io
