// The values of an axis, computed from their index.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/number.hpp"
#include "engine/sweep_spec.hpp"

namespace trawl {

namespace {

constexpr double two_to_63 = 9223372036854775808.0;

double value(const List& list, std::uint64_t i) {
  return list.values[i];
}

// numpy: i * ((stop - start) / (num - 1)) + start. Clamped, for the sum may round past stop.
double value(const Linspace& axis, std::uint64_t i) {
  if (i == 0) return axis.start;
  if (i == axis.num - 1) return axis.stop;
  const double step = (axis.stop - axis.start) / static_cast<double>(axis.num - 1);
  const double x = static_cast<double>(i) * step + axis.start;
  return std::clamp(x, std::min(axis.start, axis.stop), std::max(axis.start, axis.stop));
}

// numpy: 10 to the power of a linspace of the logarithms. A value within rounding of a whole number is that number, so
// that geomspace(1, 1024, 11) gives powers of two.
double value(const Geomspace& axis, std::uint64_t i) {
  if (i == 0) return axis.start;
  if (i == axis.num - 1) return axis.stop;
  const double start = std::abs(axis.start);
  const double stop = std::abs(axis.stop);
  double x = std::pow(10.0, value(Linspace{std::log10(start), std::log10(stop), axis.num}, i));
  const double whole = std::round(x);
  if (std::abs(x - whole) <= 2e-14 * whole) x = whole;
  x = std::clamp(x, std::min(start, stop), std::max(start, stop));
  return std::copysign(x, axis.start);
}

// numpy, bit for bit: the step is the difference of the first two values.
double first_step(const Arange& axis) {
  return (axis.start + axis.step) - axis.start;
}

double value(const Arange& axis, std::uint64_t i) {
  return axis.start + static_cast<double>(i) * first_step(axis);
}

bool is_whole(double x) {
  return std::abs(x) <= largest_whole && std::trunc(x) == x;
}

// How many steps begin before the stop. One that begins within rounding of the stop (at most half a step) is at it.
double steps_before_stop(const Arange& axis, double step) {
  const double steps = (axis.stop - axis.start) / step;
  const bool exact = is_whole(axis.start) && is_whole(axis.stop) && is_whole(step);
  const double rounding = exact ? 0 : 0x1p-52 * (std::abs(axis.start) + std::abs(axis.stop)) / std::abs(step);
  const double nearest = std::round(steps);
  return std::abs(steps - nearest) <= std::min(rounding, 0.5) ? nearest : std::ceil(steps);
}

bool reaches_stop(const Arange& axis, double x) {
  return axis.step > 0 ? x >= axis.stop : x <= axis.stop;
}

// Where the first step is rounded, the values drift from start + i * step: none of them may pass the stop.
std::uint64_t arange_size(const Arange& axis, double steps) {
  auto count = static_cast<std::uint64_t>(std::min(steps, steps_before_stop(axis, first_step(axis))));
  while (count > 1 && reaches_stop(axis, value(axis, count - 1))) --count;
  return count;
}

}  // namespace

std::uint64_t axis_size(const Axis& axis) {
  if (const auto* list = std::get_if<List>(&axis.values)) return list->values.size();
  if (const auto* linspace = std::get_if<Linspace>(&axis.values)) return linspace->num;
  if (const auto* geomspace = std::get_if<Geomspace>(&axis.values)) return geomspace->num;
  const auto* arange = std::get_if<Arange>(&axis.values);
  if (!arange) return 0;
  const std::string key = "axes." + axis.parameter;
  const double count = steps_before_stop(*arange, arange->step);
  if (arange->step == 0 || !std::isfinite(count)) {
    throw SweepError(key,
                     "arange cannot be counted (its step is 0 or a number is not finite). Give start, stop and a "
                     "step that leads from one to the other.");
  }
  if (count >= two_to_63)
    throw SweepError(key, "arange has 2^63 values or more (too many to number). Use a larger step.");
  if (count > 1 && arange->start + arange->step == arange->start) {
    throw SweepError(key,
                     fmt::format("arange does not advance (its step {} vanishes beside its start {}). Use a larger "
                                 "step.",
                                 arange->step, arange->start));
  }
  if (count <= 1) return count > 0 ? 1 : 0;
  return arange_size(*arange, count);
}

double axis_value(const Axis& axis, std::uint64_t i) {
  return std::visit(
      [i](const auto& values) -> double {
        using Values = std::decay_t<decltype(values)>;
        constexpr bool countable = std::is_same_v<Values, List> || std::is_same_v<Values, Linspace> ||
                                   std::is_same_v<Values, Geomspace> || std::is_same_v<Values, Arange>;
        if constexpr (countable) return value(values, i);
        TRAWL_CHECK(countable);
        return 0;
      },
      axis.values);
}

}  // namespace trawl
