#include "io/retry_note.hpp"

#include <optional>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/error.hpp"
#include "io/raw_file.hpp"
#include "io/small_file.hpp"

namespace trawl::io {
namespace {

std::string note_path(const std::string& result_path) {
  return result_path + ".retry";
}

std::optional<Status> status_named(std::string_view name) {
  for (std::size_t s = 0; s < std::size(status_names); ++s) {
    if (name == status_names[s]) return static_cast<Status>(s);
  }
  return std::nullopt;
}

std::optional<StatusSet> parse(std::string_view text) {
  if (!text.starts_with(retry_mark) || !text.ends_with('\n')) return std::nullopt;
  text = text.substr(retry_mark.size(), text.size() - retry_mark.size() - 1);
  StatusSet statuses;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    const std::optional<Status> status = status_named(name);
    if (!status) return std::nullopt;
    statuses[static_cast<std::size_t>(*status)] = true;
    text.remove_prefix(std::min(text.size(), name.size() + 1));
  }
  return statuses;
}

/// Nothing if the file is no note of ours.
std::optional<StatusSet> read(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  char text[256];
  const ssize_t size = ::read(fd, text, sizeof text);
  ::close(fd);
  return size < 0 ? std::nullopt : parse({text, static_cast<std::size_t>(size)});
}

}  // namespace

std::string statuses_text(StatusSet statuses) {
  std::string text;
  for (std::size_t s = 0; s < statuses.size(); ++s) {
    if (statuses[s]) text += (text.empty() ? "" : ",") + std::string(status_names[s]);
  }
  return text;
}

StatusSet read_retry_note(const std::string& result_path) {
  const std::string path = note_path(result_path);
  struct stat ignored {};
  if (::lstat(path.c_str(), &ignored) != 0) return {};
  if (const std::optional<StatusSet> statuses = read(path)) return *statuses;
  throw UsageError(fmt::format("{}: not written by trawl (a retry keeps its note there). Move it away", path));
}

void write_retry_note(const std::string& result_path, StatusSet statuses) {
  write_small_file(note_path(result_path), fmt::format("{}{}\n", retry_mark, statuses_text(statuses)),
                   {{FileKind::retry_note}});
}

void remove_retry_note(const std::string& result_path) {
  const std::string path = note_path(result_path);
  if (read(path)) ::unlink(path.c_str());
}

}  // namespace trawl::io
