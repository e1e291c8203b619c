// What a study's parameters are: name, kind, unit, domain, default.
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace trawl {

enum class Kind { real, integer, flag, choice };

/// The interval that a real or integer parameter may lie in.
struct Domain {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  bool lower_open = false;
  bool upper_open = false;

  bool contains(double value) const;
  std::string text() const;  ///< as in "[0, 1)"; "any" if unbounded
};

Domain any_number();
Domain at_least(double lower);
Domain above(double lower);
Domain between(double lower, double upper);  ///< both ends included
Domain strictly_between(double lower, double upper);

/// A parameter's value is a double everywhere in the engine: a real as it is, an integer as an exact
/// whole number (|value| <= 2^53), a flag as 0 or 1, a choice as the position of its label.
struct Parameter {
  std::string name;
  Kind kind = Kind::real;
  std::string unit = "1";
  Domain domain = {};                     ///< real and integer only
  std::vector<std::string> choices = {};  ///< choice only
  double default_value = 0;
  std::string long_name = {};    ///< see long_name_of
  std::string description = {};  ///< what it means, as long as it takes
};

/// What axes and legends show for a parameter, output or dimension: its `long_name`, a noun phrase of at most 40
/// characters ("learning rate"), or the name with spaces for underscores where it has none.
template <class Named>
std::string long_name_of(const Named& named) {
  std::string words = named.long_name.empty() ? named.name : named.long_name;
  if (named.long_name.empty()) std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

/// The problem with `value` for this parameter as a phrase ("0 is outside [1, inf)"), empty if there is none.
std::string problem_with(const Parameter& parameter, double value);

/// What it takes, as in "a whole number in [1, inf)", "true or false", "one of shifted, centred".
std::string accepted_values(const Parameter& parameter);

/// Shortest text that reads back as the same value: "0.1", "5", "true", "shifted".
std::string value_text(const Parameter& parameter, double value);

/// `value` with the one zero that an integer has.
double settled(const Parameter& parameter, double value);

/// Reads what value_text writes; also accepts 1e3 for an integer (number.hpp). Throws std::invalid_argument with a
/// phrase that says what would be right; the domain is checked too.
double parse_value(const Parameter& parameter, std::string_view text);

}  // namespace trawl
