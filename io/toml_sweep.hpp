// A sweep written in TOML, read with the place of every key noted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "engine/sweep_spec.hpp"
#include "io/key_places.hpp"

namespace trawl::io {

/// Every method throws SweepError; the key in it has its place in `places`.
class TomlSweep {
 public:
  /// Parses `text` and refuses unknown keys. Files of values are sought from `directory`; without one they are refused.
  /// `places` must outlive the object.
  TomlSweep(std::string_view text, std::string name, std::optional<std::filesystem::path> directory, KeyPlaces& places);

  std::string study() const;  ///< empty if the file names none
  bool names_design() const { return root_.contains("design"); }

  /// Everything else into `spec`, whose study is `declaration`.
  void read(const Declaration& declaration, SweepSpec& spec) const;

 private:
  [[noreturn]] void fail(const toml::node& at, const std::string& key, const std::string& problem) const;
  [[noreturn]] void fail(const toml::key& at, const std::string& key, const std::string& problem) const;
  void note(const toml::key& at, const std::string& key) const;

  std::uint64_t count(const char* key, std::uint64_t fallback) const;
  std::string text(const char* key) const;
  std::string text(const toml::node& node, const std::string& key, const char* wanted) const;
  const toml::array& array(const toml::node& node, const std::string& key, const char* wanted) const;
  const toml::table& table(const toml::node& node, const std::string& key, const char* wanted) const;
  std::vector<std::string> texts(const toml::node& node, const std::string& key, const char* wanted) const;

  double number(const toml::node& node, const std::string& key) const;
  double value(const toml::node& node, const std::string& key, const Parameter& parameter) const;
  std::vector<double> values(const toml::node& node, const std::string& key, const Parameter& parameter) const;
  const Parameter& parameter(const toml::key& name, const std::string& key, const Declaration& declaration) const;
  AxisValues axis_values(const toml::node& node, const std::string& key, const Parameter& parameter) const;
  List file_values(const toml::table& table, const std::string& key, const Parameter& parameter) const;
  std::vector<Setting> settings(const toml::table& table, const std::string& prefix, const Declaration&) const;

  std::string name_;
  std::optional<std::filesystem::path> directory_;
  KeyPlaces& places_;
  toml::table root_;
};

}  // namespace trawl::io
