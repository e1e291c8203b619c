// What was asked for: a sweep over a study's parameters, validated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/study.hpp"

namespace trawl {

// The values of an axis, with numpy's names and meanings. All are computed from an index; only List stores them.

struct List {
  std::vector<double> values;
};

/// `num` values from start to stop, both included; start alone if num is 1.
struct Linspace {
  double start, stop;
  std::uint64_t num;
};

/// The same with a constant ratio. Ends of the same sign, not 0.
struct Geomspace {
  double start, stop;
  std::uint64_t num;
};

/// start, start + step, ... before the stop, with numpy's bits. A value within rounding of the stop is at the stop, and
/// left out.
struct Arange {
  double start, stop, step;
};

// Distributions, for sampled designs (random, latin_hypercube, sobol) only. There an axis may also be given as any of
// the above: each of its values is then equally likely, as with Choice.

struct Uniform {
  double lower, upper;
};

/// Uniform in the logarithm; both ends > 0.
struct LogUniform {
  double lower, upper;
};

/// Whole numbers, both ends included, equally likely.
struct Integers {
  double lower, upper;
};

struct Choice {
  std::vector<double> values;
};

using AxisValues = std::variant<List, Linspace, Geomspace, Arange, Uniform, LogUniform, Integers, Choice>;

struct Axis {
  std::string parameter;
  AxisValues values;
};

enum class DesignKind { grid, zip, list, random, latin_hypercube, sobol };
inline constexpr const char* design_names[] = {"grid", "zip", "list", "random", "latin_hypercube", "sobol"};

/// A value for a parameter by name, used in `fixed` and in the points of a list design.
struct Setting {
  std::string parameter;
  double value;
};

struct SweepSpec {
  std::string study;
  std::uint64_t seed = 0;
  std::uint64_t replicates = 1;
  DesignKind design = DesignKind::grid;
  std::vector<Axis> axes = {};  ///< in the order of the file; slowest first
  std::vector<Setting> fixed = {};
  std::uint64_t points = 0;                             ///< number of points of a sampled design
  std::vector<std::vector<Setting>> list = {};          ///< the points of a list design; all set the same parameters
  std::vector<std::vector<std::string>> zip = {};       ///< axes that move together inside a grid
  std::vector<std::string> common_random_numbers = {};  ///< axes of a grid; one of a zipped group stands for the group
  std::string where = {};                               ///< muParser expression over parameter names; empty: all points
};

/// Bytes of a sweep's canonical text, and of a sweep file.
inline constexpr std::size_t max_sweep_text = std::size_t{64} << 20;

/// An HDF5 dataset has at most 32 dimensions; one is `replicate`.
inline constexpr std::size_t max_sweep_dimensions = 31;

inline bool is_sampled(DesignKind design) {
  return design == DesignKind::random || design == DesignKind::latin_hypercube || design == DesignKind::sobol;
}

/// Number of values of an axis; 0 for a distribution. Throws SweepError (key "axes.NAME") if it is not countable.
std::uint64_t axis_size(const Axis& axis);

/// Value number i of an axis; i < axis_size(axis). linspace's last value is exactly stop.
double axis_value(const Axis& axis, std::uint64_t i);

/// The axes of each dimension of a grid or zip design, as positions in spec.axes, ascending. Zipped axes share a
/// dimension, which is placed where the first of them is.
std::vector<std::vector<std::size_t>> axis_groups(const SweepSpec& spec);

/// Whether common_random_numbers names an axis of the group.
bool has_common_random_numbers(const SweepSpec& spec, const std::vector<std::size_t>& group);

/// Checks everything that can be known without running: names, kinds, domains (of every value), repeated points, sizes,
/// overflow of the number of tasks (at most 2^63 - 1), `where`. No axis is walked through: a list is checked value by
/// value, every other axis by its ends. Throws SweepError.
void validate(const SweepSpec& spec, const Declaration& declaration);

/// The sweep as TOML in one fixed form: every parameter that is not swept appears in [fixed], so that two sweeps are
/// the same if and only if their texts are. It can be run again as it stands, and is its own canonical text: values
/// from other files stand in it, integers have one zero.
std::string canonical_text(const SweepSpec& spec, const Declaration& declaration);

}  // namespace trawl
