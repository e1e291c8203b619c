// What SLURM says of a job.
#pragma once

#include <string>
#include <vector>

namespace trawl::cluster {

/// One job, or one job of an array.
struct QueuedJob {
  std::string id;      ///< "17", or "17_2" in an array
  std::string state;   ///< as SLURM names it: PENDING, RUNNING, COMPLETED, ...
  std::string reason;  ///< why it is pending, or how it ended; empty if there is nothing to say
  double elapsed_s = 0;
  double left_s = 0;  ///< of its time limit; NaN if there is none or it does not run
  int nodes = 0;
};

/// Whether SLURM is done with a job in this state.
bool has_ended(const std::string& state);

/// The lines of `squeue -o squeue_format`.
std::vector<QueuedJob> parse_squeue(const std::string& text);

/// The lines of `sacct -o sacct_format`.
std::vector<QueuedJob> parse_sacct(const std::string& text);

/// The job, or the jobs of the array. Asks squeue, and sacct for a job that squeue no longer knows. Empty if neither
/// knows it. Throws IoError if SLURM does not answer.
std::vector<QueuedJob> query_job(const std::string& job_id);

/// The exit code with which a job's script ended, if SLURM still knows: the largest of an array's.
int exit_code_of_job(const std::string& job_id);

/// Queues a script and returns the job's number. Throws UsageError with SLURM's words if it refuses.
std::string submit_job(const std::string& script);

// Of a run that a script of `trawl submit` started with srun, and which says so by TRAWL_JOB; else they do nothing.

/// For a rank whose master is gone: its node may be, and with it the script, which would have done it. Starts the job
/// again if TRAWL_MAY_REQUEUE says so; the first rank to do so ends the others.
void requeue_job_without_master(int rank);

/// For the master of a run that is over but has lost ranks, for which srun would wait: ends them, and this process.
void end_step_with_lost_ranks();

/// Throws UsageError with SLURM's words if it refuses.
void cancel_job(const std::string& job_id);

}  // namespace trawl::cluster
