#include "io/sweep_file.hpp"

#include <filesystem>

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

/// A sweep's text, its name in messages, and where its files of values are.
struct Source {
  std::string_view text;
  std::string name;
  std::optional<std::filesystem::path> directory;
};

SweepSpec read_spec(const Source& source, const SweepOverrides& overrides, const StudyLookup& lookup,
                    KeyPlaces& places) {
  const TomlSweep toml(source.text, source.name, source.directory, places);
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

void read(const Source& source, const SweepOverrides& overrides, const StudyLookup& lookup, const SweepUse& use) {
  const bool on_command_line = source.text.empty() && !source.directory;
  KeyPlaces places(on_command_line ? "command line" : source.name + ":1:1");
  try {
    use(read_spec(source, overrides, lookup, places));
  } catch (const SweepError& error) {
    throw UsageError(one_line(fmt::format("{}: {}", places.of(error.key), error.what())));
  }
}

}  // namespace

void parse_sweep(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                 const StudyLookup& lookup, const SweepUse& use) {
  read({text, name, std::nullopt}, overrides, lookup, use);
}

SweepSpec parse_sweep(std::string_view text, const std::string& name, const SweepOverrides& overrides,
                      const StudyLookup& lookup) {
  SweepSpec result;
  parse_sweep(text, name, overrides, lookup, [&result](SweepSpec spec) { result = std::move(spec); });
  return result;
}

void read_sweep_file(const std::string& path, const SweepOverrides& overrides, const StudyLookup& lookup,
                     const SweepUse& use) {
  const std::string text = read_small_file(path, "sweep", max_sweep_text);
  read({text, path, std::filesystem::path(path).parent_path()}, overrides, lookup, use);
}

}  // namespace trawl::io
