// Waiting for a job to end.
#pragma once

#include <string>

#include "cluster/slurm/job_note.hpp"

namespace trawl::cluster {

/// Returns when SLURM is done with the job, with the exit code of the sweep: the largest of an array's. With `follow`,
/// copies the job's log to stderr meanwhile. Throws Stopped when this process is asked to stop; the job goes on, and
/// `output` is what trawl status and trawl cancel know it by.
int wait_for_job(const JobNote& note, const std::string& output, bool follow);

}  // namespace trawl::cluster
