// The kinds of axis values by name, for sweep files and the command line alike.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sweep_spec.hpp"

namespace trawl::io {

/// "linspace", "geomspace", "arange", "uniform", "log_uniform", "integers", "choice"; "csv" and "npy", which name a
/// file.
const std::vector<std::string>& axis_kinds();

/// What is wrong with a kind that is none of these, as a sentence or two.
std::string no_such_axis_kind(std::string_view kind);

/// The values of a kind that is given by numbers, from its arguments. Throws std::invalid_argument with a phrase that
/// says what would be right.
AxisValues axis_from_numbers(std::string_view kind, std::span<const double> numbers);

/// Throws SweepError (key "design") if there is none of that name.
DesignKind design_from_name(std::string_view name);

}  // namespace trawl::io
