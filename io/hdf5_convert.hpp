// Any program's HDF5 file as one of our own form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/layout.hpp"

namespace trawl::io {

/// Reads the objects of FORMAT.md from a file, however they are stored (chunks, deflate and shuffle, other widths of
/// numbers, fixed-length text), and writes them to `to`, which is overwritten, as trawl would have. Returns what was
/// left out. Loads no filter plug-ins, follows no links and no external storage; writes no more than `most_bytes`.
/// Throws UsageError if they are not there, IoError if HDF5 refuses.
///
/// HDF5's library reads the file, and may crash on a damaged one: call this in a process of its own (own_form_of).
std::vector<LeftOut> convert_hdf5(const std::string& from, const std::string& to, std::uint64_t most_bytes);

}  // namespace trawl::io
