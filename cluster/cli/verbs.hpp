// The verbs. Each parses its own arguments, writes results to stdout, and returns an exit code; errors are thrown.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/study.hpp"

namespace trawl::cluster {

/// What a verb gets: the words after it, and the program it is part of.
struct Invocation {
  std::string verb;
  std::vector<std::string> words;
  std::span<const Study* const> studies;
  char** argv = nullptr;  ///< of the program, to start it again
};

int list_verb(const Invocation& invocation);
int describe_verb(const Invocation& invocation);
int plan_verb(const Invocation& invocation);
int run_verb(const Invocation& invocation);
int merge_verb(const Invocation& invocation);
int status_verb(const Invocation& invocation);
int failures_verb(const Invocation& invocation);
int scale_verb(const Invocation& invocation);
int replay_verb(const Invocation& invocation);
int digest_verb(const Invocation& invocation);
int export_verb(const Invocation& invocation);
int report_verb(const Invocation& invocation);
int submit_verb(const Invocation& invocation);
int cancel_verb(const Invocation& invocation);
int doctor_verb(const Invocation& invocation);

/// Throws UsageError naming a similar one if there is none.
const Study& find_study(std::span<const Study* const> studies, std::string_view name);

/// One line on stderr for the exception being handled; returns its exit code.
int report_exception();

}  // namespace trawl::cluster
