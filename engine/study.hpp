// What a study is: a declaration, the layout of its outputs, and a pure function from parameters to outputs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/parameter.hpp"
#include "engine/random.hpp"

namespace trawl {

/// What a study says of itself. All texts are UTF-8, one line each.
struct Declaration {
  std::string name;     ///< as in sweep files and file names: [a-z][a-z0-9_]*
  int version = 1;      ///< raised when any result changes
  std::string group;    ///< heading in `trawl list`
  std::string summary;  ///< what it computes, one sentence
  std::string maths;    ///< the equation in a line
  std::string source;   ///< where it comes from
  std::vector<Parameter> parameters = {};
};

/// Position of the parameter of that name, if there is one.
std::optional<std::size_t> find_parameter(const Declaration& declaration, std::string_view name);

/// Names of all parameters, in order.
std::vector<std::string> parameter_names(const Declaration& declaration);

/// A dimension of an output: its coordinate values, or text labels in their place.
struct Dimension {
  std::string name;
  std::string unit = "1";
  std::string long_name = {};  ///< see long_name_of
  std::string description = {};
  std::vector<double> values = {};
  std::vector<std::string> labels = {};  ///< instead of values

  std::size_t size() const { return labels.empty() ? values.size() : labels.size(); }
};

/// A quantity computed for every task, float64.
struct Output {
  std::string name;
  std::string unit = "1";
  std::string long_name = {};  ///< see long_name_of
  std::string description = {};
  std::vector<std::string> dimensions = {};  ///< names in OutputLayout::dimensions, slowest first; none for a scalar
  std::string nan_means = {};  ///< what a NaN element says ("epoch beyond the point's own"); empty: a NaN is a failure
};

struct OutputLayout {
  std::vector<Dimension> dimensions;
  std::vector<Output> outputs;

  /// Number of elements of output `k` for one task.
  std::size_t size(std::size_t k) const;
};

/// Smallest and largest value that a parameter takes in the sweep at hand.
struct Extent {
  double lower = 0;
  double upper = 0;
};

/// A block of tasks to evaluate: row-major parameters[task][parameter], in declaration order.
struct Tasks {
  std::size_t size = 0;
  std::size_t parameter_count = 0;
  const double* parameters = nullptr;
  std::uint64_t seed = 0;
  const std::uint64_t* random_index = nullptr;  ///< one per task

  std::span<const double> row(std::size_t i) const { return {parameters + i * parameter_count, parameter_count}; }
  RandomStream random(std::size_t i) const { return {seed, random_index[i]}; }
};

/// Where the outputs of a block go: column k holds size(k) elements for each task, task after task.
struct Columns {
  double* const* base = nullptr;       ///< one pointer per output, to the block's first task
  const std::size_t* sizes = nullptr;  ///< elements per task, one per output
  std::size_t count = 0;               ///< number of outputs
  const char* study = "";              ///< its name, for errors

  /// Throws StudyError if the study has no such output.
  std::span<double> of(std::size_t output, std::size_t task) const {
    if (output >= count) [[unlikely]]
      refuse_output(output);
    return {base[output] + task * sizes[output], sizes[output]};
  }

  /// The only element of a scalar output. Throws StudyError if there is no such output or it has several elements.
  double& scalar(std::size_t output, std::size_t task) const {
    if (output >= count || sizes[output] != 1) [[unlikely]]
      refuse_scalar(output);
    return base[output][task];
  }

 private:
  [[noreturn]] void refuse_output(std::size_t output) const;
  [[noreturn]] void refuse_scalar(std::size_t output) const;
};

/// Implementations are immutable after construction; every method may be called from many threads at once.
class Study {
 public:
  virtual ~Study() = default;

  virtual const Declaration& declaration() const = 0;

  /// What is wrong with the way the study was put together, as a phrase; empty if nothing is. check_study() asks for
  /// it.
  virtual std::string problem() const { return {}; }

  /// The outputs and their dimensions for a sweep in which parameter p spans extents[p].
  virtual OutputLayout outputs(std::span<const Extent> extents) const = 0;

  /// Relative cost of a point, > 0. Override has_uniform_cost too when it varies.
  virtual double cost(std::span<const double> /*point*/) const { return 1.0; }
  virtual bool has_uniform_cost() const { return true; }

  /// The largest block that evaluate() wants; more than 1 only for points of less than about a microsecond.
  virtual std::size_t max_block() const { return 1; }

  /// Computes the outputs of all tasks in the block. Columns are filled with NaN beforehand. Throws
  /// std::exception to fail; if a block of several throws, each of its tasks is then evaluated alone. The outputs
  /// may depend on the parameters and random numbers of their own task only.
  virtual void evaluate(const Tasks& tasks, const Columns& columns) const = 0;
};

}  // namespace trawl
