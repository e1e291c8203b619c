#include "io/layout.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

ElementType element_type(Kind kind) {
  switch (kind) {
    case Kind::integer:
      return ElementType::int64;
    case Kind::flag:
      return ElementType::uint8;
    case Kind::choice:
      return ElementType::text;
    default:
      return ElementType::float64;
  }
}

/// What plots and readers show of a parameter, output or dimension. No unit stands for none: "1" on axes helps nobody.
template <class Named>
void describe(Dataset& dataset, const Named& named) {
  if (named.unit != "1" && dataset.type != ElementType::text) dataset.attributes["units"] = named.unit;
  dataset.attributes["long_name"] = long_name_of(named);
  if (!named.description.empty()) dataset.attributes["description"] = named.description;
}

void add_flags(Dataset& dataset, std::span<const char* const> meanings) {
  std::vector<std::uint8_t> values(meanings.size());
  std::iota(values.begin(), values.end(), std::uint8_t{0});
  dataset.attributes["flag_values"] = values;
  dataset.attributes["flag_meanings"] = fmt::format("{}", fmt::join(meanings, " "));
}

Dataset parameter_dataset(const Parameter& parameter, Values values) {
  static constexpr const char* flag_names[] = {"false", "true"};
  Dataset dataset{.name = parameter.name, .type = element_type(parameter.kind)};
  dataset.values = std::move(values);
  dataset.labels = parameter.choices;
  describe(dataset, parameter);
  if (parameter.kind == Kind::flag) {
    add_flags(dataset, flag_names);
    dataset.attributes["dtype"] = "bool";  // what xarray calls its own mark of flags, and turns into bool
  }
  return dataset;
}

Dataset counting_scale(const std::string& name, std::uint64_t size, const std::string& long_name,
                       std::uint64_t start = 0) {
  Dataset scale{.name = name, .type = ElementType::int64};
  scale.dimensions = {name};
  scale.shape = {size};
  scale.is_scale = true;
  scale.values = [start](std::uint64_t first, std::uint64_t count, double* out) {
    for (std::uint64_t i = 0; i < count; ++i) out[i] = static_cast<double>(start + first + i);
  };
  scale.attributes["long_name"] = long_name;
  return scale;
}

Dataset output_scale(const Dimension& dimension) {
  Dataset scale{.name = dimension.name};
  scale.dimensions = {dimension.name};
  scale.shape = {dimension.size()};
  scale.is_scale = true;
  if (dimension.labels.empty()) {
    scale.values = [&values = dimension.values](std::uint64_t first, std::uint64_t count, double* out) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), count, out);
    };
  } else {
    scale.type = ElementType::text;
    scale.labels = dimension.labels;
    scale.values = counting_scale("", 0, "").values;
  }
  describe(scale, dimension);
  return scale;
}

constexpr const char* point_meaning = "number of the point";

/// Scales of the sweep's own dimensions, then the parameters that are coordinates along them.
void add_sweep_dimensions(const Sweep& sweep, FileLayout& layout) {
  std::vector<Dataset> coordinates;
  const auto& dimensions = sweep.design.dimensions();
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const SweepDimension& dimension = dimensions[d];
    bool has_scale = false;
    for (const std::size_t p : dimension.parameters) {
      Dataset dataset =
          parameter_dataset(sweep.study.declaration().parameters[p],
                            [&design = sweep.design, d, p](std::uint64_t first, std::uint64_t count, double* out) {
                              for (std::uint64_t i = 0; i < count; ++i) out[i] = design.coordinate(d, p, first + i);
                            });
      dataset.dimensions = {dimension.name};
      dataset.shape = {dimension.size};
      dataset.is_scale = has_scale = dimension.parameters.size() == 1 && dataset.name == dimension.name;
      (dataset.is_scale ? layout.datasets : coordinates).push_back(std::move(dataset));
    }
    if (!has_scale) layout.datasets.push_back(counting_scale(dimension.name, dimension.size, point_meaning));
  }
  std::move(coordinates.begin(), coordinates.end(), std::back_inserter(layout.datasets));
}

