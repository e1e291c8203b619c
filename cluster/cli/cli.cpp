#include "cluster/cli/cli.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/verbs.hpp"
#include "cluster/leave.hpp"
#include "engine/error.hpp"
#include "engine/shortage.hpp"
#include "engine/spelling.hpp"

namespace trawl::cluster {
namespace {

struct Verb {
  const char* name;
  const char* arguments;
  const char* summary;
  int (*run)(const Invocation&);
};

constexpr Verb verbs[] = {
    {"list", "", "the studies there are", list_verb},
    {"describe", "STUDY", "parameters, outputs and mathematics of a study", describe_verb},
    {"plan", "SWEEP", "points, bytes, memory and time of a sweep, without running it", plan_verb},
    {"run", "SWEEP", "run a sweep, or continue it", run_verb},
    {"merge", "FILE SHARD...", "join the shards of a sweep into one file", merge_verb},
    {"submit", "SWEEP", "run a sweep as a job of SLURM", submit_verb},
    {"status", "FILE", "how far a result file and its job are", status_verb},
    {"cancel", "FILE", "cancel the job that computes a result file", cancel_verb},
    {"scale", "SWEEP", "run a sweep on more and more nodes: how many are worth it", scale_verb},
    {"replay", "FILE", "compute one task again and compare it with the file", replay_verb},
    {"digest", "FILE", "SHA-256 of a result file and of each of its datasets", digest_verb},
    {"export", "FILE", "results as CSV or JSON lines", export_verb},
    {"report", "FILE", "a short table of the results", report_verb},
    {"doctor", "", "what this machine or allocation gives a run, and what is wrong with it", doctor_verb},
};

void print_usage() {
  fmt::print("trawl {}: parameter sweeps of numerical experiments\n\n", TRAWL_VERSION);
  for (const Verb& verb : verbs) {
    fmt::print("  trawl {:<18}{}\n", fmt::format("{} {}", verb.name, verb.arguments), verb.summary);
  }
  fmt::print(
      "\nSWEEP is a .toml file or a study's name; trawl VERB --help has the options. Under mpirun, trawl run uses all "
      "ranks.\nExit codes: 0 complete, 2 usage or bad sweep, 3 complete with failed points, 74 I/O error, 75 stopped "
      "early (run again to continue).\n");
}

const Verb& find_verb(const std::string& name) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) {
    if (name == verb.name) return verb;
    names.push_back(verb.name);
  }
  throw UsageError(fmt::format("unknown verb {}. {}", name, suggestion(name, names)));
}

int dispatch(int argc, char** argv, std::span<const Study* const> studies) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) throw UsageError("a verb is missing. See trawl --help");
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_usage();
    return exit_complete;
  }
  if (words[0] == "--version") {
    fmt::print("trawl {}\n", TRAWL_VERSION);
    return exit_complete;
  }
  return find_verb(words[0]).run({words[0], {words.begin() + 1, words.end()}, studies, argv});
}

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
  logger->set_pattern("trawl: %v");
  spdlog::set_default_logger(std::move(logger));
}

/// One line, for which no memory is needed.
void say(std::string_view what, std::string_view more = {}) {
  write_to_stderr("trawl: ");
  write_to_stderr(what);
  write_to_stderr(more);
  write_to_stderr("\n");
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
  try {
    configure_messages();
    const int code = dispatch(argc, argv, studies());
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
  throw UsageError(fmt::format("unknown study {}. {}", name, suggestion(name, names)));
}

int report_exception() {
  try {
    throw;
  } catch (const UsageError& error) {
    say(error.what());
    return exit_usage;
  } catch (const IoError& error) {
    say(error.what());
    return exit_io;
  } catch (const std::exception& error) {
    if (const char* lacking = missing_resource(error)) return report_shortage(lacking, error.what());
    say("this is a bug in trawl: ", error.what());
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
