// The trawl command with the studies that ship with it.
#include "cluster/cli/cli.hpp"
#include "studies/catalogue.hpp"

int main(int argc, char** argv) {
  return trawl::cluster::run_cli(argc, argv, trawl::studies::catalogue);
}