/// A shard has its points in one dimension, numbered as in the sweep, and what varies as coordinates along it.
void add_shard_dimension(const Sweep& sweep, PointIndex begin, std::uint64_t points, FileLayout& layout) {
  layout.datasets.push_back(counting_scale(point_name, points, point_meaning, begin));
  for (const SweepDimension& dimension : sweep.design.dimensions())
    for (const std::size_t p : dimension.parameters) {
      Dataset dataset =
          parameter_dataset(sweep.study.declaration().parameters[p],
                            [&design = sweep.design, begin, p](std::uint64_t first, std::uint64_t count, double* out) {
                              std::vector<double> row(design.parameter_count());
                              for (std::uint64_t i = 0; i < count; ++i) {
                                design.points(begin + first + i, 1, row.data());
                                out[i] = row[p];
                              }
                            });
      dataset.dimensions = {point_name};
      dataset.shape = {points};
      layout.datasets.push_back(std::move(dataset));
    }
}

void add_fixed(const Sweep& sweep, FileLayout& layout) {
  std::vector<double> point(sweep.design.parameter_count());
  sweep.design.points(0, 1, point.data());
  for (const std::size_t p : sweep.design.fixed_parameters()) {
    layout.datasets.push_back(parameter_dataset(
        sweep.study.declaration().parameters[p],
        [value = point[p]](std::uint64_t, std::uint64_t count, double* out) { std::fill_n(out, count, value); }));
  }
}

void add_results(const Sweep& sweep, std::vector<std::string> task_dimensions, FileLayout& layout) {
  std::vector<std::string> coordinates;
  for (const Dataset& dataset : layout.datasets)
    if (!dataset.is_scale) coordinates.push_back(dataset.name);

  Dataset status{.name = status_name, .type = ElementType::uint8};
  status.dimensions = std::move(task_dimensions);
  for (const std::string& name : status.dimensions) status.shape.push_back(layout.find(name)->shape[0]);
  status.dimensions.push_back(replicate_name);
  status.shape.push_back(sweep.design.replicates());

  std::vector<Dataset> results;
  for (const Output& output : sweep.layout.outputs) {
    Dataset dataset{.name = output.name, .dimensions = status.dimensions, .shape = status.shape};
    for (const std::string& name : output.dimensions) {
      const Dataset* scale = layout.find(name);
      TRAWL_CHECK(scale && scale->is_scale);
      dataset.dimensions.push_back(name);
      dataset.shape.push_back(scale->shape[0]);
    }
    describe(dataset, output);
    dataset.attributes["_FillValue"] = std::numeric_limits<double>::quiet_NaN();
    if (!output.nan_means.empty()) dataset.attributes["comment"] = "NaN: " + output.nan_means;
    results.push_back(std::move(dataset));
  }
  status.attributes["long_name"] = "status";
  status.attributes["description"] = "what became of the task";
  add_flags(status, status_names);
  results.insert(results.begin(), std::move(status));
  for (Dataset& dataset : results) {
    if (!coordinates.empty()) dataset.attributes["coordinates"] = fmt::format("{}", fmt::join(coordinates, " "));
    layout.datasets.push_back(std::move(dataset));
  }
}

Attributes global_attributes(const Sweep& sweep) {
  const Declaration& study = sweep.study.declaration();
  Attributes attributes = {
      {"Conventions", "CF-1.8"},
      {"title", study.summary},
      {"source", fmt::format("Trawl {}, study {} version {}", TRAWL_VERSION, study.name, study.version)},
      {"references", study.source},
      {"study", study.name},
      {"study_version", std::int64_t{study.version}},
      {"trawl_version", TRAWL_VERSION},
      {"layout_version", std::int64_t{layout_version}},
      {"seed", static_cast<std::int64_t>(sweep.design.seed())},
      {"sweep", sweep.text}};
  std::erase_if(attributes, [](const auto& entry) {
    const auto* text = std::get_if<std::string>(&entry.second);
    return text && text->empty();  // readers disagree on empty text
  });
  return attributes;
}

