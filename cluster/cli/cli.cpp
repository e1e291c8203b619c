#include "cluster/cli/cli.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/terminal.hpp"
#include "cluster/cli/verbs.hpp"
#include "cluster/leave.hpp"
#include "cluster/signals.hpp"
#include "engine/check_study.hpp"
#include "engine/error.hpp"
#include "engine/plain_text.hpp"
#include "engine/shortage.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"

namespace trawl::cluster {
namespace {

struct Verb {
  const char* name;
  const char* arguments;
  const char* summary;
  int (*run)(const Invocation&);
  OnStop on_stop = OnStop::end;
};

int help_verb(const Invocation& invocation);
int version_verb(const Invocation& invocation);

constexpr Verb verbs[] = {
    {"list", "", "the studies there are", list_verb},
    {"describe", "STUDY", "parameters, outputs and mathematics of a study", describe_verb},
    {"plan", "SWEEP", "points, bytes, memory and time of a sweep; times a sample of its points", plan_verb},
    {"run", "SWEEP", "run a sweep, or continue it", run_verb, OnStop::finish},
    {"merge", "FILE SHARD...", "join the shards of a sweep into one file", merge_verb, OnStop::finish},
    {"submit", "SWEEP", "run a sweep as a job of SLURM", submit_verb, OnStop::end_programs},
    {"status", "FILE", "how far a result file and its job are", status_verb},
    {"cancel", "FILE", "cancel the job that computes a result file", cancel_verb},
    {"scale", "SWEEP", "run a sweep on more and more nodes: how many are worth it", scale_verb, OnStop::end_programs},
    {"failures", "FILE", "which tasks failed, at which parameters, and why", failures_verb},
    {"replay", "FILE", "compute one task again and compare it with the file", replay_verb},
    {"digest", "FILE", "SHA-256 of a result file and of each of its datasets", digest_verb},
    {"export", "FILE", "results as CSV or JSON lines", export_verb, OnStop::finish},
    {"report", "FILE", "a short table of the results", report_verb},
    {"doctor", "", "what this machine or allocation gives a run, and what is wrong with it", doctor_verb,
     OnStop::end_programs},
    {"help", "[VERB]", "this text, or what a verb does and its options", help_verb},
    {"version", "", "the version of trawl", version_verb},
};

constexpr const char* exit_codes = R"(Exit codes
   0  complete
   1  a bug in trawl; of trawl replay: a difference
   2  a mistake in the command or the sweep: nothing was created
   3  complete, but points failed
  73  another run is writing the file
  74  the machine refused: disk, memory, threads, MPI, SLURM
  75  stopped early: the same command continues
)";

std::string usage() {
  std::string text = fmt::format("trawl {}: parameter sweeps of numerical experiments\n\n", TRAWL_VERSION);
  for (const Verb& verb : verbs) {
    text += fmt::format("  trawl {:<20}{}\n", fmt::format("{} {}", verb.name, verb.arguments), verb.summary);
  }
  return text +
         "\nSWEEP is a .toml file or a study's name; trawl VERB --help has the options. Under mpirun, trawl run uses "
         "all ranks.\n\n" +
         exit_codes;
}

const Verb& find_verb(const std::string& name) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) {
    if (name == verb.name) return verb;
    names.push_back(verb.name);
  }
  throw UsageError(fmt::format("unknown verb {}. {}", shown(name), suggestion(name, names)));
}

int help_verb(const Invocation& invocation) {
  const Syntax syntax("[VERB]", "Lists the verbs, or says what one does and which options it has.");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  if (!arguments.has_positional()) {
    print_text(wrapped(usage(), terminal_columns(STDOUT_FILENO), 4));
    return exit_complete;
  }
  const Verb& verb = find_verb(arguments.positional());
  return verb.run({verb.name, {"--help"}, invocation.studies, invocation.argv});
}

int version_verb(const Invocation& invocation) {
  Syntax syntax("", "Says which version of trawl this is.");
  syntax.options.add_options()("json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  if (arguments.flag("json")) {
    Json document = json_document();
    document["trawl_version"] = TRAWL_VERSION;
    print_json(document);
  } else {
    print("trawl {}\n", TRAWL_VERSION);
  }
  return exit_complete;
}

