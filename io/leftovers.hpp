// Result files that are being created, PATH.tmp.N, and those that a kill left.
#pragma once

#include <string>

namespace trawl::io {

/// Removes what creations of `path` that were killed left behind, by name and contents: files of another origin, and
/// result files in which anything is computed, stay. The lock on `path` is held, so no other process is creating.
void remove_leftovers(const std::string& path);

/// The same for the process that held the lock before, whose file may also be a part of a result file.
void remove_leftover_of(const std::string& path, int process);

/// Creates an empty file PATH.tmp.N, of a number that nothing had, and returns its path. N is this process's if it can
/// be. Throws IoError.
std::string reserve_temporary(const std::string& path);

}  // namespace trawl::io
