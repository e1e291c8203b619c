// Whether values are right for a parameter.
#pragma once

#include <string>

#include "engine/sweep_spec.hpp"

namespace trawl {

/// Throws SweepError with this key if the parameter does not take the value.
void require_value(const Parameter& parameter, const std::string& key, double value);

/// Checks that an axis has values and that all of them are the parameter's: a list value by value, every other form by
/// its ends. Throws SweepError.
void check_axis_values(const Axis& axis, const Parameter& parameter);

bool is_distribution(const AxisValues& values);

}  // namespace trawl
