#include "io/sweep_options.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/spelling.hpp"
#include "io/axis_text.hpp"
#include "io/value_file.hpp"

namespace trawl::io {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "a, b" -> {"a", "b"}; "" -> {}.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  if (trimmed(text).empty()) return parts;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    parts.emplace_back(trimmed(text.substr(begin, comma - begin)));
    if (comma == std::string_view::npos) return parts;
    begin = comma + 1;
  }
}

struct NameAndValue {
  std::string name;
  std::string value;
};

/// "name=value"; throws SweepError(key).
NameAndValue split_setting(const std::string& text, const std::string& key) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) throw SweepError(key, "there is no \"=\". Write NAME=VALUE.");
  return {std::string(trimmed(std::string_view(text).substr(0, equals))),
          std::string(trimmed(std::string_view(text).substr(equals + 1)))};
}

class Overrider {
 public:
  Overrider(const Declaration& declaration, SweepSpec& spec, KeyPlaces& places)
      : declaration_(declaration), spec_(spec), places_(places) {}

  void axis(const std::string& text) {
    const auto [name, value] = split_option("--axis", text, "axes");
    const std::string key = "axes." + name;
    const Parameter& parameter = swept_or_fixed(name, key);
    AxisValues values = axis_values(value, key, parameter);
    std::erase_if(spec_.fixed, [&](const Setting& setting) { return setting.parameter == name; });
    const auto found =
        std::find_if(spec_.axes.begin(), spec_.axes.end(), [&](const Axis& axis) { return axis.parameter == name; });
    if (found != spec_.axes.end()) found->values = std::move(values);
    else spec_.axes.push_back({name, std::move(values)});
  }

  void fix(const std::string& text) {
    const auto [name, value] = split_option("--fix", text, "fixed");
    const std::string key = "fixed." + name;
    const Parameter& parameter = swept_or_fixed(name, key);
    const double number = one_value(value, key, parameter);
    std::erase_if(spec_.axes, [&](const Axis& axis) { return axis.parameter == name; });
    const auto found = std::find_if(spec_.fixed.begin(), spec_.fixed.end(),
                                    [&](const Setting& setting) { return setting.parameter == name; });
    if (found != spec_.fixed.end()) found->value = number;
    else spec_.fixed.push_back({name, number});
  }

  void point(const std::string& text) {
    const std::string key = fmt::format("points[{}]", spec_.list.size());
    places_.set(key, "--point " + shown(text));
    std::vector<Setting> point;
    for (const std::string& part : split(text)) {
      const auto [name, value] = split_setting(part, key);
      if (std::any_of(point.begin(), point.end(), [&](const Setting& s) { return s.parameter == name; }))
        throw SweepError(key, fmt::format("{} is given twice. Keep one of them.", shown(name)));
      const Parameter& parameter = find(name, key);
      point.push_back({name, one_value(value, key, parameter)});
    }
    spec_.list.push_back(std::move(point));
  }

  std::uint64_t count(const char* option, const std::string& key, const std::string& text) {
    places_.set(key, fmt::format("{} {}", option, shown(text)));
    try {
      const std::int64_t number = read_whole_number(text);
      if (number >= 0) return static_cast<std::uint64_t>(number);
    } catch (const std::invalid_argument&) {
    }
    throw SweepError(key, "not a whole number from 0 to 2^63 - 1. Write digits only.");
  }

 private:
  /// Splits "name=value" and notes that the key is now given by this option.
  NameAndValue split_option(const char* option, const std::string& text, const std::string& table) {
    const std::string place = fmt::format("{} {}", option, shown(text));
    places_.set(table, place);
    NameAndValue setting = split_setting(text, table);
    places_.set(table + "." + setting.name, place);
    return setting;
  }

  const Parameter& find(const std::string& name, const std::string& key) const {
    if (const auto position = find_parameter(declaration_, name)) return declaration_.parameters[*position];
    throw SweepError(key, fmt::format("{} has no parameter \"{}\". {}", declaration_.name, shown(name),
                                      suggestion(name, parameter_names(declaration_))));
  }

  /// Of --axis and --fix, each parameter may appear in one only, and once.
  const Parameter& swept_or_fixed(const std::string& name, const std::string& key) {
    const Parameter& parameter = find(name, key);
    if (!given_.insert(name).second)
      throw SweepError(key, fmt::format("{} is given twice on the command line. Keep one of them.", name));
    return parameter;
  }

  double one_value(std::string_view text, const std::string& key, const Parameter& parameter) const {
    try {
      return parse_value(parameter, text);
    } catch (const std::invalid_argument& error) {
      throw SweepError(key, fmt::format("{} (not a value of {}). Give {}.", error.what(), parameter.name,
                                        accepted_values(parameter)));
    }
  }

