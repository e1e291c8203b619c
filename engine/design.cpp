#include "engine/design.hpp"

#include <algorithm>
#include <array>

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
std::string group_name(const std::vector<Column>& columns, const Declaration& declaration,
                       const std::vector<SweepDimension>& taken) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(declaration.parameters[column.parameter].name);
  std::string name = fmt::format("{}", fmt::join(names, "_"));
  if (names.size() == 1) return name;
  while (find_parameter(declaration, name) || std::ranges::find(taken, name, &SweepDimension::name) != taken.end()) {
    name += '_';
  }
  return name;
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

  void add_dimension(std::string name, std::uint64_t size, std::vector<Column> members);
  double value(std::size_t d, std::size_t c, std::uint64_t i) const;
  void set(std::size_t d, std::uint64_t i, double* row) const;
};

Design::Impl::Impl(const SweepSpec& spec, const Declaration& declaration)
    : seed(spec.seed), replicates(spec.replicates) {
  const auto column = [&declaration](const Axis& axis) {
    return Column{position(declaration, axis.parameter), AxisReader(axis)};
  };
  if (spec.design == DesignKind::grid) {
    for (const auto& group : axis_groups(spec)) {
      std::vector<Column> members;
      for (const std::size_t axis : group) members.push_back(column(spec.axes[axis]));
      const bool is_common = std::ranges::any_of(group, [&spec](std::size_t axis) {
        return std::ranges::find(spec.common_random_numbers, spec.axes[axis].parameter) !=
               spec.common_random_numbers.end();
      });
      if (is_common) common.push_back(dimensions.size());
      std::string name = group_name(members, declaration, dimensions);
      const std::uint64_t size = members[0].reader.size();
      add_dimension(std::move(name), size, std::move(members));
    }
  } else {
    std::vector<Column> members;
    for (const Axis& axis : spec.design == DesignKind::list ? list_axes(spec, declaration) : spec.axes) {
      members.push_back(column(axis));
    }
    const std::uint64_t size = is_sampled(spec.design)           ? spec.points
                               : spec.design == DesignKind::list ? spec.list.size()
                                                                 : members[0].reader.size();
    add_dimension("point", size, std::move(members));
  }
  if (is_sampled(spec.design)) sampler.emplace(spec);

  strides.resize(dimensions.size());
  for (std::size_t d = dimensions.size(); d-- > 0; point_count *= dimensions[d].size) strides[d] = point_count;

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

void Design::Impl::add_dimension(std::string name, std::uint64_t size, std::vector<Column> members) {
  SweepDimension dimension{std::move(name), size, {}};
  for (const Column& member : members) dimension.parameters.push_back(member.parameter);
  dimensions.push_back(std::move(dimension));
  columns.push_back(std::move(members));
}

// Value number i of column c of dimension d.
double Design::Impl::value(std::size_t d, std::size_t c, std::uint64_t i) const {
  const AxisReader& reader = columns[d][c].reader;
  return sampler ? axis_quantile(reader, sampler->fraction(i, c)) : reader.value(i);
}

// Puts value number i of every column of dimension d into a row.
void Design::Impl::set(std::size_t d, std::uint64_t i, double* row) const {
  for (std::size_t c = 0; c < columns[d].size(); ++c) row[columns[d][c].parameter] = value(d, c, i);
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

// Divides for the first point only, then counts up like an odometer: each row is the one before with the dimensions
// that moved set anew.
void Design::points(PointIndex first, std::uint64_t count, double* rows) const {
  TRAWL_CHECK(count <= impl_->point_count && first <= impl_->point_count - count);
  if (count == 0) return;
  const std::size_t width = impl_->base_row.size();
  const std::size_t depth = impl_->dimensions.size();
  std::array<std::uint64_t, max_sweep_dimensions> digits;
  std::ranges::copy(impl_->base_row, rows);
  for (std::size_t d = 0; d < depth; ++d) {
    digits[d] = first / impl_->strides[d] % impl_->dimensions[d].size;
    impl_->set(d, digits[d], rows);
  }
  for (std::uint64_t k = 1; k < count; ++k) {
    std::copy_n(rows, width, rows + width);
    rows += width;
    std::size_t d = depth - 1;
    while (digits[d] + 1 == impl_->dimensions[d].size) {
      digits[d] = 0;
      impl_->set(d--, 0, rows);
    }
    impl_->set(d, ++digits[d], rows);
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
