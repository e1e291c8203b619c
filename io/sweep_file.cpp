#include "io/sweep_file.hpp"

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"
#include "io/small_file.hpp"
#include "io/sweep_options.hpp"
#include "io/toml_sweep.hpp"

namespace trawl::io {
namespace {

const Declaration& find_study(const std::string& study, const StudyLookup& lookup) {
  if (study.empty()) throw SweepError("study", "no study is named. Write study = \"NAME\" (`trawl list` shows them).");
  try {
    return lookup(study);
  } catch (const SweepError&) {
    throw;
  } catch (const UsageError& error) {
    throw SweepError("study", error.what());
  }
}

SweepSpec read_spec(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                    const StudyLookup& lookup, KeyPlaces& places) {
  const TomlSweep toml(text, name, places);
  std::string study = toml.study();
  if (overrides.study) {
    study = *overrides.study;
    places.set("study", "study " + shown(study));
  }
  const Declaration& declaration = find_study(study, lookup);
  SweepSpec spec;
  spec.study = declaration.name;
  toml.read(declaration, spec);
  apply_overrides(overrides, declaration, spec, places);
  if (!toml.names_design() && !overrides.design && !spec.list.empty()) spec.design = DesignKind::list;
  validate(spec, declaration);
  return spec;
}

}  // namespace

SweepSpec parse_sweep(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                      const StudyLookup& lookup) {
  KeyPlaces places(text.empty() ? "command line" : name + ":1:1");
  try {
    return read_spec(text, name, overrides, lookup, places);
  } catch (const SweepError& error) {
    throw UsageError(one_line(fmt::format("{}: {}", places.of(error.key), error.what())));
  }
}

SweepSpec read_sweep_file(const std::string& path, const SweepOverrides& overrides, const StudyLookup& lookup) {
  return parse_sweep(read_small_file(path, "sweep"), path, overrides, lookup);
}

}  // namespace trawl::io
