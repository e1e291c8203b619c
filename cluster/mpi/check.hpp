// Every MPI return code goes through one call.
#pragma once

#include <mpi.h>

#include "engine/error.hpp"

namespace trawl::cluster {

/// MPI refused something that only a bug or a broken machine can explain.
class MpiError : public IoError {
 public:
  MpiError(const char* call, int code);
};

inline void check_mpi(int code, const char* call) {
  if (code != MPI_SUCCESS) throw MpiError(call, code);
}

}  // namespace trawl::cluster
