#include "engine/sweep_spec.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "engine/axis_check.hpp"
#include "engine/constraint.hpp"
#include "engine/distinct.hpp"
#include "engine/error.hpp"
#include "engine/spelling.hpp"

namespace trawl {

namespace {

constexpr std::uint64_t most_tasks = std::numeric_limits<std::int64_t>::max();

const Parameter& require_parameter(const Declaration& declaration, const std::string& key, const std::string& name) {
  if (const auto position = find_parameter(declaration, name)) return declaration.parameters[*position];
  throw SweepError(key, fmt::format("unknown parameter {} ({} has none of that name). {}", name, declaration.name,
                                    suggestion(name, parameter_names(declaration))));
}

const Axis* find_axis(const SweepSpec& spec, const std::string& name) {
  const auto found = std::ranges::find(spec.axes, name, &Axis::parameter);
  return found == spec.axes.end() ? nullptr : &*found;
}

std::vector<std::string> axis_names(const SweepSpec& spec) {
  std::vector<std::string> names;
  for (const Axis& axis : spec.axes) names.push_back(axis.parameter);
  return names;
}

const Axis& require_axis(const SweepSpec& spec, const std::string& key, const std::string& name) {
  if (const Axis* axis = find_axis(spec, name)) return *axis;
  throw SweepError(key, fmt::format("{} is not an axis (only what varies can be named here). {}", name,
                                    suggestion(name, axis_names(spec))));
}

const char* name_of(DesignKind design) {
  return design_names[static_cast<int>(design)];
}

void check_axes(const SweepSpec& spec, const Declaration& declaration) {
  for (std::size_t i = 0; i < spec.axes.size(); ++i) {
    const Axis& axis = spec.axes[i];
    const std::string key = "axes." + axis.parameter;
    const Parameter& parameter = require_parameter(declaration, key, axis.parameter);
    if (find_axis(spec, axis.parameter) != &axis) {
      throw SweepError(key, fmt::format("{} is an axis twice (each axis needs a parameter of its own). Remove one.",
                                        axis.parameter));
    }
    if (is_distribution(axis.values) && !is_sampled(spec.design)) {
      throw SweepError(key, fmt::format("{} is drawn from a distribution (a {} design needs values). Give values, or "
                                        "design = \"random\".",
                                        axis.parameter, name_of(spec.design)));
    }
    check_axis_values(axis, parameter);
  }
}

void check_fixed(const SweepSpec& spec, const Declaration& declaration) {
  for (std::size_t i = 0; i < spec.fixed.size(); ++i) {
    const Setting& setting = spec.fixed[i];
    const std::string key = "fixed." + setting.parameter;
    require_value(require_parameter(declaration, key, setting.parameter), key, setting.value);
    if (find_axis(spec, setting.parameter)) {
      throw SweepError(key, fmt::format("{} is fixed and an axis (it cannot be both). Remove one.", setting.parameter));
    }
    if (std::ranges::find(spec.fixed, setting.parameter, &Setting::parameter) != spec.fixed.begin() + i) {
      throw SweepError(key, fmt::format("{} is fixed twice (only one value can hold). Remove one.", setting.parameter));
    }
  }
}

void check_list(const SweepSpec& spec, const Declaration& declaration) {
  if (spec.list.empty())
    throw SweepError("points", "a list design without points (nothing to run). Give points = [{...}].");
  if (!spec.axes.empty()) {
    throw SweepError("axes." + spec.axes[0].parameter,
                     "a list design has axes (its points say everything). Move them "
                     "into the points, or use design = \"grid\".");
  }
  const std::vector<Setting>& first = spec.list[0];
  for (std::size_t i = 0; i < spec.list.size(); ++i) {
    const std::vector<Setting>& point = spec.list[i];
    for (std::size_t k = 0; k < point.size(); ++k) {
      const std::string& name = point[k].parameter;
      const std::string key = fmt::format("points[{}].{}", i, name);
      require_value(require_parameter(declaration, key, name), key, point[k].value);
      if (std::ranges::find(point, name, &Setting::parameter) != point.begin() + k) {
        throw SweepError(key, fmt::format("{} is set twice in a point (only one value can hold). Remove one.", name));
      }
      if (std::ranges::find(spec.fixed, name, &Setting::parameter) != spec.fixed.end()) {
        throw SweepError(key, fmt::format("{} is fixed and set in a point (it cannot be both). Remove one.", name));
      }
      if (std::ranges::find(first, name, &Setting::parameter) == first.end()) {
        throw SweepError(key,
                         fmt::format("{} is not set in the first point (all points set the same parameters). Set it "
                                     "in all of them.",
                                     name));
      }
    }
    for (const Setting& setting : first) {
      if (std::ranges::find(point, setting.parameter, &Setting::parameter) != point.end()) continue;
      throw SweepError(fmt::format("points[{}]", i), fmt::format("{} is not set (all points set the same parameters). "
                                                                 "Set it in all of them.",
                                                                 setting.parameter));
    }
  }
}

void check_equal_sizes(const std::string& key, const Axis& a, const Axis& b) {
  if (axis_size(a) == axis_size(b)) return;
  throw SweepError(key, fmt::format("{} has {} values and {} has {} (zipped axes move together). Give them the same "
                                    "number of values.",
                                    a.parameter, axis_size(a), b.parameter, axis_size(b)));
}

void check_zip(const SweepSpec& spec) {
  if (spec.design == DesignKind::zip) {
    for (const Axis& axis : spec.axes) check_equal_sizes("axes." + axis.parameter, spec.axes[0], axis);
  }
  if (!spec.zip.empty() && spec.design != DesignKind::grid) {
    throw SweepError("zip", fmt::format("zip in a {} design (it joins axes of a grid). Remove it, or use "
                                        "design = \"grid\".",
                                        name_of(spec.design)));
  }
  std::vector<std::string> seen;
  for (const std::vector<std::string>& group : spec.zip) {
    if (group.size() < 2)
      throw SweepError("zip", "a group of fewer than two axes (nothing to zip). Name at least two.");
    for (const std::string& name : group) {
      check_equal_sizes("zip", require_axis(spec, "zip", group[0]), require_axis(spec, "zip", name));
      if (std::ranges::find(seen, name) != seen.end()) {
        throw SweepError("zip",
                         fmt::format("{} is zipped twice (it can move with one group only). Name it once.", name));
      }
      seen.push_back(name);
    }
  }
}

void check_common_random_numbers(const SweepSpec& spec) {
  if (spec.common_random_numbers.empty()) return;
  if (spec.design != DesignKind::grid) {
    throw SweepError("common_random_numbers",
                     fmt::format("common_random_numbers in a {} design (only in a grid do points differ in one axis "
                                 "alone). Remove it, or use design = \"grid\".",
                                 name_of(spec.design)));
  }
  for (const std::string& name : spec.common_random_numbers) require_axis(spec, "common_random_numbers", name);
}

void check_points_key(const SweepSpec& spec) {
  if (is_sampled(spec.design)) {
    if (spec.points == 0) {
      throw SweepError("points", fmt::format("a {} design with 0 points (nothing to run). Give points = 1000, say.",
                                             name_of(spec.design)));
    }
    if (spec.axes.empty()) {
      throw SweepError("design",
                       fmt::format("a {} design without axes (all points would be the same). Give axes, or use "
                                   "replicates.",
                                   name_of(spec.design)));
    }
  } else if (spec.points != 0) {
    throw SweepError("points",
                     fmt::format("a number of points in a {} design (its axes say how many). Remove it, or use "
                                 "design = \"random\".",
                                 name_of(spec.design)));
  }
  if (spec.design != DesignKind::list && !spec.list.empty()) {
    throw SweepError("points", fmt::format("points in a {} design (its axes say what they are). Remove them, or use "
                                           "design = \"list\".",
                                           name_of(spec.design)));
  }
  if (spec.design == DesignKind::zip && spec.axes.empty()) {
    throw SweepError("design", "a zip design without axes (nothing to zip). Give axes, or use design = \"grid\".");
  }
}

void check_count(const SweepSpec& spec) {
  const auto groups = axis_groups(spec);
  if (groups.size() > max_sweep_dimensions) {
    throw SweepError("axes",
                     fmt::format("a grid of {} axes (a result file has at most {} dimensions). Zip some, fix some, "
                                 "or use design = \"random\".",
                                 groups.size(), max_sweep_dimensions));
  }
  std::uint64_t tasks = 1;
  const auto multiply = [&tasks](std::uint64_t factor, const char* key) {
    if (factor <= most_tasks / tasks) {
      tasks *= factor;
      return;
    }
    throw SweepError(key,
                     "the sweep has 2^63 tasks or more (they could not be numbered). Use fewer points or "
                     "replicates.");
  };
  for (const auto& group : groups) multiply(axis_size(spec.axes[group[0]]), "axes");
  if (is_sampled(spec.design)) multiply(spec.points, "points");
  if (spec.design == DesignKind::list) multiply(spec.list.size(), "points");
  multiply(spec.replicates, "replicates");
}

}  // namespace

std::vector<std::vector<std::size_t>> axis_groups(const SweepSpec& spec) {
  std::vector<std::vector<std::size_t>> groups;
  if (spec.design != DesignKind::grid && spec.design != DesignKind::zip) return groups;
  const auto zipped = [&spec](const std::string& a, const std::string& b) {
    return spec.design == DesignKind::zip || std::ranges::any_of(spec.zip, [&](const std::vector<std::string>& group) {
             return std::ranges::find(group, a) != group.end() && std::ranges::find(group, b) != group.end();
           });
  };
  for (std::size_t i = 0; i < spec.axes.size(); ++i) {
    const auto group = std::ranges::find_if(groups, [&](const std::vector<std::size_t>& members) {
      return zipped(spec.axes[members[0]].parameter, spec.axes[i].parameter);
    });
    if (group == groups.end()) groups.push_back({i});
    else group->push_back(i);
  }
  return groups;
}

bool has_common_random_numbers(const SweepSpec& spec, const std::vector<std::size_t>& group) {
  return std::ranges::any_of(group, [&names = spec.common_random_numbers, &spec](std::size_t axis) {
    return std::ranges::find(names, spec.axes[axis].parameter) != names.end();
  });
}

void validate(const SweepSpec& spec, const Declaration& declaration) {
  if (spec.study != declaration.name) {
    throw SweepError("study", fmt::format("the sweep is of {} (the study at hand is {}). Change one.", spec.study,
                                          declaration.name));
  }
  if (spec.seed > most_tasks) {
    throw SweepError(
        "seed",
        fmt::format("{} is beyond 2^63 - 1 (sweep files hold no larger integer). Use a smaller seed.", spec.seed));
  }
  if (spec.replicates == 0) throw SweepError("replicates", "0 replicates (nothing to run). Give at least 1.");
  check_points_key(spec);
  check_fixed(spec, declaration);
  check_axes(spec, declaration);
  if (spec.design == DesignKind::list) check_list(spec, declaration);
  check_zip(spec);
  check_common_random_numbers(spec);
  check_count(spec);
  require_distinct_points(spec, declaration);
  Constraint(spec.where, declaration);
}

}  // namespace trawl
