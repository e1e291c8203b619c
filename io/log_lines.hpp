// The lines of a run log, which anybody may have written.
#pragma once

#include <functional>
#include <string>

namespace trawl::io {

/// Calls `visit` with each line, in order. Lines of more than 1 MiB are passed over; what is no regular file, or cannot
/// be read, has none.
void for_each_log_line(const std::string& path, const std::function<void(const std::string&)>& visit);

}  // namespace trawl::io
