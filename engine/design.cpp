#include "engine/design.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/axis_reader.hpp"
#include "engine/error.hpp"
#include "engine/sampler.hpp"

namespace trawl {

namespace {

// An axis and the parameter (column of a point's row) that it sets.
struct Column {
  std::size_t parameter;
  AxisReader reader;
};

std::size_t position(const Declaration& declaration, const std::string& name) {
  const auto found = find_parameter(declaration, name);
  TRAWL_CHECK(found);
  return *found;
}

// The points of a list design as one axis of values for each parameter they set, in declaration order.
std::vector<Axis> list_axes(const SweepSpec& spec, const Declaration& declaration) {
  std::vector<Axis> axes;
  for (const Parameter& parameter : declaration.parameters) {
    List list;
    for (const auto& point : spec.list) {
      const auto setting = std::ranges::find(point, parameter.name, &Setting::parameter);
      if (setting != point.end()) list.values.push_back(setting->value);
    }
    if (!list.values.empty()) axes.push_back({parameter.name, std::move(list)});
  }
  return axes;
}

// Zipped axes make a dimension named after all of them; underscores keep it apart from other names.
std::string group_name(const std::vector<Axis>& axes, const Declaration& declaration,
                       const std::vector<SweepDimension>& taken) {
  std::vector<std::string> names;
  for (const Axis& axis : axes) names.push_back(axis.parameter);
  std::string name = fmt::format("{}", fmt::join(names, "_"));
  if (names.size() == 1) return name;
  while (find_parameter(declaration, name) || std::ranges::find(taken, name, &SweepDimension::name) != taken.end()) {
    name += '_';
  }
  return name;
}

// Copies the first row over the `count - 1` rows after it, in pieces that double.
void repeat_row(double* rows, std::size_t width, std::uint64_t count) {
  for (std::uint64_t done = 1; done < count;) {
    const std::uint64_t more = std::min(done, count - done);
    std::copy_n(rows, more * width, rows + done * width);
    done += more;
  }
}

}  // namespace

// Every design is a grid of dimensions, slowest first. All but the grid itself have the single dimension "point".
struct Design::Impl {
  std::uint64_t seed;
  std::uint64_t replicates;
  std::uint64_t point_count = 1;
  std::vector<double> base_row;  // the fixed values, in place
  std::vector<std::size_t> fixed;
  std::vector<SweepDimension> dimensions;
  std::vector<std::vector<Column>> columns;  // of each dimension
  std::vector<std::uint64_t> strides;        // points from one value to the next, of each dimension
  std::vector<std::size_t> common;           // dimensions whose values share random numbers
  std::optional<Sampler> sampler;
  std::vector<Extent> extents;

  Impl(const SweepSpec& spec, const Declaration& declaration);

  void add_dimension(std::string name, std::uint64_t size, const std::vector<Axis>& axes,
                     const Declaration& declaration);
  void sort_out_parameters(const SweepSpec& spec, const Declaration& declaration);