/// The first thing of all: a launcher passes signals on at any time.
void handle_signals_of(std::string_view verb) {
  const auto* found =
      std::find_if(std::begin(verbs), std::end(verbs), [&](const Verb& known) { return verb == known.name; });
  handle_signals(found == std::end(verbs) ? OnStop::end : found->on_stop);
}

int dispatch(int argc, char** argv, std::span<const Study* const> studies) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    fmt::print(stderr, "{}\n", usage());
    throw UsageError("a verb is missing. Give one of the above");
  }
  if (words[0] == "--help" || words[0] == "-h") words[0] = "help";
  if (words[0] == "--version") words[0] = "version";
  return find_verb(words[0]).run({words[0], {words.begin() + 1, words.end()}, studies, argv});
}

/// A message as one line that cannot drive the terminal, whatever texts from outside it holds.
class HarmlessMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    const std::string text = io::one_line({message.payload.data(), message.payload.size()});
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<HarmlessMessage>(); }
};

/// Lines go past stdio: a study's thread that never returns may hold the lock of stderr.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_to_stderr({line.data(), line.size()});
  }
  void flush_() override {}
};

void configure_messages() {
  auto logger = std::make_shared<spdlog::logger>("trawl", std::make_shared<StderrSink>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<HarmlessMessage>('*').set_pattern("trawl: %*");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
}

/// One line, for which no memory is needed.
void say(std::string_view what, std::string_view more = {}) {
  write_to_stderr("trawl: ");
  write_to_stderr(what);
  write_to_stderr(more);
  write_to_stderr("\n");
}

/// The same for what an exception says, which may hold texts from outside.
void say_problem(const char* before, const std::exception& error) {
  try {
    const std::string line = one_line(error.what());
    say(before, line);
  } catch (const std::bad_alloc&) {
    say(before, "out of memory");
  }
}

int report_shortage(const char* lacking, const char* what) {
  try {
    const std::string limits = memory_limits_text();
    say(fmt::format("this process is out of {} ({}{}{}). Raise the limit or use fewer --threads, then run it again",
                    lacking, what, limits.empty() ? "" : "; ", limits));
  } catch (const std::bad_alloc&) {
    say("this process is out of ", lacking);
  }
  return exit_io;
}

/// Results that did not reach stdout (a full disk, say) must not look like success.
void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw IoError(fmt::format("cannot write to standard output ({})", std::strerror(errno)));
  }
}

template <class MakeStudies>
int run(int argc, char** argv, const MakeStudies& studies) {
  handle_signals_of(argc > 1 ? argv[1] : "");
  try {
    configure_messages();
    const std::span<const Study* const> known = studies();
    check_studies(known);
    const int code = dispatch(argc, argv, known);
    if (thread_left_behind()) leave_process(code);
    flush_output();
    return code;
  } catch (...) {
    return report_exception();
  }
}

}  // namespace

const Study& find_study(std::span<const Study* const> studies, std::string_view name) {
  std::vector<std::string> names;
  for (const Study* study : studies) {
    if (study->declaration().name == name) return *study;
    names.push_back(study->declaration().name);
  }
  const std::string near = closest(name, names);
  throw UsageError(fmt::format("unknown study {}. {}", shown(name),
                               near.empty() ? "trawl list names those that there are" : "Did you mean " + near + "?"));
}

int report_exception() {
  try {
    throw;
  } catch (const UsageError& error) {
    say_problem("", error);
    return exit_usage;
  } catch (const BusyError& error) {
    say_problem("", error);
    return exit_busy;
  } catch (const IoError& error) {
    say_problem("", error);
    return exit_io;
  } catch (const Stopped& stopped) {
    say_problem("", stopped);
    return exit_stopped_early;
  } catch (const std::exception& error) {
    if (const char* lacking = missing_resource(error)) return report_shortage(lacking, error.what());
    if (const auto* refused = dynamic_cast<const std::system_error*>(&error)) {
      say_problem("the machine refused: ", *refused);
      return exit_io;
    }
    say_problem("this is a bug in trawl (please report it): ", error);
    return exit_bug;
  }
}

int run_cli(int argc, char** argv, std::span<const Study* const> studies) {
  return run(argc, argv, [studies] { return studies; });
}

int run_cli(int argc, char** argv, std::span<const Study* const> (*studies)()) {
  return run(argc, argv, studies);
}

}  // namespace trawl::cluster
