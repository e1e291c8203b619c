#include "io/failure_log.hpp"

#include <nlohmann/json.hpp>

#include "io/log_lines.hpp"

namespace trawl::io {
namespace {

using Json = nlohmann::json;

/// The text of a field, cut between characters; empty if there is none.
std::string text_of(const Json& line, const char* field) {
  constexpr std::size_t longest = 2000;
  const auto found = line.find(field);
  if (found == line.end() || !found->is_string()) return {};
  std::string text = found->get<std::string>();
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

/// The host of all tasks of a run that has one rank.
std::string only_host_of(const Json& start) {
  const auto ranks = start.find("ranks");
  return ranks != start.end() && *ranks == 1 ? text_of(start, "host") : std::string();
}

void add(const Json& line, const std::string& host, FailureNote& note) {
  note.status = text_of(line, "status");
  note.message = text_of(line, "message");
  note.host = text_of(line, "host");
  if (note.host.empty()) note.host = host;
  note.time = text_of(line, "time");
  ++note.times;
}

}  // namespace

void read_failure_notes(const std::string& log_path, std::unordered_map<TaskIndex, FailureNote>& notes) {
  std::string host;
  for_each_log_line(log_path, [&](const std::string& text) {
    const Json line = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!line.is_object()) return;
    const std::string event = text_of(line, "event");
    if (event == "start") host = only_host_of(line);
    if (event != "failure") return;
    const auto task = line.find("task");
    if (task == line.end() || !task->is_number_unsigned()) return;
    const auto note = notes.find(task->get<TaskIndex>());
    if (note != notes.end()) add(line, host, note->second);
  });
}

}  // namespace trawl::io
