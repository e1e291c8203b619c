#include "cluster/mpi/library.hpp"

#include "cluster/mpi/check.hpp"

namespace trawl::cluster {

std::string mpi_library() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  check_mpi(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
  const std::string all(text, static_cast<std::size_t>(length));
  return all.substr(0, all.find_first_of(",\n"));  // what follows is the package's build host and date
}

MpiThreadLevel mpi_thread_level() {
  int level = MPI_THREAD_SINGLE;
  check_mpi(MPI_Query_thread(&level), "MPI_Query_thread");
  const bool enough = level >= MPI_THREAD_FUNNELED;
  if (level == MPI_THREAD_SINGLE) return {"MPI_THREAD_SINGLE", enough};
  if (level == MPI_THREAD_FUNNELED) return {"MPI_THREAD_FUNNELED", enough};
  if (level == MPI_THREAD_SERIALIZED) return {"MPI_THREAD_SERIALIZED", enough};
  return {"MPI_THREAD_MULTIPLE", enough};
}

}  // namespace trawl::cluster
