// A few of the tasks that a result file has results of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/result_reader.hpp"

namespace trawl::io {

/// At most `count` of the tasks that are `ok` or `non_finite`, counted from the file's first one, in the order of a
/// permutation of these tasks that depends on `key`. Memory does not grow with the number of tasks.
std::vector<TaskIndex> sample_of_done(const ResultReader& file, std::size_t count, std::uint64_t key);

}  // namespace trawl::io
