// What the MPI library says of itself.
#pragma once

#include <string>

namespace trawl::cluster {

/// Name and version, one line. May be called without MPI having been started.
std::string mpi_library();

struct MpiThreadLevel {
  std::string name;     ///< "MPI_THREAD_FUNNELED" and the like
  bool enough = false;  ///< threads may run beside the one that calls MPI
};

/// What the library granted; only while a Session with MPI lives.
MpiThreadLevel mpi_thread_level();

}  // namespace trawl::cluster
