#include "io/task_table.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "io/layout.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t page_size = 4096;

}  // namespace

PagedColumn::PagedColumn(const ResultReader& file, const Variable& variable, std::uint64_t stride, std::uint64_t size)
    : file_(&file), variable_(&variable), stride_(stride), size_(size) {}

double PagedColumn::number(TaskIndex task) {
  return numbers_[load(task)];
}
const std::string& PagedColumn::text(TaskIndex task) {
  return texts_[load(task)];
}

/// Makes the page of a task's element the one in memory and returns the element's place in it.
std::uint64_t PagedColumn::load(TaskIndex task) {
  const std::uint64_t at = position(task), page = at / page_size;
  if (page != page_) {
    const std::uint64_t first = page * page_size, count = std::min(page_size, size_ - first);
    if (variable_->is_text) texts_ = file_->texts(variable_->name, first, count);
    else numbers_ = file_->values(variable_->name, first, count);
    page_ = page;
  }
  return at % page_size;
}

std::vector<PagedColumn> sweep_columns(const ResultReader& file) {
  const std::vector<std::string>& dimensions = file.task_dimensions();
  const std::vector<std::uint64_t>& shape = file.task_shape();
  std::vector<PagedColumn> columns;
  std::uint64_t stride = file.task_count();
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    stride /= shape[d];
    if (d + 1 == dimensions.size())  // fixed parameters come before the replicate
      for (const Variable& variable : file.variables())
        if (variable.role == Variable::Role::coordinate && variable.dimensions.empty())
          columns.emplace_back(file, variable, 1, 1);
    for (const Variable::Role role : {Variable::Role::scale, Variable::Role::coordinate})
      for (const Variable& variable : file.variables())
        if (variable.role == role && variable.dimensions == std::vector<std::string>{dimensions[d]})
          columns.emplace_back(file, variable, stride, shape[d]);
  }
  return columns;
}

std::vector<PagedColumn> parameter_columns(const ResultReader& file) {
  std::set<std::string> numbered = {replicate_name};
  if (file.shard()) numbered.insert(point_name);
  for (const Variable& variable : file.variables())
    if (variable.role == Variable::Role::coordinate && !variable.dimensions.empty())
      numbered.insert(variable.dimensions.front());
  std::vector<PagedColumn> columns = sweep_columns(file);
  std::erase_if(columns, [&](const PagedColumn& column) {
    return column.variable().role == Variable::Role::scale && numbered.contains(column.variable().name);
  });
  return columns;
}

std::vector<const Variable*> outputs_of(const ResultReader& file) {
  std::vector<const Variable*> outputs;
  for (const Variable& variable : file.variables())
    if (variable.role == Variable::Role::output) outputs.push_back(&variable);
  return outputs;
}

std::vector<std::uint64_t> task_shape(const ResultReader& file, const Variable& output) {
  return {output.shape.begin() + static_cast<std::ptrdiff_t>(file.task_shape().size()), output.shape.end()};
}

std::uint64_t task_size(const ResultReader& file, const Variable& output) {
  const std::vector<std::uint64_t> shape = task_shape(file, output);
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

std::uint64_t block_size(const ResultReader& file) {
  std::uint64_t doubles = 1;
  for (const Variable* output : outputs_of(file)) doubles += task_size(file, *output);
  return std::clamp<std::uint64_t>((std::uint64_t{1} << 18) / doubles, 1, page_size);
}

}  // namespace trawl::io
