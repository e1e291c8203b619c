#include "io/toml_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/spelling.hpp"
#include "io/axis_text.hpp"
#include "io/toml_nodes.hpp"
#include "io/toml_text.hpp"
#include "io/value_file.hpp"

namespace trawl::io {
namespace {

const std::vector<std::string> top_keys = {"study", "seed",   "replicates", "design", "axes",
                                           "fixed", "points", "zip",        "where",  "common_random_numbers"};

/// toml++ sorts tables by key; the file's order is that of the keys' positions.
std::vector<std::pair<const toml::key*, const toml::node*>> in_file_order(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    const auto p = a.first->source().begin, q = b.first->source().begin;
    return std::pair(p.line, p.column) < std::pair(q.line, q.column);
  });
  return entries;
}

std::string join(const std::string& key, std::string_view name) {
  return fmt::format("{}.{}", key, name);
}
std::string join(const std::string& key, std::size_t i) {
  return fmt::format("{}[{}]", key, i);
}

}  // namespace

TomlSweep::TomlSweep(std::string_view text, std::string name, std::optional<std::filesystem::path> directory,
                     KeyPlaces& places)
    : name_(std::move(name)), directory_(std::move(directory)), places_(places) {
  try {
    root_ = parse_toml(text);
  } catch (const TomlError& error) {
    places_.set("toml", place_text(name_, error.position));
    throw SweepError("toml", error.what());
  }
  for (const auto& [key, node] : root_) {
    const std::string known(key.str());
    if (std::find(top_keys.begin(), top_keys.end(), known) == top_keys.end())
      fail(key, known, fmt::format("unknown key \"{}\". {}", shown(known), suggestion(known, top_keys)));
    note(key, known);
  }
}

std::string TomlSweep::study() const {
  return text("study");
}

void TomlSweep::read(const Declaration& declaration, SweepSpec& spec) const {
  spec.seed = count("seed", spec.seed);
  spec.replicates = count("replicates", spec.replicates);
  spec.where = text("where");
  if (const toml::node* node = root_.get("design")) {
    places_.set("design", place_text(name_, node->source().begin));
    spec.design = design_from_name(text("design"));
  }
  if (const toml::node* node = root_.get("axes")) {
    for (const auto& [key, child] : in_file_order(table(*node, "axes", "a table of axes, [axes]"))) {
      const std::string path = join("axes", key->str());
      note(*key, path);
      const Parameter& axis = parameter(*key, path, declaration);
      spec.axes.push_back({axis.name, axis_values(*child, path, axis)});
    }
  }
  if (const toml::node* node = root_.get("fixed"))
    spec.fixed = settings(table(*node, "fixed", "a table of values, [fixed]"), "fixed", declaration);
  if (const toml::node* node = root_.get("points")) {
    if (const toml::array* list = node->as_array()) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string path = join("points", i);
        spec.list.push_back(settings(table((*list)[i], path, "a point such as {a = 1, b = 2}"), path, declaration));
      }
    } else {
      spec.points = count("points", 0);
    }
  }
  if (const toml::node* node = root_.get("zip")) {
    const toml::array& groups = array(*node, "zip", "an array of groups such as [[\"a\", \"b\"]]");
    for (std::size_t i = 0; i < groups.size(); ++i)
      spec.zip.push_back(texts(groups[i], join("zip", i), "a group of axis names such as [\"a\", \"b\"]"));
  }
  if (const toml::node* node = root_.get("common_random_numbers"))
    spec.common_random_numbers = texts(*node, "common_random_numbers", "an array of axis names");
}

void TomlSweep::note(const toml::key& at, const std::string& key) const {
  places_.set(key, place_text(name_, at.source().begin));
}

void TomlSweep::fail(const toml::node& at, const std::string& key, const std::string& problem) const {
  places_.set(key, place_text(name_, at.source().begin));
  throw SweepError(key, problem);
}

void TomlSweep::fail(const toml::key& at, const std::string& key, const std::string& problem) const {
  note(at, key);
  throw SweepError(key, problem);
}

std::uint64_t TomlSweep::count(const char* key, std::uint64_t fallback) const {
  const toml::node* node = root_.get(key);
  if (!node) return fallback;
  const toml::value<std::int64_t>* number = node->as_integer();
  if (!number) fail(*node, key, fmt::format("{} must be a whole number, not {}", key, type_name(*node)));
  if (number->get() < 0) fail(*node, key, fmt::format("{} must not be negative ({})", key, number->get()));
  return static_cast<std::uint64_t>(number->get());
}

std::string TomlSweep::text(const char* key) const {
  const toml::node* node = root_.get(key);
  return node ? text(*node, key, "text in quotes") : std::string();
}

std::string TomlSweep::text(const toml::node& node, const std::string& key, const char* wanted) const {
  const toml::value<std::string>* value = node.as_string();
  if (!value) fail(node, key, fmt::format("{} must be {}, not {}", shown(key), wanted, type_name(node)));
  if (const auto problem = problem_with_text(value->get()))
    fail(node, key, fmt::format("there is {} in {} (a text is one line). Remove it.", problem->phrase, shown(key)));
  return value->get();
}

const toml::array& TomlSweep::array(const toml::node& node, const std::string& key, const char* wanted) const {
  const toml::array* value = node.as_array();
  if (!value) fail(node, key, fmt::format("{} must be {}, not {}", shown(key), wanted, type_name(node)));
  return *value;
}

const toml::table& TomlSweep::table(const toml::node& node, const std::string& key, const char* wanted) const {
  const toml::table* value = node.as_table();
  if (!value) fail(node, key, fmt::format("{} must be {}, not {}", shown(key), wanted, type_name(node)));
  return *value;
}

