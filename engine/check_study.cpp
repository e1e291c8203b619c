#include "engine/check_study.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/spelling.hpp"

namespace trawl {

namespace {

// Names of a result file's own objects.
constexpr const char* file_names[] = {"point", "replicate", "status"};

// Arguments of xarray's sel, isel, interp and mean: given as keywords, they win over a dimension of that name.
constexpr const char* xarray_arguments[] = {
    "assume_sorted",      "coords",       "dim",  "drop",   "indexers", "keep_attrs", "kwargs", "method",
    "method_non_numeric", "missing_dims", "self", "skipna", "tolerance"};

// What an xarray data set has under these names is data of another kind: data.sizes would mislead without an error.
constexpr const char* xarray_attributes[] = {"attrs",    "chunks", "chunksizes", "data_vars", "dims",
                                             "encoding", "imag",   "indexes",    "loc",       "nbytes",
                                             "real",     "sizes",  "values",     "variables", "xindexes"};

constexpr std::size_t longest_name = 100;  // netCDF has 255, of which zipped axes may need some for several names

[[noreturn]] void refuse(const Declaration& declaration, const std::string& problem) {
  throw StudyError(fmt::format("study {}: {}", declaration.name, problem));
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// For a message: what is no printable ASCII becomes '?'.
std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return is_control(c) || static_cast<unsigned char>(c) > 0x7f; }, '?');
  return text;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && is_letter(name[0]) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

/// Studies are called as files are: [a-z][a-z0-9_]*.
void check_study_name(const std::string& name) {
  const auto lower = [](char c) { return !(c >= 'A' && c <= 'Z'); };
  if (is_name(name) && std::ranges::all_of(name, lower)) return;
  throw StudyError(fmt::format(
      "a study is named '{}' (sweep files and file names hold it). Use a lower-case letter, then lower-case "
      "letters, digits and _, {} at most.",
      printable(name), longest_name));
}

void check_text(const Declaration& declaration, const std::string& owner, const char* what, const std::string& text) {
  if (std::ranges::none_of(text, is_control)) return;
  refuse(declaration,
         fmt::format("the {} of {} has a control character (texts are one line). Remove it.", what, owner));
}

void check_unit(const Declaration& declaration, const std::string& owner, const std::string& unit) {
  check_text(declaration, owner, "unit", unit);
  if (unit.empty() || unit.front() == ' ' || unit.back() == ' ')
    refuse(declaration,
           fmt::format("the unit of {} is '{}' (readers need one). Write \"1\" for a quantity without.", owner, unit));
}

/// What axes and legends show: short, or they overflow.
void check_long_name(const Declaration& declaration, const std::string& owner, const std::string& name) {
  constexpr std::size_t most = 40;
  check_text(declaration, owner, "long name", name);
  if (name.size() > most)
    refuse(declaration,
           fmt::format("the long name of {} has {} bytes (plots show it). Use {} at most, and say the rest "
                       "in its description.",
                       owner, name.size(), most));
}

/// Names that become objects of one result file: no two may be alike.
class Names {
 public:
  explicit Names(const Declaration& declaration) : declaration_(declaration) {
    for (const Parameter& parameter : declaration.parameters) add("parameter " + parameter.name, parameter.name);
  }

  /// `owner` is as messages call it: "output y".
  void add(const std::string& owner, const std::string& name) {
    if (!is_name(name))
      refuse(declaration_,
             fmt::format("{} has no valid name (it names an object of the result file). Use a letter, then "
                         "letters, digits and _, {} at most.",
                         printable(owner), longest_name));
    if (std::ranges::find(file_names, name) != std::end(file_names))
      refuse(declaration_, fmt::format("{} has a name of the result file's own. Choose another.", owner));
    if (!seen_.insert(name).second)
      refuse(declaration_, fmt::format("{} has a name that is taken already (parameters, dimensions and outputs share "
                                       "one file). Choose another.",
                                       owner));
  }

