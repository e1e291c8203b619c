#include "studies/models/descent.hpp"

#include <numeric>

namespace trawl::studies::models {

Parameter start_parameter(const char* name) {
  return {.name = name, .domain = between(-1e6, 1e6), .description = "where the walk starts"};
}

Parameter steps_parameter() {
  return {.name = "steps", .domain = between(0, double{most_steps}), .description = "number of steps"};
}

Parameter path_steps_parameter() {
  return {.name = "path_steps",
          .domain = between(0, double{most_steps}),
          .description = "steps of the path that are kept, from the first on; the sweep's largest value counts"};
}

Parameter decay_parameter(const char* name, const char* description) {
  return {.name = name, .domain = {.lower = 0, .upper = 1, .upper_open = true}, .description = description};
}

Dimension step_dimension(const Extent& steps, const Extent& path_steps) {
  Dimension step = {.name = "step", .description = "steps taken"};
  step.values.resize(static_cast<std::size_t>(std::min(steps.upper, path_steps.upper)) + 1);
  std::iota(step.values.begin(), step.values.end(), 0.0);
  return step;
}

OutputLayout walk_layout(const Extent& steps, const Extent& path_steps) {
  const char* beyond = "step beyond those that the point takes and keeps";
  return {
      .dimensions = {{.name = "component", .description = "component of phi", .labels = {"phi0", "phi1"}},
                     step_dimension(steps, path_steps)},
      .outputs = {
          {.name = "phi", .description = "where the walk ends", .dimensions = {"component"}},
          {.name = "loss", .description = "loss there"},
          {.name = "gradient", .description = "gradient of the loss there", .dimensions = {"component"}},
          {.name = "phi_path",
           .description = "phi after each step",
           .dimensions = {"step", "component"},
           .nan_means = beyond},
          {.name = "loss_path", .description = "loss after each step", .dimensions = {"step"}, .nan_means = beyond}}};
}

}  // namespace trawl::studies::models
