#include "cluster/cli/cli.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "cluster/cli/verbs.hpp"
#include "cluster/signals.hpp"
#include "engine/error.hpp"
#include "engine/spelling.hpp"

namespace trawl::cluster {
namespace {

struct Verb {
  const char* name;
  const char* arguments;
  const char* summary;
  int (*run)(const Invocation&);
  OnStop on_stop = OnStop::end;
};

constexpr Verb verbs[] = {
    {"list", "", "the studies there are", list_verb},
    {"describe", "STUDY", "parameters, outputs and mathematics of a study", describe_verb},
    {"plan", "SWEEP", "points, bytes, memory and time of a sweep, without running it", plan_verb},
    {"run", "SWEEP", "run a sweep, or continue it", run_verb, OnStop::finish},
    {"merge", "FILE SHARD...", "join the shards of a sweep into one file", merge_verb, OnStop::finish},
    {"submit", "SWEEP", "run a sweep as a job of SLURM", submit_verb, OnStop::end_programs},
    {"status", "FILE", "how far a result file and its job are", status_verb},
    {"cancel", "FILE", "cancel the job that computes a result file", cancel_verb},
    {"scale", "SWEEP", "run a sweep on more and more nodes: how many are worth it", scale_verb, OnStop::end_programs},
    {"replay", "FILE", "compute one task again and compare it with the file", replay_verb},
    {"digest", "FILE", "SHA-256 of a result file and of each of its datasets", digest_verb},
    {"export", "FILE", "results as CSV or JSON lines", export_verb, OnStop::finish},
    {"report", "FILE", "a short table of the results", report_verb},
    {"doctor", "", "what this machine or allocation gives a run, and what is wrong with it", doctor_verb,
     OnStop::end_programs},
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

/// The first thing of all: a launcher passes signals on at any time.
void handle_signals_of(std::string_view verb) {
  const auto* found =
      std::find_if(std::begin(verbs), std::end(verbs), [&](const Verb& known) { return verb == known.name; });
  handle_signals(found == std::end(verbs) ? OnStop::end : found->on_stop);
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

void configure_messages() {
  auto logger = spdlog::stderr_logger_mt("trawl");
  logger->set_pattern("trawl: %v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

/// Results that did not reach stdout (a full disk, say) must not look like success.
void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw IoError(fmt::format("cannot write to standard output ({})", std::strerror(errno)));
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
    spdlog::error("{}", error.what());
    return exit_usage;
  } catch (const IoError& error) {
    spdlog::error("{}", error.what());
    return exit_io;
  } catch (const Stopped& stopped) {
    spdlog::info("{}", stopped.what());
    return exit_stopped_early;
  } catch (const std::bad_alloc&) {
    spdlog::error("out of memory. Does the sweep have fewer outputs on fewer threads?");
    return exit_bug;
  } catch (const std::exception& error) {
    spdlog::error("this is a bug in trawl: {}", error.what());
    return exit_bug;
  }
}

int run_cli(int argc, char** argv, std::span<const Study* const> studies) {
  handle_signals_of(argc > 1 ? argv[1] : "");
  try {
    configure_messages();
    const int code = dispatch(argc, argv, studies);
    flush_output();
    return code;
  } catch (...) {
    return report_exception();
  }
}

}  // namespace trawl::cluster
