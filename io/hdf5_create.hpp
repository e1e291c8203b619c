// Writes the HDF5 file of a layout.
#pragma once

#include <cstdint>
#include <string>

#include "io/layout.hpp"
#include "io/on_block.hpp"

namespace trawl::io {

/// Creates the whole file at `path` (which is overwritten): every object, attribute, scale and coordinate, results as
/// NaN, status as 0; notes each dataset's offset in `layout`. Its bytes depend on the layout alone. Throws IoError.
/// What on_block throws ends it, and leaves the file half made. The file is complete but not yet wholly on the disk
/// when this returns: fsync is the caller's, and has not much to do.
void create_hdf5(const std::string& path, FileLayout& layout, const OnBlock& on_block = {});

/// The size in bytes of the file that create_hdf5 would write. Takes little memory, whatever the size.
std::uint64_t hdf5_size(const FileLayout& layout);

}  // namespace trawl::io