std::string lower_case(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

/// xarray turns these units into time differences and dates.
bool is_time_word(const std::string& unit) {
  static const std::set<std::string> words = {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds"};
  return words.count(lower_case(unit)) != 0 || unit.find(" since ") != std::string::npos;
}

void check(const FileLayout& layout, const std::string& study) {
  constexpr std::size_t most_dimensions = 32;  // H5S_MAX_RANK, and NumPy's limit
  std::set<std::string> names;
  unsigned __int128 bytes = 0;
  for (const Dataset& dataset : layout.datasets) {
    if (!names.insert(lower_case(dataset.name)).second)
      throw UsageError(
          fmt::format("{}: two things are named \"{}\" (names in a result file differ in more than case). "
                      "Rename one in the study.",
                      study, dataset.name));
    if (dataset.shape.size() > most_dimensions)
      throw UsageError(fmt::format("{}: {} would have {} dimensions (HDF5 allows {}). Use a list or a sampled design.",
                                   study, dataset.name, dataset.shape.size(), most_dimensions));
    if (const auto unit = dataset.attributes.find("units");
        unit != dataset.attributes.end() && is_time_word(std::get<std::string>(unit->second)))
      throw UsageError(fmt::format("{}: the unit of {} is \"{}\" (xarray would read it as a time). Write \"s\".", study,
                                   dataset.name, std::get<std::string>(unit->second)));
    unsigned __int128 size = element_size(dataset.type);
    for (const std::uint64_t extent : dataset.shape) {
      if (extent == 0)
        throw UsageError(fmt::format("{}: {} has no elements. Give its dimensions values.", study, dataset.name));
      size *= extent;  // at most 2^63 tasks times 2^64, checked before it can wrap
      if (size >> 63) break;
    }
    bytes += size;
  }
  if (bytes >> 62)
    throw UsageError(
        fmt::format("{}: the result file would have 2^62 bytes or more (no disk holds it). Use fewer points.", study));
}

template <class Element>
void convert(std::span<const double> values, std::vector<char>& bytes) {
  bytes.resize(values.size() * sizeof(Element));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Element element = static_cast<Element>(values[i]);
    std::memcpy(bytes.data() + i * sizeof(Element), &element, sizeof(Element));
  }
}

}  // namespace

void encode(ElementType type, std::span<const double> values, std::vector<char>& bytes) {
  if (type == ElementType::int64) convert<std::int64_t>(values, bytes);
  else if (type == ElementType::uint8) convert<std::uint8_t>(values, bytes);
  else convert<double>(values, bytes);
}

std::uint64_t element_size(ElementType type) {
  switch (type) {
    case ElementType::uint8:
      return 1;
    case ElementType::text:
      return 16;
    default:
      return 8;
  }
}

std::uint64_t Dataset::element_count() const {
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

const Dataset* FileLayout::find(const std::string& name) const {
  const auto found =
      std::find_if(datasets.begin(), datasets.end(), [&](const Dataset& dataset) { return dataset.name == name; });
  return found == datasets.end() ? nullptr : &*found;
}

FileLayout layout_of(const Sweep& sweep, std::optional<Shard> shard) {
  FileLayout layout{.attributes = global_attributes(sweep)};
  std::vector<std::string> dimensions;
  const std::uint64_t replicates = sweep.design.replicates();
  if (shard) {
    const TaskRange tasks = shard_tasks(sweep, *shard);
    layout.attributes[shard_name] = shard_text(*shard);
    add_shard_dimension(sweep, tasks.begin / replicates, tasks.size() / replicates, layout);
    dimensions = {point_name};
  } else {
    add_sweep_dimensions(sweep, layout);
    for (const SweepDimension& dimension : sweep.design.dimensions()) dimensions.push_back(dimension.name);
  }
  layout.datasets.push_back(counting_scale(replicate_name, replicates, "replicate"));
  for (const Dimension& dimension : sweep.layout.dimensions) layout.datasets.push_back(output_scale(dimension));
  add_fixed(sweep, layout);
  add_results(sweep, std::move(dimensions), layout);
  check(layout, sweep.study.declaration().name);
  return layout;
}

}  // namespace trawl::io
