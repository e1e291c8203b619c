// Finds out what a result file holds, trusting nothing in it.
#pragma once

#include <string>
#include <vector>

#include "io/layout.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// Describes a file: attributes and datasets with their offsets, in the order of creation. Every dataset is of a type
/// we write, contiguous, inside the file, and apart from the others. What others have added and we would not write
/// (attributes, datasets, groups, links) is left out. Throws UsageError if the file is damaged or none of HDF5's,
/// OtherForm if it is whole but not laid out as ours, IoError if it cannot be read. No HDF5 library takes part.
FileLayout read_layout(const std::string& path);

/// Elements [first, first + count) of a text dataset of the file. Throws UsageError if they are damaged.
std::vector<std::string> read_texts(const RawFile& file, const Dataset& dataset, std::uint64_t first,
                                    std::uint64_t count);

}  // namespace trawl::io
