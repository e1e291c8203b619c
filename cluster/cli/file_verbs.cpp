// trawl status, digest, export, report: reading a result file.
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/text.hpp"
#include "cluster/cli/verbs.hpp"
#include "engine/error.hpp"
#include "io/export.hpp"
#include "io/result_reader.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* any_time = " The file may be read while a run writes it.";

Json status_json(const std::string& path, const io::ResultReader& file) {
  const auto counts = file.status_counts();
  Json document = json_document();
  document["file"] = path;
  document["study"] = file.study();
  document["study_version"] = file.study_version();
  document["trawl_version"] = file.trawl_version();
  document["complete"] = counts[0] == 0;
  document["tasks"] = file.task_count();
  document["replicates"] = file.replicates();
  for (std::size_t s = 0; s < counts.size(); ++s) document["status"][status_names[s]] = counts[s];
  document["sweep"] = file.sweep_text();
  return document;
}

void print_status(const std::string& path, const io::ResultReader& file) {
  const auto counts = file.status_counts();
  fmt::print("{}: {} (version {}), {} tasks, {}\n", path, file.study(), file.study_version(),
             count_text(file.task_count()), counts[0] == 0 ? "complete" : "not complete");
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) fmt::print("  {:<12}{}\n", status_names[s], count_text(counts[s]));
  }
  fmt::print("\n{}", file.sweep_text());
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Writes to `path`, or to stdout if there is none.
template <class Write>
void write_to(const std::optional<std::string>& path, Write write) {
  if (!path) return write(stdout);
  const auto fail = [&] { throw IoError(fmt::format("{}: cannot write ({})", *path, std::strerror(errno))); };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path->c_str(), "we"));
  if (!file) fail();
  write(file.get());
  if (std::fflush(file.get()) != 0 || std::ferror(file.get()) != 0) fail();
}

}  // namespace

int status_verb(const Invocation& invocation) {
  Syntax syntax("FILE", std::string("Says how many tasks of a result file are done, and of which sweep.") + any_time);
  syntax.options.add_options()("json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& path = arguments.positional();
  const io::ResultReader file(path);
  if (arguments.flag("json")) print_json(status_json(path, file));
  else print_status(path, file);
  return exit_complete;
}

int digest_verb(const Invocation& invocation) {
  const Syntax syntax("FILE", "Prints the SHA-256 of a result file, as sha256sum does, and of each dataset in it.");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& path = arguments.positional();
  const io::ResultReader file(path);
  fmt::print("{}  {}\n", io::file_digest(path), path);
  for (const io::Digest& digest : io::dataset_digests(file)) {
    fmt::print("{}  {}:/{}\n", digest.sha256, path, digest.name);
  }
  return exit_complete;
}

int export_verb(const Invocation& invocation) {
  Syntax syntax("FILE", std::string("Writes the results as text, one row for each task.") + any_time);
  syntax.options.add_options()                                                                 //
      ("format", text_option("csv|jsonl"), "comma-separated values, or a JSON object a line")  //
      ("output,o", text_option("PATH"), "where to; stdout if not given");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string format = arguments.text("format").value_or("csv");
  if (format != "csv" && format != "jsonl") {
    throw UsageError(fmt::format("export: unknown format {}. Choose csv or jsonl", format));
  }
  const io::ResultReader file(arguments.positional());
  write_to(arguments.text("output"),
           [&](std::FILE* out) { format == "csv" ? io::export_csv(file, out) : io::export_jsonl(file, out); });
  return exit_complete;
}

int report_verb(const Invocation& invocation) {
  const Syntax syntax("FILE", std::string("Prints a short table of the results.") + any_time);
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  fmt::print("{}", io::report_table(io::ResultReader(arguments.positional())));
  return exit_complete;
}

}  // namespace trawl::cluster
