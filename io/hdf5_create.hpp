// Writes the HDF5 file of a layout.
#pragma once

#include <cstdint>
#include <string>

#include "io/layout.hpp"

namespace trawl::io {

/// Creates the whole file at `path` (which is overwritten): every object, attribute, scale and coordinate, results as
/// NaN, status as 0; notes each dataset's offset in `layout`. Its bytes depend on the layout alone. Throws IoError.
/// The file is complete but not yet on the disk when this returns: fsync is the caller's.
void create_hdf5(const std::string& path, FileLayout& layout);

/// The size in bytes of the file that create_hdf5 would write. Takes little memory, whatever the size.
std::uint64_t hdf5_size(const FileLayout& layout);

}  // namespace trawl::io
