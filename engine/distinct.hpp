// Whether a sweep names a point twice.
#pragma once

#include "engine/sweep_spec.hpp"

namespace trawl {

/// Throws SweepError if two values of an axis, two rows of axes that move together, or two points of a list are equal
/// (0 equals -0). Lists are sorted; other axes of many values are judged by their step.
void require_distinct_points(const SweepSpec& spec, const Declaration& declaration);

}  // namespace trawl
