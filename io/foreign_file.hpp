// Files that other programs wrote or wrote anew: h5repack, nccopy, xarray.
#pragma once

#include <string>

#include "io/layout.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

struct OwnForm {
  RawFile file;  ///< without a name; gone when it is closed
  FileLayout layout;
};

/// A copy of the file in our own form, in $TMPDIR or /tmp. HDF5's library makes it in a child process, so that the file
/// cannot harm this one; fork is meant for a process without other threads at work. Throws UsageError if the file has
/// not the objects of FORMAT.md or the child crashes or takes too long over it, IoError if the disk refuses.
OwnForm own_form_of(const std::string& path);

}  // namespace trawl::io