std::vector<std::string> TomlSweep::texts(const toml::node& node, const std::string& key, const char* wanted) const {
  std::vector<std::string> result;
  const toml::array& items = array(node, key, wanted);
  for (std::size_t i = 0; i < items.size(); ++i)
    result.push_back(text(items[i], join(key, i), "the name of an axis in quotes"));
  return result;
}

double TomlSweep::number(const toml::node& node, const std::string& key) const {
  if (const auto* real = node.as_floating_point()) {
    if (std::isfinite(real->get())) return real->get();
    fail(node, key, fmt::format("{} is not a finite number. Give one.", real->get()));
  }
  if (const auto* integer = node.as_integer()) {
    try {
      return exact_double(integer->get());
    } catch (const std::invalid_argument& error) {
      fail(node, key, fmt::format("{} (it would be changed). Write it with an exponent, as 1e16.", error.what()));
    }
  }
  fail(node, key, fmt::format("{} must be a number, not {}", shown(key), type_name(node)));
}

double TomlSweep::value(const toml::node& node, const std::string& key, const Parameter& parameter) const {
  if (parameter.kind == Kind::flag) {
    const auto* flag = node.as_boolean();
    if (!flag) fail(node, key, fmt::format("{} must be true or false, not {}", parameter.name, type_name(node)));
    return flag->get() ? 1 : 0;
  }
  if (parameter.kind == Kind::choice) {
    const std::string label = text(node, key, "one of its labels in quotes");
    const auto found = std::find(parameter.choices.begin(), parameter.choices.end(), label);
    if (found == parameter.choices.end())
      fail(node, key,
           fmt::format("\"{}\" is no value of {}. {}", shown(label), parameter.name,
                       suggestion(label, parameter.choices)));
    return static_cast<double>(found - parameter.choices.begin());
  }
  const double given = settled(parameter, number(node, key));
  if (const std::string problem = problem_with(parameter, given); !problem.empty())
    fail(node, key,
         fmt::format("{} (not a value of {}). Give {}.", problem, parameter.name, accepted_values(parameter)));
  return given;
}

std::vector<double> TomlSweep::values(const toml::node& node, const std::string& key,
                                      const Parameter& parameter) const {
  std::vector<double> result;
  const toml::array& items = array(node, key, "an array of values");
  for (std::size_t i = 0; i < items.size(); ++i) result.push_back(value(items[i], join(key, i), parameter));
  return result;
}

const Parameter& TomlSweep::parameter(const toml::key& name, const std::string& key,
                                      const Declaration& declaration) const {
  if (const auto position = find_parameter(declaration, name.str())) return declaration.parameters[*position];
  fail(name, key,
       fmt::format("{} has no parameter \"{}\". {}", declaration.name, shown(name.str()),
                   suggestion(name.str(), parameter_names(declaration))));
}

AxisValues TomlSweep::axis_values(const toml::node& node, const std::string& key, const Parameter& parameter) const {
  if (node.is_array()) return List{values(node, key, parameter)};
  const toml::table& kinds = table(node, key, "an array of values or a table such as {linspace = [0, 1, 11]}");
  if (kinds.contains("csv") || kinds.contains("npy")) return file_values(kinds, key, parameter);
  if (kinds.size() != 1)
    fail(node, key, fmt::format("an axis is of one kind, not {}. {}", kinds.size(), suggestion("", axis_kinds())));
  const auto entry = kinds.begin();
  const toml::key& name = entry->first;
  const toml::node& arguments = entry->second;
  const std::string kind(name.str());
  if (std::find(axis_kinds().begin(), axis_kinds().end(), kind) == axis_kinds().end())
    fail(name, key, no_such_axis_kind(kind));
  if (kind == "choice") return Choice{values(arguments, key, parameter)};
  std::vector<double> numbers;
  for (const toml::node& item : array(arguments, key, "an array of numbers")) numbers.push_back(number(item, key));
  try {
    return axis_from_numbers(kind, numbers);
  } catch (const std::invalid_argument& error) {
    fail(arguments, key, fmt::format("{}: {}", parameter.name, error.what()));
  }
}

List TomlSweep::file_values(const toml::table& table, const std::string& key, const Parameter& parameter) const {
  const bool csv = table.contains("csv");
  for (const auto& [name, node] : table) {
    if (name.str() != (csv ? "csv" : "npy") && !(csv && name.str() == "column"))
      fail(name, key,
           fmt::format("\"{}\" beside a file of values. Write {{csv = \"FILE\", column = \"NAME\"}} or "
                       "{{npy = \"FILE\"}}.",
                       shown(name.str())));
  }
  const toml::node& file = *table.get(csv ? "csv" : "npy");
  if (!directory_) fail(file, key, "a file of values (only a sweep file may name one). List the values.");
  const std::string path = (*directory_ / text(file, key, "a file's path in quotes")).string();
  try {
    if (!csv) return {read_npy(path, parameter)};
    const toml::node* column = table.get("column");
    if (!column) return {read_csv_column(path, std::nullopt, parameter)};
    return {read_csv_column(path, text(*column, key, "a column's name in quotes"), parameter)};
  } catch (const ValueFileError& error) {
    places_.set(key, error.place);
    throw SweepError(key, error.what());
  }
}

std::vector<Setting> TomlSweep::settings(const toml::table& table, const std::string& prefix,
                                         const Declaration& declaration) const {
  std::vector<Setting> result;
  for (const auto& [key, node] : in_file_order(table)) {
    const std::string path = join(prefix, key->str());
    note(*key, path);
    const Parameter& setting = parameter(*key, path, declaration);
    result.push_back({setting.name, value(*node, path, setting)});
  }
  return result;
}

}  // namespace trawl::io
