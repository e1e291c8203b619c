// trawl list, trawl describe: what studies there are.
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "cluster/cli/arguments.hpp"
#include "cluster/cli/json.hpp"
#include "cluster/cli/print.hpp"
#include "cluster/cli/terminal.hpp"
#include "cluster/cli/verbs.hpp"
#include "engine/counted.hpp"
#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::real:
      return "real";
    case Kind::integer:
      return "integer";
    case Kind::flag:
      return "flag";
    case Kind::choice:
      return "choice";
  }
  return "";
}

std::string values_text(const Parameter& parameter) {
  switch (parameter.kind) {
    case Kind::flag:
      return "false or true";
    case Kind::choice:
      return fmt::format("{}", fmt::join(parameter.choices, ", "));
    default:
      return parameter.domain.text();
  }
}

std::string unit_text(const std::string& unit) {
  return unit == "1" ? "" : " " + unit;
}

/// The name in full, where the study gives one.
template <class Named>
std::string full_name(const Named& named) {
  return named.long_name.empty() ? "" : fmt::format(" ({})", named.long_name);
}

/// The outputs of a sweep of one point: every parameter at its default.
OutputLayout default_outputs(const Study& study) {
  std::vector<Extent> extents;
  for (const Parameter& p : study.declaration().parameters) extents.push_back({p.default_value, p.default_value});
  return study.outputs(extents);
}

std::string study_text(const Study& study) {
  const Declaration& d = study.declaration();
  std::string text = fmt::format("{}, version {}\n{}\n\n  maths   {}\n  source  {}\n\nParameters\n", d.name, d.version,
                                 d.summary, d.maths, d.source);
  for (const Parameter& p : d.parameters) {
    text += fmt::format("  {} = {}{}{}\n      {}; {}. {}\n", p.name, value_text(p, p.default_value), unit_text(p.unit),
                        full_name(p), kind_name(p.kind), values_text(p), p.description);
  }
  const OutputLayout layout = default_outputs(study);
  text += "\nOutputs\n";
  for (const Output& output : layout.outputs) {
    const std::string dimensions =
        output.dimensions.empty() ? "" : fmt::format("[{}]", fmt::join(output.dimensions, ", "));
    text += fmt::format("  {}{}{}{}\n      {}\n", output.name, dimensions, unit_text(output.unit), full_name(output),
                        output.description);
    if (!output.nan_means.empty()) text += fmt::format("      NaN: {}\n", output.nan_means);
  }
  if (!layout.dimensions.empty()) text += "\nDimensions of outputs (sizes at the defaults)\n";
  for (const Dimension& dimension : layout.dimensions) {
    text +=
        fmt::format("  {}, {}{}{}\n      {}\n", dimension.name, counted(dimension.size(), "value"),
                    dimension.unit == "1" ? "" : " in " + dimension.unit, full_name(dimension), dimension.description);
  }
  return text;
}

Json summary_json(const Declaration& d) {
  return {{"name", d.name}, {"version", d.version}, {"group", d.group}, {"summary", d.summary}, {"source", d.source}};
}

Json parameter_json(const Parameter& p) {
  Json json = {{"name", p.name}, {"kind", kind_name(p.kind)}, {"unit", p.unit}};
  if (p.kind == Kind::choice) {
    json["choices"] = p.choices;
    json["default"] = value_text(p, p.default_value);
  } else if (p.kind == Kind::flag) {
    json["default"] = p.default_value != 0;
  } else {
    json["domain"] = {{"text", p.domain.text()},
                      {"lower", p.domain.lower},
                      {"upper", p.domain.upper},
                      {"lower_open", p.domain.lower_open},
                      {"upper_open", p.domain.upper_open}};
    if (p.kind == Kind::integer) json["default"] = static_cast<std::int64_t>(p.default_value);
    else json["default"] = p.default_value;
  }
  json["long_name"] = long_name_of(p);
  json["description"] = p.description;
  return json;
}

