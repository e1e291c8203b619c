#include "io/settings_file.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/spelling.hpp"
#include "io/key_places.hpp"
#include "io/small_file.hpp"
#include "io/toml_nodes.hpp"
#include "io/toml_text.hpp"

namespace trawl::io {
namespace {

/// The value's texts; throws std::invalid_argument naming what is wanted instead.
std::vector<std::string> texts_of(const toml::node& node, SettingType type) {
  const auto wrong = [](const char* wanted, const toml::node& found) {
    return std::invalid_argument(fmt::format("must be {}, not {}", wanted, type_name(found)));
  };
  if (type == SettingType::whole_number) {
    const auto* number = node.as_integer();
    if (number == nullptr) throw wrong("a whole number", node);
    if (number->get() < 0) throw std::invalid_argument(fmt::format("must not be negative ({})", number->get()));
    return {std::to_string(number->get())};
  }
  if (type == SettingType::text) {
    if (!node.is_string()) throw wrong("text in quotes", node);
    return {node.as_string()->get()};
  }
  constexpr const char* wanted = "an array of texts such as [\"a\", \"b\"]";
  if (!node.is_array()) throw wrong(wanted, node);
  std::vector<std::string> texts;
  for (const toml::node& item : *node.as_array()) {
    if (!item.is_string()) throw wrong(wanted, item);
    texts.push_back(item.as_string()->get());
  }
  return texts;
}

}  // namespace

std::map<std::string, Setting> read_settings(const std::string& path, const std::map<std::string, SettingType>& known) {
  const auto fail = [&](toml::source_position at, const std::string& problem) {
    throw UsageError(one_line(fmt::format("{}: {}", place_text(path, at), problem)));
  };
  toml::table root;
  try {
    root = parse_toml(read_small_file(path, "settings file"));
  } catch (const TomlError& error) {
    fail(error.position, error.what());
  }
  std::vector<std::string> names;
  for (const auto& [name, type] : known) names.push_back(name);
  std::map<std::string, Setting> settings;
  for (const auto& [key, node] : root) {
    const std::string name(key.str());
    const auto found = known.find(name);
    if (found == known.end())
      fail(key.source().begin, fmt::format("unknown key \"{}\". {}", shown(name), suggestion(name, names)));
    const toml::source_position at = node.source().begin;
    try {
      settings[name] = {texts_of(node, found->second), place_text(path, at)};
    } catch (const std::invalid_argument& error) {
      fail(at, fmt::format("{} {}", name, error.what()));
    }
  }
  return settings;
}

}  // namespace trawl::io
