// NAME.h5.job.json: which job computes a result file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace trawl::cluster {

struct JobNote {
  std::string job_id;        ///< digits
  std::uint64_t shards = 1;  ///< more than one: a job array, whose jobs write a file each
  std::string log;           ///< path; with %a in place of the shard's number
};

/// Throws UsageError if something else has the note's name.
void check_job_note(const std::string& output);

/// Replaces an earlier note. Throws IoError.
void write_job_note(const std::string& output, const JobNote& note);

/// The last job submitted for the file, if there was one. Throws UsageError if the note is damaged.
std::optional<JobNote> read_job_note(const std::string& output);

}  // namespace trawl::cluster
