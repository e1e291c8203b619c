// What run logs say of tasks that failed.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "engine/task.hpp"

namespace trawl::io {

/// Of one task. Texts are empty where the log does not say.
struct FailureNote {
  std::string status;  ///< its name
  std::string message;
  std::string host;
  std::string time;         ///< ISO 8601, UTC
  std::uint64_t times = 0;  ///< that the log says the task failed
};

/// Fills in what NAME.h5.run.jsonl says of the tasks that are keys of `notes`: the newest line of each. Texts are cut
/// to 2000 bytes. Lines that make no sense are passed over.
void read_failure_notes(const std::string& log_path, std::unordered_map<TaskIndex, FailureNote>& notes);

}  // namespace trawl::io
