#include "io/scaling_file.hpp"

#include <algorithm>
#include <limits>

#include "engine/error.hpp"
#include "io/hdf5_create.hpp"
#include "io/layout.hpp"
#include "io/output_file.hpp"

namespace trawl::io {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Dataset numbers(const std::string& name, std::vector<std::string> dimensions, std::vector<std::uint64_t> shape,
                std::vector<double> values, const std::string& unit, const std::string& long_name) {
  Dataset dataset{.name = name, .dimensions = std::move(dimensions), .shape = std::move(shape)};
  TRAWL_CHECK(dataset.element_count() == values.size());
  dataset.values = [values = std::move(values)](std::uint64_t first, std::uint64_t count, double* out) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(first), count, out);
  };
  dataset.attributes = {{"units", unit}, {"long_name", long_name}};
  return dataset;
}

Dataset scale(const std::string& name, std::vector<double> values, const std::string& long_name) {
  const std::uint64_t size = values.size();
  Dataset dataset = numbers(name, {name}, {size}, std::move(values), "1", long_name);
  dataset.type = ElementType::int64;
  dataset.is_scale = true;
  return dataset;
}

std::vector<double> counting(std::uint64_t size) {
  std::vector<double> values(size);
  for (std::uint64_t i = 0; i < size; ++i) values[i] = static_cast<double>(i);
  return values;
}

Dataset bound_scale() {
  Dataset dataset = scale("bound", counting(3), "estimate and ends of its 95 % interval");
  dataset.type = ElementType::text;
  dataset.labels = {"value", "lower", "upper"};
  dataset.attributes.erase("units");
  return dataset;
}

using Series = std::map<std::uint64_t, std::vector<const ScalingRun*>>;

Series series_of(const ScalingData& data) {
  Series series = runs_by_nodes(data.runs);
  for (const auto& [nodes, runs] : series) TRAWL_CHECK(runs.size() == data.repeats);
  return series;
}

/// One element for each (nodes, repeat, rank); NaN for ranks that a run did not have.
std::vector<double> by_rank(const Series& series, std::size_t ranks, double RankTimes::*seconds) {
  std::vector<double> values;
  for (const auto& [nodes, runs] : series)
    for (const ScalingRun* run : runs)
      for (std::size_t rank = 0; rank < ranks; ++rank)
        values.push_back(rank < run->ranks.size() ? run->ranks[rank].*seconds : nan);
  return values;
}

FileLayout layout_of(const ScalingData& data) {
  const Series series = series_of(data);
  std::vector<double> nodes, tasks, walls;
  std::size_t ranks = 1;
  for (const auto& [count, runs] : series) {
    nodes.push_back(static_cast<double>(count));
    tasks.push_back(static_cast<double>(runs.front()->tasks));
    for (const ScalingRun* run : runs) {
      walls.push_back(run->wall_s);
      ranks = std::max(ranks, run->ranks.size());
    }
  }
  const std::uint64_t n = nodes.size();
  FileLayout layout;
  layout.attributes = {{"Conventions", "CF-1.8"}};
  for (const auto& [name, text] : data.attributes) layout.attributes[name] = text;
  layout.datasets = {scale("nodes", nodes, "number of nodes"),
                     scale("repeat", counting(data.repeats), "repeat of the run"),
                     scale("rank", counting(ranks), "MPI rank; rank 0 schedules and writes"), bound_scale()};
  layout.datasets.push_back(numbers("wall_time", {"nodes", "repeat"}, {n, data.repeats}, walls, "s",
                                    "time from the first range to the last flush"));
  layout.datasets.push_back(numbers("tasks", {"nodes"}, {n}, tasks, "1", "tasks computed"));
  const auto add = [&](const char* name, double RankTimes::*seconds, const char* meaning) {
    layout.datasets.push_back(numbers(name, {"nodes", "repeat", "rank"}, {n, data.repeats, ranks},
                                      by_rank(series, ranks, seconds), "s", meaning));
  };
  add("busy_time", &RankTimes::busy_s, "thread time in the study");
  add("idle_time", &RankTimes::idle_s, "thread time outside the study");
  add("communication_time", &RankTimes::communication_s, "time of the main thread in sending and taking messages");
  add("io_time", &RankTimes::io_s, "time of the main thread in writing results");
  for (const ScalingValue& value : data.values)
    layout.datasets.push_back(
        numbers(value.name, {"bound"}, {3}, {value.value, value.lower, value.upper}, value.unit, value.meaning));
  return layout;
}

}  // namespace

std::map<std::uint64_t, std::vector<const ScalingRun*>> runs_by_nodes(const std::vector<ScalingRun>& runs) {
  std::map<std::uint64_t, std::vector<const ScalingRun*>> groups;
  for (const ScalingRun& run : runs) groups[run.nodes].push_back(&run);
  return groups;
}

void write_scaling_file(const std::string& path, const ScalingData& data, const std::vector<std::string>& inputs) {
  FileLayout layout = layout_of(data);
  NewFile file(path, {{FileKind::scaling}, inputs});
  create_hdf5(file.temporary_path(), layout);
  file.commit();
}

}  // namespace trawl::io