Json study_json(const Study& study) {
  const Declaration& d = study.declaration();
  Json json = summary_json(d);
  json["maths"] = d.maths;
  json["parameters"] = Json::array();
  for (const Parameter& p : d.parameters) json["parameters"].push_back(parameter_json(p));
  const OutputLayout layout = default_outputs(study);
  json["outputs"] = Json::array();
  for (const Output& output : layout.outputs) {
    json["outputs"].push_back({{"name", output.name},
                               {"unit", output.unit},
                               {"dimensions", output.dimensions},
                               {"long_name", long_name_of(output)},
                               {"description", output.description},
                               {"nan_means", output.nan_means}});
  }
  json["dimensions"] = Json::array();
  for (const Dimension& dimension : layout.dimensions) {
    json["dimensions"].push_back({{"name", dimension.name},
                                  {"unit", dimension.unit},
                                  {"size_at_defaults", dimension.size()},
                                  {"long_name", long_name_of(dimension)},
                                  {"description", dimension.description}});
  }
  return json;
}

std::string indented(const std::string& text, std::size_t indent) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) result += std::string(indent, ' ') + line + "\n";
  return result;
}

/// Headings in the order of their first study.
std::vector<std::string> groups_of(std::span<const Study* const> studies) {
  std::vector<std::string> groups;
  for (const Study* study : studies) {
    const std::string& group = study->declaration().group;
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  }
  return groups;
}

/// A name and what it means in two columns; one below the other where the terminal is too narrow for that.
void print_entry(const std::string& name, std::size_t name_columns, const std::string& text) {
  constexpr std::size_t narrowest = 40;  ///< of the second column
  const std::optional<std::size_t> columns = terminal_columns(STDOUT_FILENO);
  if (columns && *columns < name_columns + 4 + narrowest) {
    print_text(wrapped(fmt::format("  {}\n{}", name, indented(text, 4)), columns, 0));
    return;
  }
  const std::optional<std::size_t> left = columns ? std::optional(*columns - name_columns - 4) : std::nullopt;
  std::istringstream lines(wrapped(text, left, 0));
  std::string first = name;
  for (std::string line; std::getline(lines, line); first.clear()) print("  {:<{}}  {}\n", first, name_columns, line);
}

void print_list(std::span<const Study* const> studies) {
  std::size_t width = 0;
  for (const Study* study : studies) width = std::max(width, study->declaration().name.size());
  for (const std::string& group : groups_of(studies)) {
    print("{}\n", group);
    for (const Study* study : studies) {
      const Declaration& d = study->declaration();
      if (d.group == group) print_entry(d.name, width, d.summary + "\n" + d.source + "\n");
    }
  }
}

}  // namespace

void print_json(const Json& document) {
  print_text(document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n");
}

int list_verb(const Invocation& invocation) {
  Syntax syntax("", "Lists the studies by group, each with its source.");
  syntax.options.add_options()("json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  if (arguments.flag("json")) {
    Json document = json_document();
    document["studies"] = Json::array();
    for (const Study* study : invocation.studies) document["studies"].push_back(summary_json(study->declaration()));
    print_json(document);
    return exit_complete;
  }
  print_list(invocation.studies);
  return exit_complete;
}

int describe_verb(const Invocation& invocation) {
  Syntax syntax("STUDY", "Says what a study computes: parameters, outputs, mathematics, source.");
  syntax.options.add_options()("json", flag_option(), "as JSON");
  const Arguments arguments(syntax, invocation);
  if (arguments.help()) return exit_complete;
  const Study& study = find_study(invocation.studies, arguments.positional());
  if (arguments.flag("json")) {
    Json document = json_document();
    document["study"] = study_json(study);
    print_json(document);
  } else {
    print_text(wrapped(study_text(study), terminal_columns(STDOUT_FILENO), 0));
  }
  return exit_complete;
}

}  // namespace trawl::cluster
