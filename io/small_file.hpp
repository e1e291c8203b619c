// Files that are read and written whole.
#pragma once

#include <cstddef>
#include <string>

namespace trawl::io {

/// The text of a file of at most `most` bytes. Throws UsageError "PATH: cannot read the WHAT (why). Is the path
/// right?".
std::string read_small_file(const std::string& path, const char* what, std::size_t most = std::size_t{1} << 20);

/// Writes or replaces a file; a kill leaves the old one or the new one. Throws IoError.
void write_small_file(const std::string& path, const std::string& text, unsigned mode = 0644);

}  // namespace trawl::io
