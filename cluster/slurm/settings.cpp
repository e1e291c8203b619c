#include "cluster/slurm/settings.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/key_places.hpp"
#include "io/settings_file.hpp"

namespace trawl::cluster {
namespace {

constexpr std::size_t longest_value = 256;  // std::regex recurses for every character

constexpr const char* count = "[1-9][0-9]{0,5}";
constexpr const char* count_text = "a whole number from 1 to 999999";
constexpr const char* names = "[A-Za-z0-9_][A-Za-z0-9_.,+@=-]*";
constexpr const char* names_text = "letters, digits and _.,+@=-";

constexpr SettingRule rules[] = {
    {"nodes", "N", "nodes of the job", count, count_text, true},
    {"ntasks-per-node", "K", "ranks of a node; 1, or the number of NUMA domains", count, count_text, true},
    {"cpus-per-task", "C", "cores of a rank; whole nodes, shared by their ranks, if not given", count, count_text,
     true},
    {"time", "T", "time limit, as 30 (minutes), 12:00:00 or 2-12:00:00",
     "[0-9]{1,6}(:[0-9]{1,2}){0,2}|[0-9]{1,4}-[0-9]{1,2}(:[0-9]{1,2}){0,2}",
     "minutes, minutes:seconds, hours:minutes:seconds or days-hours:minutes:seconds"},
    {"partition", "P", "partition, or several with commas", names, names_text},
    {"account", "A", "whose time it is", names, names_text},
    {"qos", "Q", "quality of service", names, names_text},
    {"constraint", "X", "features of the nodes", "[A-Za-z0-9_][A-Za-z0-9_.:=+-]*([&|,][A-Za-z0-9_][A-Za-z0-9_.:=+-]*)*",
     "names of features with & | or , between them"},
    {"mem", "M", "memory of a node, as 64G", "[0-9]{1,12}[KMGT]?", "a number with K, M, G or T"},
    {"mail-user", "U", "who gets mail when the job ends or fails",
     "[A-Za-z0-9_][A-Za-z0-9_.+-]*(@[A-Za-z0-9][A-Za-z0-9.-]*)?", "a mail address"},
    {"dependency", "D", "which jobs come first, as afterany:17",
     "(singleton|after[a-z]*(:[0-9]+(_[0-9]+)?(\\+[0-9]+)?)+)([,?](singleton|after[a-z]*(:[0-9]+(_[0-9]+)?(\\+[0-9]+)?)"
     "+))*",
     "afterany:ID, afterok:ID and the like"},
    {"launcher", "L", "srun, or mpirun where SLURM has no PMIx", "srun|mpirun", "srun or mpirun", false, false},
    {"requeues", "N", "how often the job may start again after its time limit", "[0-9]{1,6}", "a whole number", true,
     false},
    {"modules", "M", "environment module to load; may be given several times", "[A-Za-z0-9_][A-Za-z0-9_./+@=-]*",
     "letters, digits and _./+@=-", false, false},
};

bool matches(const std::string& text, const char* pattern) {
  return !text.empty() && text.size() <= longest_value && std::regex_match(text, std::regex(pattern));
}

std::string quoted(const std::string& value) {
  return '"' + io::one_line(io::shown(value)) + '"';
}

std::optional<std::string> default_site_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  std::filesystem::path folder;
  if (config != nullptr && *config == '/') folder = config;
  else if (home != nullptr && *home != '\0') folder = std::filesystem::path(home) / ".config";
  else return std::nullopt;
  const std::filesystem::path file = folder / "trawl" / "site.toml";
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return std::nullopt;
  return file.string();
}

}  // namespace

std::span<const SettingRule> setting_rules() {
  return rules;
}

void check_setting(const SettingRule& rule, const std::string& value, const std::string& place) {
  if (matches(value, rule.pattern)) return;
  throw UsageError(fmt::format("{}: {} may not be {} (it goes into a job script). Give {}.", place, rule.name,
                               quoted(value), rule.accepted));
}

void check_path(const std::string& path, const std::string& place) {
  const auto harmless = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80 ||
           std::string_view("/_.+-@,=:~^ ").find(c) != std::string_view::npos;
  };
  for (const char c : path) {
    if (!harmless(c)) {
      throw UsageError(
          fmt::format("{}: the path may not have a {} (it goes into a job script). Use letters, digits, "
                      "spaces and /_.+-@,=:~^",
                      place, quoted(std::string(1, c))));
    }
  }
}

JobSettings read_site_file(const std::string& path) {
  std::map<std::string, io::SettingType> known;
  for (const SettingRule& rule : rules) {
    known[rule.name] = rule.is_number ? io::SettingType::whole_number : io::SettingType::text;
  }
  known["modules"] = io::SettingType::texts;
  const auto given = io::read_settings(path, known);
  JobSettings settings;
  for (const SettingRule& rule : rules) {
    const auto found = given.find(rule.name);
    if (found == given.end()) continue;
    for (const std::string& value : found->second.texts) check_setting(rule, value, found->second.place);
    settings[rule.name] = found->second.texts;
  }
  return settings;
}

JobSettings site_settings(const std::optional<std::string>& file) {
  if (file) return read_site_file(*file);
  const std::optional<std::string> usual = default_site_file();
  return usual ? read_site_file(*usual) : JobSettings{};
}

std::optional<double> slurm_seconds(const std::string& text) {
  static const std::regex pattern("(?:([0-9]{1,9})-)?([0-9]{1,9})(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?");
  std::smatch match;
  if (text.size() > longest_value || !std::regex_match(text, match, pattern)) return std::nullopt;
  const auto part = [&](std::size_t k) { return match[k].matched ? std::stod(match[k].str()) : 0.0; };
  if (match[1].matched) return part(1) * 86400 + part(2) * 3600 + part(3) * 60 + part(4);
  if (match[4].matched) return part(2) * 3600 + part(3) * 60 + part(4);
  return part(2) * 60 + part(3);
}

}  // namespace trawl::cluster
