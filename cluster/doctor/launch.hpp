// How ranks are started here: MPI, mpirun, SLURM.
#pragma once

#include <string>
#include <vector>

#include "cluster/doctor/finding.hpp"
#include "cluster/mpi/session.hpp"

namespace trawl::cluster {

/// Of a process that mpirun or srun has started: what its MPI gives.
std::vector<Finding> examine_ranks(const Session& session);

/// Of a process started by hand: whether mpirun starts two ranks of this program that can talk to each other.
Finding examine_mpirun();

/// The allocation, and whether srun can start ranks.
std::vector<Finding> examine_slurm();

}  // namespace trawl::cluster
