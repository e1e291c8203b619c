// Results are filled here and not by HDF5, whose call returns only when all is written.
#pragma once

#include <vector>

#include "io/layout.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// Makes a file whose datasets were created with H5D_FILL_TIME_NEVER say H5D_FILL_TIME_ALLOC for those that the run
/// writes, as if HDF5 had filled them: readers see no difference. Nothing else in the file changes.
void note_filled(const RawFile& file, const FileLayout& layout);

/// `count` elements of a dataset that the run has not written: NaN, or 0.
std::vector<char> unwritten_elements(ElementType type, std::uint64_t count);

}  // namespace trawl::io
