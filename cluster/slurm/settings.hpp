// What a job asks of SLURM: options of `trawl submit`, and the site file's defaults for them.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace trawl::cluster {

/// A setting that both the command line (--partition) and the site file (partition = ...) know, and what may stand in
/// it: every value reaches a shell script, so only what matches is let through.
struct SettingRule {
  const char* name;
  const char* placeholder;
  const char* help;
  const char* pattern;   ///< ECMAScript regular expression of the whole value
  const char* accepted;  ///< the same in words, for the message
  bool is_number = false;
  bool is_sbatch_option = true;  ///< goes into the script as #SBATCH --NAME=VALUE
};

std::span<const SettingRule> setting_rules();

/// Values by setting; "modules" has any number of texts, all others one.
using JobSettings = std::map<std::string, std::vector<std::string>>;

/// Throws UsageError "PLACE: ..." if the value does not match the setting's rule.
void check_setting(const SettingRule& rule, const std::string& value, const std::string& place);

/// The same for the path of a file that a script names.
void check_path(const std::string& path, const std::string& place);

/// Defaults from a TOML file with the names above as keys. Throws UsageError.
JobSettings read_site_file(const std::string& path);

/// Those of the site: of `file` if it is given, else of $XDG_CONFIG_HOME/trawl/site.toml or ~/.config/trawl/site.toml
/// if there is one.
JobSettings site_settings(const std::optional<std::string>& file);

/// Seconds of a time as SLURM writes it: "30" (minutes), "30:00", "12:00:00", "2-12", "2-12:30", "2-12:30:00". Nothing
/// if it is none of these.
std::optional<double> slurm_seconds(const std::string& text);

}  // namespace trawl::cluster
