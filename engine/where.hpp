// The language of `where`: its grammar, its types, and what muParser makes of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/study.hpp"

namespace trawl {

/// A function that `where` may call.
struct WhereFunction {
  const char* name;
  int arguments;  ///< 1 or 2; any_number for one and more
  static constexpr int any_number = -1;
};

const std::vector<WhereFunction>& where_functions();

/// Reads a condition over a study's parameters, from the loosest to the tightest binding
///
///     condition  = either [ "?" condition ":" condition ]
///     either     = both { "||" both }
///     both       = comparison { "&&" comparison }
///     comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
///     sum        = product { ( "+" | "-" ) product }
///     product    = signed { ( "*" | "/" ) signed }
///     signed     = ( "-" | "+" | "!" ) signed | power
///     power      = primary [ "^" signed ]
///     primary    = number | name | label in quotes | function "(" arguments ")" | "(" condition ")"
///
/// and returns it for muParser, with variable v0, v1, ... for each parameter and numbers for labels. Comparisons give
/// conditions; arithmetic takes numbers; `&&`, `||`, `!` and `?:` take conditions; a flag is both. A choice is compared
/// by == or != with its labels, or with a choice of the same labels. Throws SweepError (key "where") for all else.
std::string translate_where(std::string_view expression, const Declaration& declaration);

}  // namespace trawl