  std::vector<double> values(std::string_view text, const std::string& key, const Parameter& parameter) const {
    std::vector<double> result;
    for (const std::string& part : split(text)) result.push_back(one_value(part, key, parameter));
    return result;
  }

  /// "linspace:0,4,17", "choice:a,b" or plain "1,2,5".
  AxisValues axis_values(std::string_view text, const std::string& key, const Parameter& parameter) const {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return List{values(text, key, parameter)};
    const std::string kind(text.substr(0, colon));
    const std::string_view arguments = text.substr(colon + 1);
    if (kind == "choice") return Choice{values(arguments, key, parameter)};
    if (kind == "csv" || kind == "npy") return file_values(kind, std::string(arguments), key, parameter);
    if (std::find(axis_kinds().begin(), axis_kinds().end(), kind) == axis_kinds().end())
      throw SweepError(key, no_such_axis_kind(kind));
    try {
      std::vector<double> numbers;
      for (const std::string& part : split(arguments)) numbers.push_back(read_number(part));
      return axis_from_numbers(kind, numbers);
    } catch (const std::invalid_argument& error) {
      throw SweepError(key, fmt::format("{}: {}", parameter.name, error.what()));
    }
  }

  /// "csv:FILE", "csv:FILE:COLUMN" or "npy:FILE".
  AxisValues file_values(const std::string& kind, const std::string& arguments, const std::string& key,
                         const Parameter& parameter) const {
    try {
      if (kind == "npy") return List{read_npy(arguments, parameter)};
      const auto colon = arguments.rfind(':');
      if (colon == std::string::npos) return List{read_csv_column(arguments, std::nullopt, parameter)};
      return List{read_csv_column(arguments.substr(0, colon), arguments.substr(colon + 1), parameter)};
    } catch (const ValueFileError& error) {
      places_.set(key, error.place);
      throw SweepError(key, error.what());
    }
  }

  const Declaration& declaration_;
  SweepSpec& spec_;
  KeyPlaces& places_;
  std::set<std::string> given_;
};

/// Refuses control characters and what is not UTF-8: the sweep's text could not hold them.
void require_plain_texts(const SweepOverrides& overrides) {
  const auto require_plain = [](const char* option, const std::string& text) {
    if (const auto problem = problem_with_text(text))
      throw UsageError(fmt::format("{} {}: there is {} in it. Remove it.", option, shown(text), problem->phrase));
  };
  const std::pair<const char*, const std::vector<std::string>&> lists[] = {
      {"--axis", overrides.axes}, {"--fix", overrides.fixed}, {"--point", overrides.points}, {"--zip", overrides.zip}};
  for (const auto& [option, texts] : lists) {
    for (const std::string& text : texts) require_plain(option, text);
  }
  const std::pair<const char*, const std::optional<std::string>&> single[] = {
      {"study", overrides.study},
      {"--design", overrides.design},
      {"--where", overrides.where},
      {"--common-random-numbers", overrides.common_random_numbers}};
  for (const auto& [option, text] : single) {
    if (text) require_plain(option, *text);
  }
}

}  // namespace

void apply_overrides(const SweepOverrides& overrides, const Declaration& declaration, SweepSpec& spec,
                     KeyPlaces& places) {
  require_plain_texts(overrides);
  Overrider overrider(declaration, spec, places);
  for (const std::string& text : overrides.axes) overrider.axis(text);
  for (const std::string& text : overrides.fixed) overrider.fix(text);
  if (!overrides.points.empty()) spec.list.clear();
  for (const std::string& text : overrides.points) overrider.point(text);
  if (!overrides.zip.empty()) {
    spec.zip.clear();
    places.set("zip", "--zip " + shown(overrides.zip[0]));
  }
  for (const std::string& text : overrides.zip) {
    places.set(fmt::format("zip[{}]", spec.zip.size()), "--zip " + shown(text));
    spec.zip.push_back(split(text));
  }
  if (overrides.seed) spec.seed = overrider.count("--seed", "seed", *overrides.seed);
  if (overrides.replicates) spec.replicates = overrider.count("--replicates", "replicates", *overrides.replicates);
  if (overrides.point_count) spec.points = overrider.count("--points", "points", *overrides.point_count);
  if (overrides.design) {
    places.set("design", "--design " + shown(*overrides.design));
    spec.design = design_from_name(*overrides.design);
  }
  if (overrides.where) {
    places.set("where", "--where " + shown(*overrides.where));
    spec.where = *overrides.where;
  }
  if (overrides.common_random_numbers) {
    places.set("common_random_numbers", "--common-random-numbers " + shown(*overrides.common_random_numbers));
    spec.common_random_numbers = split(*overrides.common_random_numbers);
  }
}

}  // namespace trawl::io
