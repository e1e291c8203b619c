// The tasks of a result file as rows: their parameters, replicate, status and outputs, a block at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/result_reader.hpp"

namespace trawl::io {

/// A scale or coordinate read page by page, so that memory does not grow with its length.
class PagedColumn {
 public:
  /// Element number (task / stride) % size belongs to a task; a scalar has size 1.
  PagedColumn(const ResultReader& file, const Variable& variable, std::uint64_t stride, std::uint64_t size);

  const Variable& variable() const { return *variable_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t position(TaskIndex task) const { return task / stride_ % size_; }

  double number(TaskIndex task);            ///< not for texts
  const std::string& text(TaskIndex task);  ///< texts only

 private:
  std::uint64_t load(TaskIndex task);

  const ResultReader* file_;
  const Variable* variable_;
  std::uint64_t stride_, size_;
  std::uint64_t page_ = UINT64_MAX;
  std::vector<double> numbers_;
  std::vector<std::string> texts_;
};

/// Columns for what a task's place in the sweep says: the sweep's dimensions with the parameters along them, the fixed
/// parameters, the replicate. `file` must outlive them.
std::vector<PagedColumn> sweep_columns(const ResultReader& file);

/// Of these, the parameters: without `replicate` and what only numbers points or zipped groups.
std::vector<PagedColumn> parameter_columns(const ResultReader& file);

std::vector<const Variable*> outputs_of(const ResultReader& file);

/// Elements that an output has for one task.
std::uint64_t task_size(const ResultReader& file, const Variable& output);

/// The output's own dimensions' sizes.
std::vector<std::uint64_t> task_shape(const ResultReader& file, const Variable& output);

/// Tasks to read at once: a few MiB of outputs.
std::uint64_t block_size(const ResultReader& file);

}  // namespace trawl::io
