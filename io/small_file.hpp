// Files that are read and written whole.
#pragma once

#include <cstddef>
#include <string>

#include "io/output_file.hpp"

namespace trawl::io {

/// The text of a file of at most `most` bytes. Throws UsageError "PATH: cannot read the WHAT (why). Is the path
/// right?".
std::string read_small_file(const std::string& path, const char* what, std::size_t most = std::size_t{1} << 20);

/// Writes or replaces a file, if the rule lets it; a kill leaves the old one or the new one. A file that holds the text
/// already is left alone, also if it is one of the rule's inputs. Throws UsageError and IoError.
void write_small_file(const std::string& path, const std::string& text, const OutputRule& rule, unsigned mode = 0644);

/// Throws as write_small_file() would before it writes.
void check_small_file(const std::string& path, const std::string& text, const OutputRule& rule);

}  // namespace trawl::io
