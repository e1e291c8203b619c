// Waiting for a job to end.
#pragma once

#include "cluster/slurm/job_note.hpp"

namespace trawl::cluster {

/// Returns when SLURM is done with the job, with the exit code of the sweep: the largest of an array's. With `follow`,
/// copies the job's log to stderr meanwhile.
int wait_for_job(const JobNote& note, bool follow);

}  // namespace trawl::cluster