 private:
  const Declaration& declaration_;
  std::set<std::string> seen_;
};

void check_choices(const Declaration& declaration, const Parameter& parameter, const std::string& owner) {
  if (parameter.kind != Kind::choice) {
    if (parameter.choices.empty()) return;
    refuse(declaration, fmt::format("{} has choices but is none (its member is no enum class). Remove them, or bind an "
                                    "enum class.",
                                    owner));
  }
  if (parameter.choices.empty()) refuse(declaration, fmt::format("{} has no choices. Name them in .choices.", owner));
  std::set<std::string> seen;
  for (const std::string& choice : parameter.choices) {
    check_text(declaration, owner, "choice", choice);
    if (choice.empty() || choice.front() == ' ' || choice.back() == ' ' || choice.find(',') != std::string::npos)
      refuse(declaration, fmt::format("{} has the choice '{}' (it cannot be written on a command line). Use a word.",
                                      owner, choice));
    if (!seen.insert(choice).second)
      refuse(declaration, fmt::format("{} has the choice {} twice. Rename one.", owner, choice));
  }
}

void check_parameter(const Declaration& declaration, const Parameter& parameter) {
  const std::string owner = "parameter " + parameter.name;
  check_unit(declaration, owner, parameter.unit);
  check_text(declaration, owner, "description", parameter.description);
  check_long_name(declaration, owner, parameter.long_name);
  check_choices(declaration, parameter, owner);
  const std::string problem = problem_with(parameter, parameter.default_value);
  if (problem.empty()) return;
  refuse(declaration, fmt::format("the default of {}: {} (a sweep that leaves it out would use it). Give its member an "
                                  "initialiser that is allowed.",
                                  owner, problem));
}

void check_dimension(const Declaration& declaration, const Dimension& dimension) {
  const std::string owner = "dimension " + dimension.name;
  check_unit(declaration, owner, dimension.unit);
  check_text(declaration, owner, "description", dimension.description);
  check_long_name(declaration, owner, dimension.long_name);
  if (dimension.size() == 0) refuse(declaration, fmt::format("{} is empty. Give it values or labels.", owner));
  if (!dimension.values.empty() && !dimension.labels.empty())
    refuse(declaration, fmt::format("{} has values and labels. Leave one of them out.", owner));
  if (!std::ranges::all_of(dimension.values, [](double value) { return std::isfinite(value); }))
    refuse(declaration, fmt::format("{} has a value that is not finite. Correct it.", owner));
  std::set<std::string_view> seen;
  for (const std::string& label : dimension.labels) {
    check_text(declaration, owner, "label", label);
    if (label.empty() || !seen.insert(label).second)
      refuse(declaration,
             fmt::format("{} has the label '{}', which is empty or there twice. Rename it.", owner, label));
  }
}

void check_output(const Declaration& declaration, const Output& output, const std::vector<std::string>& dimensions) {
  const std::string owner = "output " + output.name;
  check_unit(declaration, owner, output.unit);
  check_text(declaration, owner, "description", output.description);
  check_long_name(declaration, owner, output.long_name);
  check_text(declaration, owner, "nan_means", output.nan_means);
  std::set<std::string> own;
  for (const std::string& name : output.dimensions) {
    if (std::ranges::find(dimensions, name) == dimensions.end())
      refuse(declaration, fmt::format("{} uses dimension {}, which is not declared (its size is unknown). {}", owner,
                                      printable(name), suggestion(name, dimensions)));
    if (!own.insert(name).second)
      refuse(declaration, fmt::format("{} uses dimension {} twice. Declare another of the same size.", owner, name));
  }
}

void check_readers_name(const Declaration& declaration, const std::string& owner, const std::string& name) {
  if (std::ranges::find(xarray_arguments, name) != std::end(xarray_arguments))
    refuse(declaration, fmt::format("{} is called like an argument of xarray's functions (data.sel({} = ...) would not "
                                    "select by it). Choose another name.",
                                    owner, name));
  if (std::ranges::find(xarray_attributes, name) != std::end(xarray_attributes))
    refuse(declaration, fmt::format("{} is called like an attribute of xarray's data sets (data.{} would be another "
                                    "thing). Choose another name.",
                                    owner, name));
}

void check_readers_names(const Declaration& declaration, const OutputLayout& layout) {
  for (const Parameter& parameter : declaration.parameters)
    check_readers_name(declaration, "parameter " + parameter.name, parameter.name);
  for (const Dimension& dimension : layout.dimensions)
    check_readers_name(declaration, "dimension " + dimension.name, dimension.name);
  for (const Output& output : layout.outputs) check_readers_name(declaration, "output " + output.name, output.name);
}

/// What the study says of its default point; an exception of its own code is its mistake too.
template <class Question>
auto ask(const Declaration& declaration, const char* what, const Question& question) {
  try {
    return question();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    refuse(declaration, fmt::format("{} throws at the parameters' defaults: {}. Correct it.", what, error.what()));
  }
}

}  // namespace

void check_declaration(const Declaration& declaration) {
  check_study_name(declaration.name);
  if (declaration.version < 1)
    refuse(declaration, fmt::format("its version is {}. Count versions from 1.", declaration.version));
  const std::string itself = "the study";
  check_text(declaration, itself, "group", declaration.group);
  check_text(declaration, itself, "summary", declaration.summary);
  check_text(declaration, itself, "equation", declaration.maths);
  check_text(declaration, itself, "source", declaration.source);
  const Names names(declaration);
  for (const Parameter& parameter : declaration.parameters) check_parameter(declaration, parameter);
}

void check_layout(const Declaration& declaration, const OutputLayout& layout) {
  if (layout.outputs.empty()) refuse(declaration, "it has no outputs. Declare one in outputs().");
  Names names(declaration);
  std::vector<std::string> dimensions;
  for (const Dimension& dimension : layout.dimensions) {
    names.add("dimension " + dimension.name, dimension.name);
    check_dimension(declaration, dimension);
    dimensions.push_back(dimension.name);
  }
  for (const Output& output : layout.outputs) {
    names.add("output " + output.name, output.name);
    check_output(declaration, output, dimensions);
  }
}

void check_study(const Study& study) {
  const Declaration& declaration = study.declaration();
  check_study_name(declaration.name);
  if (const std::string problem = study.problem(); !problem.empty()) refuse(declaration, problem + ". Correct it.");
  check_declaration(declaration);
  std::vector<Extent> extents;
  std::vector<double> point;
  for (const Parameter& parameter : declaration.parameters) {
    extents.push_back({parameter.default_value, parameter.default_value});
    point.push_back(parameter.default_value);
  }
  const OutputLayout layout = ask(declaration, "outputs()", [&] { return study.outputs(extents); });
  check_layout(declaration, layout);
  check_readers_names(declaration, layout);
  const double cost = ask(declaration, "cost()", [&] { return study.cost(point); });
  if (!(cost > 0 && std::isfinite(cost)))
    refuse(declaration, fmt::format("its cost at the parameters' defaults is {} (expensive points start first). Return "
                                    "a positive number.",
                                    cost));
}

void check_studies(std::span<const Study* const> studies) {
  std::set<std::string> names;
  for (const Study* study : studies) {
    if (study == nullptr) throw StudyError("a study is a null pointer. Give run_cli studies that exist.");
    check_study(*study);
    const std::string& name = study->declaration().name;
    if (!names.insert(name).second) throw StudyError(fmt::format("study {}: two have that name. Rename one.", name));
  }
}

}  // namespace trawl
