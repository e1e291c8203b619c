// Trawl with a study of one's own.
#include <array>

#include "cluster/cli/cli.hpp"
#include "pendulum.hpp"

int main(int argc, char** argv) {
  const Pendulum pendulum;
  return trawl::cluster::run_cli(argc, argv, std::array<const trawl::Study*, 1>{&pendulum});
}
