#include "engine/sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/check_study.hpp"
#include "engine/error.hpp"

namespace trawl {

namespace {

// Integers, flags and choices have one zero.
void settle(SweepSpec& spec, const Declaration& declaration) {
  const auto settle_value = [&declaration](const std::string& name, double& value) {
    if (const auto position = find_parameter(declaration, name))
      value = settled(declaration.parameters[*position], value);
  };
  const auto settle_axis = [&settle_value](const std::string& name, auto& axis) {
    if constexpr (requires { axis.values; }) {
      for (double& value : axis.values) settle_value(name, value);
    } else if constexpr (requires { axis.start; }) {
      settle_value(name, axis.start), settle_value(name, axis.stop);
    } else {
      settle_value(name, axis.lower), settle_value(name, axis.upper);
    }
  };
  for (Axis& axis : spec.axes) std::visit([&](auto& values) { settle_axis(axis.parameter, values); }, axis.values);
  for (Setting& setting : spec.fixed) settle_value(setting.parameter, setting.value);
  for (auto& point : spec.list) {
    for (Setting& setting : point) settle_value(setting.parameter, setting.value);
  }
}

SweepSpec checked(const Declaration& declaration, SweepSpec spec) {
  check_declaration(declaration);
  validate(spec, declaration);
  settle(spec, declaration);
  return spec;
}

OutputLayout checked(const Declaration& declaration, OutputLayout layout) {
  check_layout(declaration, layout);
  return layout;
}

void check_dimensions(const Design& design, const OutputLayout& layout) {
  for (const SweepDimension& dimension : design.dimensions()) {
    const auto is_taken = [&dimension](const auto& other) { return other.name == dimension.name; };
    if (!std::ranges::any_of(layout.outputs, is_taken) && !std::ranges::any_of(layout.dimensions, is_taken)) continue;
    throw SweepError("zip",
                     fmt::format("the zipped axes make a dimension {} (an output of the study has that name). Give "
                                 "the axes in another order.",
                                 dimension.name));
  }
  for (const Output& output : layout.outputs) {
    const std::size_t depth = design.dimensions().size() + output.dimensions.size();
    if (depth <= max_sweep_dimensions) continue;
    throw SweepError("axes",
                     fmt::format("output {} would have {} dimensions (a result file has at most {}). Zip or fix "
                                 "some axes, or use design = \"random\".",
                                 output.name, depth + 1, max_sweep_dimensions + 1));
  }
}

void check_bytes(const Design& design, std::size_t doubles_per_task) {
  constexpr std::uint64_t most_doubles = std::numeric_limits<std::int64_t>::max() / sizeof(double);
  const std::uint64_t tasks = design.task_count();
  if (doubles_per_task <= most_doubles / tasks) return;
  throw SweepError(design.replicates() > design.point_count() ? "replicates" : "axes",
                   fmt::format("{} tasks of {} numbers each (more than 2^63 bytes of results). Use fewer points or "
                               "replicates.",
                               tasks, doubles_per_task));
}

void check_text(const std::string& text) {
  if (text.size() <= max_sweep_text) return;
  throw SweepError("axes", fmt::format("the sweep's canonical text has {} bytes (a result file and a job hold at most "
                                       "{} MiB of it). List fewer values, or split the sweep.",
                                       text.size(), max_sweep_text >> 20));
}

}  // namespace

Sweep::Sweep(const Study& the_study, SweepSpec the_spec)
    : study(the_study),
      spec(checked(study.declaration(), std::move(the_spec))),
      design(spec, study.declaration()),
      layout(checked(study.declaration(), study.outputs(design.extents()))),
      text(canonical_text(spec, study.declaration())) {
  check_text(text);
  check_dimensions(design, layout);
  for (std::size_t k = 0; k < layout.outputs.size(); ++k) output_sizes.push_back(layout.size(k));
  for (const std::size_t size : output_sizes) doubles_per_task += size;
  check_bytes(design, doubles_per_task);
}

}  // namespace trawl
