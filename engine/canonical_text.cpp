// A sweep as TOML in one fixed form. io/sweep_file reads it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/sweep_spec.hpp"

namespace trawl {

namespace {

// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) out += fmt::format("\\u{:04X}", c);
    else out += c;
  }
  return out + '"';
}

// A TOML float: the shortest digits that read back exactly, with a point or an exponent.
std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string integer_text(double value) {
  return fmt::format("{:.0f}", value + 0.0);  // -0 + 0 is 0
}

// An end or step of an axis: need not be a value of the parameter (arange's stop).
std::string number_text(const Parameter& parameter, double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) <= largest_whole;
  return parameter.kind == Kind::integer && whole ? integer_text(value) : float_text(value);
}

std::string toml_value(const Parameter& parameter, double value) {
  switch (parameter.kind) {
    case Kind::real:
      return float_text(value);
    case Kind::integer:
      return integer_text(value);
    case Kind::flag:
      return value_text(parameter, value);
    case Kind::choice:
      break;
  }
  return quoted(value_text(parameter, value));
}

std::string array(const Parameter& parameter, const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(toml_value(parameter, value));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

struct AxisText {
  const Parameter& parameter;

  std::string number(double value) const { return number_text(parameter, value); }

  std::string operator()(const List& a) const { return array(parameter, a.values); }
  std::string operator()(const Linspace& a) const {
    return fmt::format("{{ linspace = [{}, {}, {}] }}", number(a.start), number(a.stop), a.num);
  }
  std::string operator()(const Geomspace& a) const {
    return fmt::format("{{ geomspace = [{}, {}, {}] }}", number(a.start), number(a.stop), a.num);
  }
  std::string operator()(const Arange& a) const {
    return fmt::format("{{ arange = [{}, {}, {}] }}", number(a.start), number(a.stop), number(a.step));
  }
  std::string operator()(const Uniform& a) const {
    return fmt::format("{{ uniform = [{}, {}] }}", number(a.lower), number(a.upper));
  }
  std::string operator()(const LogUniform& a) const {
    return fmt::format("{{ log_uniform = [{}, {}] }}", number(a.lower), number(a.upper));
  }
  std::string operator()(const Integers& a) const {
    return fmt::format("{{ integers = [{}, {}] }}", integer_text(a.lower), integer_text(a.upper));
  }
  std::string operator()(const Choice& a) const { return fmt::format("{{ choice = {} }}", array(parameter, a.values)); }
};

const Setting* find_setting(const std::vector<Setting>& settings, const std::string& name) {
  const auto found = std::ranges::find(settings, name, &Setting::parameter);
  return found == settings.end() ? nullptr : &*found;
}

std::string point_text(const std::vector<Setting>& point, const Declaration& declaration) {
  std::vector<std::string> entries;
  for (const Parameter& parameter : declaration.parameters) {
    const Setting* setting = find_setting(point, parameter.name);
    if (setting) entries.push_back(fmt::format("{} = {}", parameter.name, toml_value(parameter, setting->value)));
  }
  return fmt::format("{{ {} }}", fmt::join(entries, ", "));
}

std::string names_text(const SweepSpec& spec, const std::vector<std::size_t>& group) {
  std::vector<std::string> names;
  for (const std::size_t axis : group) names.push_back(quoted(spec.axes[axis].parameter));
  return fmt::format("{}", fmt::join(names, ", "));
}

// `zip` and `common_random_numbers` in the order of the axes, whatever order they were named in.
std::string group_keys(const SweepSpec& spec) {
  std::vector<std::string> zip, common;
  for (const auto& group : axis_groups(spec)) {
    if (spec.design == DesignKind::grid && group.size() > 1)
      zip.push_back(fmt::format("[{}]", names_text(spec, group)));
    if (has_common_random_numbers(spec, group)) common.push_back(names_text(spec, group));
  }
  std::string text;
  if (!zip.empty()) text += fmt::format("zip = [{}]\n", fmt::join(zip, ", "));
  if (!common.empty()) text += fmt::format("common_random_numbers = [{}]\n", fmt::join(common, ", "));
  return text;
}

}  // namespace

std::string canonical_text(const SweepSpec& spec, const Declaration& declaration) {
  std::string text = fmt::format("study = {}\nseed = {}\nreplicates = {}\ndesign = \"{}\"\n", quoted(spec.study),
                                 spec.seed, spec.replicates, design_names[static_cast<int>(spec.design)]);
  if (is_sampled(spec.design)) text += fmt::format("points = {}\n", spec.points);
  if (spec.design == DesignKind::list) {
    text += "points = [\n";
    for (const auto& point : spec.list) text += fmt::format("  {},\n", point_text(point, declaration));
    text += "]\n";
  }
  text += group_keys(spec);
  if (!spec.where.empty()) text += fmt::format("where = {}\n", quoted(spec.where));

  std::string axes, fixed;
  for (const Axis& axis : spec.axes) {
    const auto position = find_parameter(declaration, axis.parameter);
    TRAWL_CHECK(position);
    axes +=
        fmt::format("{} = {}\n", axis.parameter, std::visit(AxisText{declaration.parameters[*position]}, axis.values));
  }
  for (const Parameter& parameter : declaration.parameters) {
    const bool swept = std::ranges::find(spec.axes, parameter.name, &Axis::parameter) != spec.axes.end() ||
                       (!spec.list.empty() && find_setting(spec.list[0], parameter.name));
    if (swept) continue;
    const Setting* setting = find_setting(spec.fixed, parameter.name);
    fixed += fmt::format("{} = {}\n", parameter.name,
                         toml_value(parameter, setting ? setting->value : parameter.default_value));
  }
  if (!axes.empty()) text += "\n[axes]\n" + axes;
  if (!fixed.empty()) text += "\n[fixed]\n" + fixed;
  return text;
}

}  // namespace trawl
