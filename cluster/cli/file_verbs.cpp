// trawl digest, export, report: reading a result file.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/terminal.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/cli/work_progress.hpp"
#include "cluster/signals.hpp"
#include "engine/error.hpp"
#include "io/export.hpp"
#include "io/output_file.hpp"
#include "io/result_reader.hpp"

namespace trawl::cluster {
namespace {

constexpr const char* any_time = " The file may be read while a run writes it.";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Writes to a copy of the descriptor, to the last byte.
template <class Write>
void write_through(const io::RawFile& file, const Write& write) {
  const std::unique_ptr<std::FILE, CloseFile> out(fdopen(dup(file.fd()), "w"));
  if (!out) io::fail_io(file.path(), "write", errno);
  write(out.get());
  if (std::fflush(out.get()) != 0 || std::ferror(out.get()) != 0) io::fail_io(file.path(), "write", errno);
}

/// Writes to `path`, whole or not at all; to stdout if it is "-", and to a stream of that name at once.
template <class Write>
void write_to(const std::string& path, const std::string& input, const Write& write) {
  const std::string stream_path = path == "-" ? "/dev/stdout" : path;
  if (const io::RawFile stream = io::open_stream(stream_path); stream.is_open()) {
    if (io::is_same_file(fmt::format("/proc/self/fd/{}", stream.fd()), input))
      throw UsageError(fmt::format("{}: is written to by this export, which reads it. Write elsewhere", input));
    return write_through(stream, write);
  }
  io::NewFile file(path, {{io::FileKind::table}, {input}});
  write_through(file.file(), write);
  file.commit();
}

}  // namespace

int digest_verb(const Invocation& invocation) {
  const Syntax syntax("FILE", "Prints the SHA-256 of a result file, as sha256sum does, and of each dataset in it.");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string& path = arguments.positional();
  const io::ResultReader file(path);
  print("{}  {}\n", io::file_digest(path), path);
  for (const io::Digest& digest : io::dataset_digests(file)) {
    print("{}  {}:/{}\n", digest.sha256, path, digest.name);
  }
  return exit_complete;
}

int export_verb(const Invocation& invocation) {
  Syntax syntax("FILE", std::string("Writes the results as text, one row for each task.") + any_time);
  syntax.options.add_options()                                                                 //
      ("format", text_option("csv|jsonl"), "comma-separated values, or a JSON object a line")  //
      ("output,o", text_option("PATH"), "where to; - or nothing is stdout");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const std::string format = arguments.text("format").value_or("csv");
  if (format != "csv" && format != "jsonl") {
    throw UsageError(fmt::format("export: unknown format {}. Choose csv or jsonl", format));
  }
  const std::string output = arguments.text("output").value_or("-");
  if (output.empty()) throw UsageError("export: --output is empty. Give a file's name, or - for stdout");
  if (output == "-") handle_signals(OnStop::end);  // as any program in a pipeline
  const io::ResultReader file(arguments.positional());
  WorkProgress work(output == "-" ? "stdout" : output, "Nothing was written. Run it again", output == "-");
  const io::OnBlock on_block = work.callback();
  write_to(output, arguments.positional(), [&](std::FILE* out) {
    format == "csv" ? io::export_csv(file, out, on_block) : io::export_jsonl(file, out, on_block);
  });
  return exit_complete;
}

int report_verb(const Invocation& invocation) {
  const Syntax syntax("FILE", std::string("Prints a short table of the results.") + any_time);
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  print_text(
      io::report_table(io::ResultReader(arguments.positional()), terminal_columns(STDOUT_FILENO).value_or(SIZE_MAX)));
  return exit_complete;
}

}  // namespace trawl::cluster
