#include "cluster/mpi/check.hpp"

#include <string>

namespace trawl::cluster {
namespace {

std::string error_text(int code) {
  char text[MPI_MAX_ERROR_STRING] = "unknown error";
  int length = 0;
  MPI_Error_string(code, text, &length);
  return text;
}

}  // namespace

MpiError::MpiError(const char* call, int code)
    : IoError(std::string(call) + " failed (" + error_text(code) +
              "). Does mpirun belong to the MPI library that trawl was built with?") {}

}  // namespace trawl::cluster