  // Value number i of column c of dimension d.
  double value(std::size_t d, std::size_t c, std::uint64_t i) const {
    const AxisReader& reader = columns[d][c].reader;
    return sampler ? axis_quantile(reader, sampler->fraction(i, c)) : reader.value(i);
  }
  void fill(std::size_t d, std::uint64_t first, std::uint64_t count, double* rows) const;
};

Design::Impl::Impl(const SweepSpec& spec, const Declaration& declaration)
    : seed(spec.seed), replicates(spec.replicates) {
  if (spec.design == DesignKind::grid) {
    for (const auto& group : axis_groups(spec)) {
      if (has_common_random_numbers(spec, group)) common.push_back(dimensions.size());
      std::vector<Axis> axes;
      for (const std::size_t axis : group) axes.push_back(spec.axes[axis]);
      std::string name = group_name(axes, declaration, dimensions);
      add_dimension(std::move(name), axis_size(axes[0]), axes, declaration);
    }
  } else if (spec.design == DesignKind::list) {
    add_dimension("point", spec.list.size(), list_axes(spec, declaration), declaration);
  } else if (spec.design == DesignKind::zip) {
    add_dimension("point", axis_size(spec.axes[0]), spec.axes, declaration);
  } else {
    add_dimension("point", spec.points, spec.axes, declaration);
    sampler.emplace(spec);
  }
  strides.resize(dimensions.size());
  for (std::size_t d = dimensions.size(); d-- > 0; point_count *= dimensions[d].size) strides[d] = point_count;
  sort_out_parameters(spec, declaration);
}

void Design::Impl::add_dimension(std::string name, std::uint64_t size, const std::vector<Axis>& axes,
                                 const Declaration& declaration) {
  SweepDimension& dimension = dimensions.emplace_back(SweepDimension{std::move(name), size, {}});
  std::vector<Column>& members = columns.emplace_back();
  for (const Axis& axis : axes) {
    dimension.parameters.push_back(position(declaration, axis.parameter));
    members.push_back({dimension.parameters.back(), AxisReader(axis)});
  }
}

// Which parameters are fixed and at what, and the extents of all.
void Design::Impl::sort_out_parameters(const SweepSpec& spec, const Declaration& declaration) {
  for (const Parameter& parameter : declaration.parameters) base_row.push_back(parameter.default_value);
  for (const Setting& setting : spec.fixed) base_row[position(declaration, setting.parameter)] = setting.value;
  for (const double value : base_row) extents.push_back({value, value});
  std::vector<bool> swept(base_row.size());
  for (const auto& members : columns) {
    for (const Column& member : members) {
      swept[member.parameter] = true;
      extents[member.parameter] = member.reader.extent();
    }
  }
  for (std::size_t p = 0; p < swept.size(); ++p) {
    if (!swept[p]) fixed.push_back(p);
  }
}

// Values first, first + 1, ... of dimension d into its columns of `count` rows.
void Design::Impl::fill(std::size_t d, std::uint64_t first, std::uint64_t count, double* rows) const {
  const std::size_t width = base_row.size();
  for (std::size_t c = 0; c < columns[d].size(); ++c) {
    const Column& column = columns[d][c];
    double* out = rows + column.parameter;
    if (sampler) {
      for (std::uint64_t i = 0; i < count; ++i) out[i * width] = value(d, c, first + i);
    } else {
      column.reader.fill(first, count, out, width);
    }
  }
}

Design::Design(const SweepSpec& spec, const Declaration& declaration)
    : impl_(std::make_unique<Impl>(spec, declaration)) {}
Design::~Design() = default;
Design::Design(Design&&) noexcept = default;

std::uint64_t Design::point_count() const {
  return impl_->point_count;
}
std::uint64_t Design::task_count() const {
  return impl_->point_count * impl_->replicates;
}
std::uint64_t Design::replicates() const {
  return impl_->replicates;
}
std::uint64_t Design::seed() const {
  return impl_->seed;
}
std::size_t Design::parameter_count() const {
  return impl_->base_row.size();
}
const std::vector<SweepDimension>& Design::dimensions() const {
  return impl_->dimensions;
}
const std::vector<std::size_t>& Design::fixed_parameters() const {
  return impl_->fixed;
}
const std::vector<Extent>& Design::extents() const {
  return impl_->extents;
}

// Divides for the first point only, then counts up like an odometer, one run of the fastest dimension at a time.
void Design::points(PointIndex first, std::uint64_t count, double* rows) const {
  TRAWL_CHECK(count <= impl_->point_count && first <= impl_->point_count - count);
  if (count == 0) return;
  std::ranges::copy(impl_->base_row, rows);
  if (impl_->dimensions.empty()) return;
  const std::size_t width = impl_->base_row.size();
  const std::size_t fastest = impl_->dimensions.size() - 1;
  std::array<std::uint64_t, max_sweep_dimensions> digits;
  for (std::size_t d = 0; d <= fastest; ++d) {
    digits[d] = first / impl_->strides[d] % impl_->dimensions[d].size;
    if (d != fastest) impl_->fill(d, digits[d], 1, rows);
  }
  while (true) {
    const std::uint64_t run = std::min(count, impl_->dimensions[fastest].size - digits[fastest]);
    repeat_row(rows, width, run);
    impl_->fill(fastest, digits[fastest], run, rows);
    count -= run;
    if (count == 0) return;
    std::copy_n(rows, width, rows + run * width);
    rows += run * width;
    digits[fastest] = 0;
    std::size_t d = fastest - 1;  // there is one, for points are left
    for (; digits[d] + 1 == impl_->dimensions[d].size; --d) impl_->fill(d, digits[d] = 0, 1, rows);
    impl_->fill(d, ++digits[d], 1, rows);
  }
}

double Design::coordinate(std::size_t d, std::size_t parameter, std::uint64_t i) const {
  const std::vector<std::size_t>& listed = impl_->dimensions.at(d).parameters;
  const auto column = std::ranges::find(listed, parameter);
  TRAWL_CHECK(column != listed.end() && i < impl_->dimensions[d].size);
  return impl_->value(d, static_cast<std::size_t>(column - listed.begin()), i);
}

std::uint64_t Design::random_index(TaskIndex task) const {
  const PointIndex point = task / impl_->replicates;
  for (const std::size_t d : impl_->common) {
    const std::uint64_t step = impl_->strides[d];
    task -= point / step % impl_->dimensions[d].size * step * impl_->replicates;
  }
  return task;
}

}  // namespace trawl
