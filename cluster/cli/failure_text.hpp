// What the list of failures and their counts have in common.
#pragma once

#include <string>
#include <vector>

#include "cluster/cli/json.hpp"
#include "cluster/cli/outcome.hpp"
#include "io/task_table.hpp"

namespace trawl::cluster {

/// The value that a task has in a column; `place` is the task's place in the file.
std::string value_text(io::PagedColumn& column, TaskIndex place);
Json value_json(io::PagedColumn& column, TaskIndex place);

/// Kinds of failure that occur.
std::vector<Status> kinds_in(const StatusCounts& counts);

/// How many tasks failed, and how: a line, and the start of a document.
std::string head_text(const io::ResultReader& file, const StatusCounts& counts);
Json head_json(const io::ResultReader& file, const StatusCounts& counts);

}  // namespace trawl::cluster
