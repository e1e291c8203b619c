// Whether a file is the one that a sweep would have.
#pragma once

#include <string>

#include "io/layout.hpp"
#include "io/on_block.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// A message on how the file differs from the one wanted: in its sweep ("it has seed 17, not 18"), else in a version or
/// shard, else in its objects; empty if it does not.
std::string difference(const std::string& path, const FileLayout& found, const FileLayout& wanted);

/// The name of the first scale or coordinate whose values in the file are not those wanted; empty if all are.
/// The layouts must not differ.
std::string different_values(const RawFile& file, const FileLayout& found, const FileLayout& wanted,
                             const OnBlock& on_block = {});

/// Opens the file of a layout, once it is known to be that, and takes the datasets' offsets from it. Throws UsageError
/// that says what differs.
RawFile open_laid_out(const std::string& path, int flags, FileLayout& layout, const OnBlock& on_block = {});

}  // namespace trawl::io
