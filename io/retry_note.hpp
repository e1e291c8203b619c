// NAME.h5.retry: which failed tasks are being tried again, so that a retry that was stopped is continued and not begun
// anew.
#pragma once

#include <string>

#include "io/status_reset.hpp"

namespace trawl::io {

/// Names of statuses, with commas between.
std::string statuses_text(StatusSet statuses);

/// The statuses that the retry of `result_path` under way is about; none if there is no retry. Throws UsageError if the
/// note's place is taken by something else.
StatusSet read_retry_note(const std::string& result_path);

/// Throws IoError.
void write_retry_note(const std::string& result_path, StatusSet statuses);

/// What is no note of ours stays.
void remove_retry_note(const std::string& result_path);

}  // namespace trawl::io
