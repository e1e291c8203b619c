// Where a task stands in its sweep, for people and for logs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/sweep.hpp"
#include "engine/task.hpp"

namespace trawl {

/// A swept parameter's value at a point.
struct SweptValue {
  std::size_t parameter = 0;  ///< position in Declaration::parameters
  double value = 0;
};

/// Those parameters that vary over the sweep, in the order of its dimensions.
std::vector<SweptValue> swept_values(const Sweep& sweep, PointIndex point);

/// "task 17 (samples = 5, method = plain, replicate 2)"; the replicate is left out where there is only one.
std::string task_text(const Sweep& sweep, TaskIndex task);

/// An output's element of one task by its index in the output's own dimensions: "loss[3, 0]"; "loss" if it is a scalar.
std::string element_text(const OutputLayout& layout, std::size_t output, std::size_t element);

}  // namespace trawl
