// A study with every feature a result file must carry, sweeps of it, and made-up records for any range of tasks.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>

#include "engine/error.hpp"
#include "engine/records.hpp"
#include "engine/sweep.hpp"
#include "engine/typed_study.hpp"
#include "io/sweep_file.hpp"

namespace trawl::io::testing {

enum class Method { plain, fancy, slow };

struct SampleParameters {
  double rate = 0.5;
  std::int64_t level = 3;
  bool doubled = false;
  Method method = Method::plain;
  double width = 1;
};

/// All kinds of parameters; scalar and array outputs, text labels, a NaN that means something.
class SampleStudy final : public TypedStudy<SampleParameters> {
 public:
  SampleStudy()
      : TypedStudy(
            {.name = "sample",
             .version = 3,
             .group = "tests",
             .summary = "Carries every feature of a result file",
             .maths = "y = x",
             .source = "made up, § 1"},
            {bind<&SampleParameters::rate>({.name = "rate",
                                            .unit = "1/s",
                                            .domain = above(0),
                                            .long_name = "rate of decay",
                                            .description = "how fast"}),
             bind<&SampleParameters::level>({.name = "level", .domain = between(1, 1e15), .description = "how far"}),
             bind<&SampleParameters::doubled>({.name = "doubled", .description = "whether twice"}),
             bind<&SampleParameters::method>(
                 {.name = "method", .choices = {"plain", "fancy", "größer"}, .description = "by what means"}),
             bind<&SampleParameters::width>(
                 {.name = "width", .unit = "m", .domain = any_number(), .description = "how wide"})}) {}

  OutputLayout outputs(std::span<const Extent>) const override {
    OutputLayout layout;
    layout.dimensions = {
        {.name = "position", .unit = "m", .description = "place", .values = {0.5, 1.5, 2.5}},
        {.name = "group", .long_name = "age group", .description = "who", .labels = {"A", "Bé"}},
    };
    layout.outputs = {
        {.name = "score", .unit = "s", .long_name = "time to score", .description = "a scalar"},
        {.name = "profile", .description = "along the position", .dimensions = {"position"}},
        {.name = "share", .description = "of each group", .dimensions = {"group"}, .nan_means = "the group is empty"},
        {.name = "table", .description = "both", .dimensions = {"position", "group"}},
    };
    return layout;
  }

 protected:
  void evaluate(const SampleParameters& p, const RandomStream&, const Outputs& out) const override {
    for (std::size_t k = 0; k < 4; ++k)
      for (double& value : out[k]) value = p.rate * static_cast<double>(p.level);
  }
};

inline const SampleStudy& sample_study() {
  static const SampleStudy study;
  return study;
}

inline const Declaration& find_sample(std::string_view name) {
  if (name != "sample") throw UsageError("unknown study \"" + std::string(name) + "\". Did you mean sample?");
  return sample_study().declaration();
}

inline SweepSpec parse(const std::string& text, const SweepOverrides& overrides = {}) {
  return parse_sweep(text, "sweep.toml", overrides, find_sample);
}

inline std::unique_ptr<Sweep> sweep_of(const std::string& text) {
  return std::make_unique<Sweep>(sample_study(), parse(text));
}

inline constexpr const char* grid_text = R"(
study = "sample"
seed = 7
replicates = 2
[axes]
method = ["fancy", "plain", "größer"]
level = [1, 10, 100]
doubled = [false, true]
rate = { linspace = [0.5, 2.0, 4] }
)";

inline constexpr const char* zip_text = R"(
study = "sample"
zip = [["level", "method"]]
[axes]
rate = { geomspace = [0.5, 2.0, 5] }
level = [1, 10, 100]
method = ["fancy", "plain", "größer"]
)";

inline constexpr const char* random_text = R"(
study = "sample"
design = "random"
points = 300
replicates = 2
[axes]
rate = { log_uniform = [0.5, 2.0] }
level = { integers = [1, 10] }
method = { choice = ["fancy", "größer"] }
doubled = { choice = [false, true] }
)";

inline constexpr const char* list_text = R"(
study = "sample"
design = "list"
points = [ { rate = 1.5, method = "fancy" }, { rate = 0.1, method = "plain" } ]
[fixed]
doubled = true
)";

/// The value that element `element` of output `output` has in made-up records.
inline double made_up(TaskIndex task, std::size_t output, std::size_t element) {
  if (output == 2 && task % 5 == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(task) + 0.001 * static_cast<double>(output) + 0.0001 * static_cast<double>(element);
}

inline Status made_up_status(TaskIndex task) {
  if (task % 11 == 3) return Status::threw;
  if (task % 13 == 4) return Status::excluded;
  return Status::ok;
}

inline Records records_of(const Sweep& sweep, TaskRange range) {
  Records records;
  records.range = range;
  records.value_count = range.size() * sweep.doubles_per_task;
  records.values = std::make_unique<double[]>(records.value_count);
  double* out = records.values.get();
  for (std::size_t k = 0; k < sweep.output_sizes.size(); ++k)
    for (TaskIndex task = range.begin; task < range.end; ++task)
      for (std::size_t e = 0; e < sweep.output_sizes[k]; ++e) *out++ = made_up(task, k, e);
  for (TaskIndex task = range.begin; task < range.end; ++task) {
    const Status status = made_up_status(task);
    if (!records.statuses.empty() && records.statuses.back().status == status) ++records.statuses.back().count;
    else records.statuses.push_back({1, status});
  }
  return records;
}

/// A directory of its own, gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trawl-io-XXXXXX").string();
    if (!mkdtemp(pattern.data())) std::abort();
    path_ = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace trawl::io::testing
