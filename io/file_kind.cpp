#include "io/file_kind.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "engine/error.hpp"
#include "engine/task.hpp"
#include "io/hdf5_read.hpp"
#include "io/layout.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::size_t head_size = std::size_t{1} << 16;
constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

bool is_status(std::string_view word) {
  return std::find(std::begin(status_names), std::end(status_names), word) != std::end(status_names);
}

bool is_count(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

/// Fields of one line as RFC 4180 has them, without their quotes; a quoted line break ends the line here.
std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) fields.emplace_back();
    else fields.back() += c;
  }
  return fields;
}

/// A header with "replicate" and "status" side by side and, if there is a row, a number and a status in it.
bool is_csv_export(std::string_view head) {
  const std::vector<std::string> header = csv_fields(take_line(head));
  const auto status = std::find(header.begin(), header.end(), "status");
  if (status == header.end() || status == header.begin() || *std::prev(status) != "replicate") return false;
  if (head.empty()) return true;
  const std::vector<std::string> row = csv_fields(take_line(head));
  const auto at = static_cast<std::size_t>(status - header.begin());
  return row.size() > at && is_count(row[at - 1]) && is_status(row[at]);
}

/// The row may be longer than the head, so it is not parsed.
bool is_json_export(std::string_view head) {
  constexpr std::string_view replicate = "\"replicate\":", status = ",\"status\":\"";
  const std::string_view line = take_line(head);
  const std::size_t from = line.find(replicate), to = line.find(status);
  if (!line.starts_with("{\"") || from == std::string_view::npos || to == std::string_view::npos) return false;
  const std::size_t number = from + replicate.size(), word = to + status.size();
  return number < to && is_count(line.substr(number, to - number)) &&
         is_status(line.substr(word, line.find('"', word) - word));
}

bool is_run_log(std::string_view head) {
  const auto event = nlohmann::json::parse(take_line(head), nullptr, false);
  return event.is_object() && event.contains("event") && event["event"].is_string();
}

bool is_job_note(std::string_view head) {
  const auto note = nlohmann::json::parse(head, nullptr, false);
  return note.is_object() && note.contains("job_id") && note.contains("shards") && note.contains("log");
}

FileKind kind_of_text(std::string_view head) {
  if (is_csv_export(head) || is_json_export(head)) return FileKind::table;
  if (is_run_log(head)) return FileKind::run_log;
  if (is_job_note(head)) return FileKind::job_note;
  if (head.starts_with(retry_mark)) return FileKind::retry_note;
  std::string_view rest = head;
  const std::string_view first = take_line(rest), second = take_line(rest);
  const bool is_first = first.find(trawl_mark) != std::string_view::npos;
  if (first.starts_with("#!/bin/bash") && second.starts_with("# ") && second.find(trawl_mark) == 2)
    return FileKind::job_script;
  if (is_first && first.starts_with("# ")) return FileKind::job_sweep;
  if (is_first && first.starts_with("<!-- ")) return FileKind::picture;
  return FileKind::other;
}

FileKind kind_of_hdf5(const std::string& path) {
  try {
    const FileLayout layout = read_layout(path);
    if (layout.attributes.contains("layout_version") && layout.find(status_name)) return FileKind::result;
    if (layout.attributes.contains("series") && layout.find("wall_time")) return FileKind::scaling;
  } catch (const std::exception&) {  // damaged, or not as we write them
  }
  return FileKind::hdf5;
}

std::string head_of(const std::string& path) {
  const RawFile file(path, O_RDONLY | O_NONBLOCK);
  std::string head(std::min<std::uint64_t>(head_size, file.size()), '\0');
  file.read(head.data(), head.size(), 0);
  return head;
}

}  // namespace

FileKind kind_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return FileKind::absent;
    fail_io(path, "find out what it is", errno, Access::read);
  }
  if (S_ISDIR(status.st_mode)) return FileKind::directory;
  if (!S_ISREG(status.st_mode)) return FileKind::device;
  if (status.st_size == 0) return FileKind::empty;
  try {
    const std::string head = head_of(path);
    return head.starts_with(hdf5_signature) ? kind_of_hdf5(path) : kind_of_text(head);
  } catch (const IoError&) {
    return FileKind::other;  // what cannot be read is not known to be ours
  }
}

const char* kind_text(FileKind kind) {
  switch (kind) {
    case FileKind::absent:
      return "not there";
    case FileKind::empty:
      return "an empty file";
    case FileKind::result:
      return "a result file";
    case FileKind::scaling:
      return "the times of a scaling series";
    case FileKind::hdf5:
      return "an HDF5 file of something else, or damaged";
    case FileKind::table:
      return "an exported table";
    case FileKind::picture:
      return "the picture of a scaling series";
    case FileKind::job_script:
      return "a job's script";
    case FileKind::job_sweep:
      return "a job's sweep";
    case FileKind::retry_note:
      return "the note of a retry";
    case FileKind::job_note:
      return "a job's note";
    case FileKind::run_log:
      return "a run log";
    case FileKind::directory:
      return "a directory";
    case FileKind::device:
      return "a device or a pipe";
    default:
      return "not a file that trawl wrote";
  }
}

}  // namespace trawl::io
