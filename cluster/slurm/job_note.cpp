#include "cluster/slurm/job_note.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/error.hpp"
#include "io/small_file.hpp"

namespace trawl::cluster {
namespace {

constexpr std::uint64_t most_shards = 1'000'000;

const io::OutputRule note_rule{{io::FileKind::job_note}};

std::string note_path(const std::string& output) {
  return output + ".job.json";
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void check_job_note(const std::string& output) {
  io::check_output(note_path(output), note_rule);
}

void write_job_note(const std::string& output, const JobNote& note) {
  const nlohmann::ordered_json document = {
      {"schema", 1}, {"job_id", note.job_id}, {"shards", note.shards}, {"log", note.log}};
  const std::string text = document.dump(2) + "\n";
  io::write_small_file(note_path(output), text, note_rule);
}

std::optional<JobNote> read_job_note(const std::string& output) {
  const std::string path = note_path(output);
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return std::nullopt;
  try {
    const auto document = nlohmann::json::parse(io::read_small_file(path, "job's note"));
    const JobNote note{document.at("job_id"), document.at("shards"), document.at("log")};
    if (is_number(note.job_id) && note.shards >= 1 && note.shards <= most_shards) return note;
  } catch (const nlohmann::json::exception&) {
  }
  throw UsageError(
      fmt::format("{}: is not the note of a job (damaged, or written by another program). Move it away", path));
}

}  // namespace trawl::cluster
