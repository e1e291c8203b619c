#include "engine/axis_check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <variant>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl {

namespace {

void require_numbers(const Parameter& parameter, const std::string& key, const char* form) {
  if (parameter.kind == Kind::real || parameter.kind == Kind::integer) return;
  throw SweepError(key, fmt::format("{} makes numbers ({} takes {}). List its values.", form, parameter.name,
                                    accepted_values(parameter)));
}

// An end that is no value itself (arange's stop) must be a number all the same.
void require_finite(const std::string& key, double end) {
  if (!std::isfinite(end)) throw SweepError(key, fmt::format("{} is not a finite number. Give one.", end));
}

// Ends of a distribution or linspace must not be so far apart that their difference overflows.
void require_finite_width(const std::string& key, double lower, double upper) {
  if (std::isfinite(upper - lower)) return;
  throw SweepError(key, fmt::format("the ends {} and {} are too far apart (their difference is not finite). Give a "
                                    "smaller interval.",
                                    lower, upper));
}

void require_order(const std::string& key, double lower, double upper, bool equal_is_fine) {
  if (lower < upper || (equal_is_fine && lower == upper)) return;
  throw SweepError(key, fmt::format("the lower end {} is not below the upper end {} (the interval is empty). Swap or "
                                    "change them.",
                                    lower, upper));
}

// Checks the values of one axis against its parameter, one overload per form.
struct AxisCheck {
  const Axis& axis;
  const Parameter& parameter;
  const std::string key;

  void value(double x) const { require_value(parameter, key, x); }

  void operator()(const List& list) const {
    std::ranges::for_each(list.values, [this](double x) { value(x); });
  }
  void operator()(const Choice& choice) const {
    std::ranges::for_each(choice.values, [this](double x) { value(x); });
  }

  // All values lie between the ends; those of an integer are whole if the first step is.
  void operator()(const Linspace& linspace) const {
    require_numbers(parameter, key, "linspace");
    if (linspace.num == 0) return;
    value(linspace.start);
    value(axis_value(axis, linspace.num - 1));
    require_finite_width(key, linspace.start, linspace.stop);
    value(axis_value(axis, std::min<std::uint64_t>(1, linspace.num - 1)));
  }

  void operator()(const Arange& arange) const {
    require_numbers(parameter, key, "arange");
    const std::uint64_t count = axis_size(axis);
    if (count == 0) return;
    value(arange.start);
    value(axis_value(axis, std::min<std::uint64_t>(1, count - 1)));
    value(axis_value(axis, count - 1));
  }

  void operator()(const Geomspace& geomspace) const {
    require_numbers(parameter, key, "geomspace");
    require_finite(key, geomspace.stop);
    if (geomspace.start == 0 || geomspace.stop == 0) {
      throw SweepError(key, "geomspace has an end at 0 (no geometric progression reaches it). Give ends other than 0.");
    }
    if (std::signbit(geomspace.start) != std::signbit(geomspace.stop)) {
      throw SweepError(key,
                       "the ends of geomspace differ in sign (no geometric progression leads from one to the "
                       "other). Give ends of the same sign.");
    }
    if (geomspace.num == 0) return;
    value(geomspace.start);
    value(axis_value(axis, geomspace.num - 1));
    if (parameter.kind == Kind::integer) whole_values(geomspace);
  }

  // Of distinct whole numbers up to 2^53 no geometric progression has more than 54.
  void whole_values(const Geomspace& geomspace) const {
    if (geomspace.num > 54) {
      throw SweepError(key, fmt::format("geomspace has {} values ({} is an integer, and no more than 54 whole numbers "
                                        "are in geometric progression). List the values.",
                                        geomspace.num, parameter.name));
    }
    for (std::uint64_t i = 0; i < geomspace.num; ++i) value(axis_value(axis, i));
  }

  void operator()(const Uniform& uniform) const {
    require_real("uniform");
    interval(uniform.lower, uniform.upper);
  }

  void operator()(const LogUniform& log_uniform) const {
    require_real("log_uniform");
    if (!(log_uniform.lower > 0)) {
      throw SweepError(key, fmt::format("the lower end {} is not above 0 (log_uniform takes its logarithm). Give a "
                                        "positive one.",
                                        log_uniform.lower));
    }
    interval(log_uniform.lower, log_uniform.upper);
  }

  void operator()(const Integers& integers) const {
    require_numbers(parameter, key, "integers");
    Parameter whole = parameter;  // a real parameter may be drawn from the whole numbers too
    whole.kind = Kind::integer;
    for (const double end : {integers.lower, integers.upper}) {
      if (const std::string problem = problem_with(whole, end); !problem.empty())
        throw SweepError(key, fmt::format("{} (integers draws whole numbers, from end to end). Give {}.", problem,
                                          accepted_values(whole)));
    }
    require_order(key, integers.lower, integers.upper, true);
  }

  void require_real(const char* form) const {
    require_numbers(parameter, key, form);
    if (parameter.kind == Kind::real) return;
    throw SweepError(key, fmt::format("{} draws real numbers ({} is an integer). Use integers = [lower, upper].", form,
                                      parameter.name));
  }

  void interval(double lower, double upper) const {
    value(lower);
    value(upper);
    require_finite_width(key, lower, upper);
    require_order(key, lower, upper, false);
  }
};

bool is_empty(const Axis& axis) {
  if (const auto* choice = std::get_if<Choice>(&axis.values)) return choice->values.empty();
  return !is_distribution(axis.values) && axis_size(axis) == 0;
}

}  // namespace

void require_value(const Parameter& parameter, const std::string& key, double value) {
  static constexpr const char* kinds[] = {"a real number", "an integer", "a flag", "a choice"};
  const std::string problem = problem_with(parameter, value);
  if (problem.empty()) return;
  throw SweepError(key, fmt::format("{} ({} is {}). Give {}.", problem, parameter.name,
                                    kinds[static_cast<int>(parameter.kind)], accepted_values(parameter)));
}

void check_axis_values(const Axis& axis, const Parameter& parameter) {
  const std::string key = "axes." + axis.parameter;
  std::visit(AxisCheck{axis, parameter, key}, axis.values);
  if (!is_empty(axis)) return;
  throw SweepError(
      key, fmt::format("{} has no values (the sweep would have no points). Give at least one.", axis.parameter));
}

bool is_distribution(const AxisValues& values) {
  return std::holds_alternative<Uniform>(values) || std::holds_alternative<LogUniform>(values) ||
         std::holds_alternative<Integers>(values) || std::holds_alternative<Choice>(values);
}

}  // namespace trawl
