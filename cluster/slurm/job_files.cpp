#include "cluster/slurm/job_files.hpp"

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/small_file.hpp"

namespace trawl::cluster {
namespace {

io::OutputRule sweep_rule(const std::vector<std::string>& inputs) {
  return {{io::FileKind::job_sweep}, inputs};
}

io::OutputRule script_rule(const std::vector<std::string>& inputs) {
  return {{io::FileKind::job_script}, inputs};
}

void check_log(const std::string& path, bool has_script, const std::vector<std::string>& inputs) {
  io::check_place(path);
  for (const std::string& input : inputs) {
    if (io::is_same_file(path, input))
      throw UsageError(
          fmt::format("{}: is the same file as {}, which is read. Give the output another name", path, input));
  }
  const io::FileKind kind = io::kind_of(path);
  if (kind == io::FileKind::absent || kind == io::FileKind::empty || has_script) return;
  throw UsageError(
      fmt::format("{}: is there, and not an earlier job's log (which has a script beside it). Give the output "
                  "another name, or move that file away",
                  path));
}

}  // namespace

std::string job_sweep_text(const std::string& canonical) {
  return fmt::format("# {} for a job.\n{}", io::trawl_mark, canonical);
}

void check_job_files(const JobFiles& files, const std::vector<std::string>& inputs) {
  io::check_small_file(files.sweep_path, files.sweep_text, sweep_rule(inputs));
  io::check_small_file(files.script_path, files.script_text, script_rule(inputs));
  const bool has_script = io::kind_of(files.script_path) == io::FileKind::job_script;
  for (const std::string& log : files.logs) check_log(log, has_script, inputs);
}

void write_job_files(const JobFiles& files, const std::vector<std::string>& inputs) {
  check_job_files(files, inputs);
  io::write_small_file(files.sweep_path, files.sweep_text, sweep_rule(inputs));
  io::write_small_file(files.script_path, files.script_text, script_rule(inputs), 0755);
}

}  // namespace trawl::cluster
