#include "engine/distinct.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "engine/axis_check.hpp"
#include "engine/error.hpp"

namespace trawl {

namespace {

constexpr std::uint64_t most_compared = 65536;

constexpr const char* advice = "Remove one; replicates = 2 computes each point twice";

// Equal rows of a table, by their numbers.
struct Pair {
  std::uint64_t first, second;
};

std::optional<Pair> equal_rows(const std::vector<double>& table, std::size_t width) {
  std::vector<std::uint64_t> order(table.size() / width);
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  const auto compare = [&](std::uint64_t a, std::uint64_t b) {
    const double* left = table.data() + a * width;
    const double* right = table.data() + b * width;
    for (std::size_t i = 0; i < width; ++i) {
      if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    }
    return 0;
  };
  std::ranges::stable_sort(order, [&](std::uint64_t a, std::uint64_t b) { return compare(a, b) < 0; });
  const auto twice = std::ranges::adjacent_find(order, [&](auto a, auto b) { return compare(a, b) == 0; });
  if (twice == order.end()) return std::nullopt;
  return Pair{*twice, *(twice + 1)};
}

// The distance between doubles just below x.
double spacing(double x) {
  return std::abs(x) - std::nextafter(std::abs(x), 0.0);
}

bool is_listed(const Axis& axis) {
  return std::holds_alternative<List>(axis.values) || std::holds_alternative<Choice>(axis.values);
}

// Whether the step of a computed axis is far above rounding: its values are monotone, so no two are then equal.
bool has_clear_step(const Axis& axis, std::uint64_t size) {
  const double first = axis_value(axis, 0), last = axis_value(axis, size - 1);
  if (std::holds_alternative<Geomspace>(axis.values)) {
    return std::abs(std::log(last / first)) / static_cast<double>(size - 1) > 1e-12;
  }
  const double step = std::abs(last - first) / static_cast<double>(size - 1);
  return step > 4 * spacing(std::max(std::abs(first), std::abs(last)));
}

// Equal values of a computed axis that follow each other; of a long axis without a clear step the first two.
std::optional<Pair> equal_steps(const Axis& axis) {
  const std::uint64_t size = axis_size(axis);
  if (size < 2 || has_clear_step(axis, size)) return std::nullopt;
  if (size > most_compared) return Pair{0, 1};
  for (std::uint64_t i = 1; i < size; ++i) {
    if (axis_value(axis, i - 1) == axis_value(axis, i)) return Pair{i - 1, i};
  }
  return std::nullopt;
}

std::optional<Pair> equal_values(const Axis& axis) {
  if (const auto* choice = std::get_if<Choice>(&axis.values)) return equal_rows(choice->values, 1);
  if (const auto* list = std::get_if<List>(&axis.values)) return equal_rows(list->values, 1);
  return is_distribution(axis.values) ? std::nullopt : equal_steps(axis);
}

void require_distinct_values(const Axis& axis, const Declaration& declaration) {
  const std::optional<Pair> pair = equal_values(axis);
  if (!pair) return;
  const Parameter& parameter = declaration.parameters[*find_parameter(declaration, axis.parameter)];
  const auto* choice = std::get_if<Choice>(&axis.values);
  const double value = choice ? choice->values[pair->second] : axis_value(axis, pair->second);
  throw SweepError(
      "axes." + axis.parameter,
      fmt::format("{} has the value {} twice, as its values {} and {} (one label can hold one result). {}.",
                  axis.parameter, value_text(parameter, value), pair->first + 1, pair->second + 1,
                  is_listed(axis) ? advice : "Give a larger step or fewer values"));
}

// Axes that move together: it is enough that one of them never repeats.
void require_distinct_rows(const std::vector<Axis>& axes, const char* key) {
  if (std::ranges::any_of(axes, [](const Axis& axis) { return !equal_values(axis); })) return;
  const std::uint64_t size = axis_size(axes[0]);
  const bool listed = std::ranges::any_of(axes, is_listed);
  std::optional<Pair> pair = Pair{0, 1};
  if (listed || size <= most_compared) {
    std::vector<double> table;
    for (std::uint64_t i = 0; i < size; ++i) {
      for (const Axis& axis : axes) table.push_back(axis_value(axis, i));
    }
    pair = equal_rows(table, axes.size());
  }
  if (!pair) return;
  throw SweepError(key, fmt::format("the zipped axes have the same values twice, as their values {} and {} (one point "
                                    "can hold one result). {}.",
                                    pair->first + 1, pair->second + 1, advice));
}

void require_distinct_list(const SweepSpec& spec) {
  const std::vector<Setting>& names = spec.list[0];
  std::vector<double> table;
  for (const std::vector<Setting>& point : spec.list) {
    for (const Setting& name : names) {
      table.push_back(std::ranges::find(point, name.parameter, &Setting::parameter)->value);
    }
  }
  const auto pair = names.empty() ? (spec.list.size() > 1 ? std::optional(Pair{0, 1}) : std::nullopt)
                                  : equal_rows(table, names.size());
  if (!pair) return;
  throw SweepError(fmt::format("points[{}]", pair->second),
                   fmt::format("point {} is point {} again (one point can hold one result). {}.", pair->second + 1,
                               pair->first + 1, advice));
}

}  // namespace

void require_distinct_points(const SweepSpec& spec, const Declaration& declaration) {
  if (spec.design == DesignKind::list) return require_distinct_list(spec);
  if (is_sampled(spec.design)) {
    for (const Axis& axis : spec.axes) require_distinct_values(axis, declaration);
    return;
  }
  for (const std::vector<std::size_t>& group : axis_groups(spec)) {
    if (group.size() == 1) {
      require_distinct_values(spec.axes[group[0]], declaration);
      continue;
    }
    std::vector<Axis> axes;
    for (const std::size_t axis : group) axes.push_back(spec.axes[axis]);
    require_distinct_rows(axes, spec.design == DesignKind::zip ? "axes" : "zip");
  }
}

}  // namespace trawl
