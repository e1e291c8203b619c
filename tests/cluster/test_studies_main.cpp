// The trawl command with studies that behave badly; a program with its own studies is written like this.
#include "cluster/cli/cli.hpp"
#include "tests/cluster/test_studies.hpp"

int main(int argc, char** argv) {
  const auto fragile = trawl::test::make_fragile();
  const auto bulky = trawl::test::make_bulky();
  const trawl::Study* const studies[] = {fragile.get(), bulky.get()};
  return trawl::cluster::run_cli(argc, argv, studies);
}
