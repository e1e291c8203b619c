// Sweep files in: TOML text and command-line settings to a SweepSpec.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sweep_spec.hpp"

namespace trawl::io {

/// Finds a study's declaration by name; throws UsageError naming similar ones if there is none.
using StudyLookup = std::function<const Declaration&(std::string_view name)>;

/// Settings from the command line, in order; each replaces or adds to what a file says.
struct SweepOverrides {
  std::optional<std::string> study;
  std::vector<std::string> axes;    ///< "samples=1,2,5", "lr=log_uniform:1e-4,1", "dose=csv:doses.csv:dose"
  std::vector<std::string> fixed;   ///< "integrand=shifted"; removes an axis of that name
  std::vector<std::string> points;  ///< list design: "a=1,b=2", once for each point
  std::vector<std::string> zip;     ///< "a,b": axes that move together
  std::optional<std::string> seed, replicates, design, point_count, where, common_random_numbers;
};

/// What is done with a sweep that was read.
using SweepUse = std::function<void(SweepSpec)>;

/// Reads a sweep and uses it. `text` is TOML (may be empty), `name` its name in messages. Throws UsageError with the
/// one line "NAME:LINE:COLUMN: problem (why). What to do?", or "--axis samples=0: problem ..." for an override; so too
/// for a SweepError of `use`.
void parse_sweep(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                 const StudyLookup& lookup, const SweepUse& use);
SweepSpec parse_sweep(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                      const StudyLookup& lookup);

/// The same from a file of at most max_sweep_text bytes. The files of values that it names are relative to its
/// directory.
void read_sweep_file(const std::string& path, const SweepOverrides& overrides, const StudyLookup& lookup,
                     const SweepUse& use);

}  // namespace trawl::io
