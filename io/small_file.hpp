// Files that a person writes: read whole.
#pragma once

#include <string>

namespace trawl::io {

/// The text of a file of at most 1 MiB. Throws UsageError "PATH: cannot read the WHAT (why). Is the path right?".
std::string read_small_file(const std::string& path, const char* what);

}  // namespace trawl::io
