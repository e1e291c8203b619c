// A flat TOML file of settings, each of a known name and type.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace trawl::io {

enum class SettingType { text, whole_number, texts };

struct Setting {
  std::vector<std::string> texts;  ///< one, unless the type is `texts`; a number in digits
  std::string place;               ///< "FILE:LINE:COLUMN" of the value
};

/// The settings that the file gives, by name. Throws UsageError "FILE:LINE:COLUMN: problem (why). What to do?" for an
/// unknown name, a wrong type, a negative number, or what is not TOML.
std::map<std::string, Setting> read_settings(const std::string& path, const std::map<std::string, SettingType>& known);

}  // namespace trawl::io
