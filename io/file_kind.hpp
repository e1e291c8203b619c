// What a file is, by its contents: whether it is one that Trawl wrote, and which.
#pragma once

#include <string>
#include <string_view>

namespace trawl::io {

enum class FileKind {
  absent,
  empty,
  result,      ///< of a sweep or a shard
  scaling,     ///< times of a scaling series
  hdf5,        ///< any other HDF5 file, or a damaged one
  table,       ///< an export
  picture,     ///< of a scaling series
  job_script,  ///< for sbatch
  job_sweep,   ///< the copy of a sweep that a job runs
  job_note,    ///< which job computes a result file
  retry_note,  ///< which failures are being tried again
  run_log,
  directory,
  device,  ///< a terminal, pipe, socket or the like
  other,
};

/// Stands in the first lines of scripts, copies of sweeps and pictures.
constexpr std::string_view trawl_mark = "Written by trawl";

/// Begins a retry note.
constexpr std::string_view retry_mark = "trawl tries again: ";

/// What is at a path, links followed; "absent" for a link to nothing. Throws IoError if it cannot be looked at.
FileKind kind_of(const std::string& path);

/// "a result file", "a directory".
const char* kind_text(FileKind kind);

}  // namespace trawl::io
