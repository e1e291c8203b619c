// The trawl command with studies that behave badly; a program with its own studies is written like this.
#include "cluster/cli/cli.hpp"
#include "tests/cluster/test_studies.hpp"

namespace {

std::span<const trawl::Study* const> studies() {
  static const auto fragile = trawl::test::make_fragile();
  static const auto bulky = trawl::test::make_bulky();
  static const trawl::Study* const all[] = {fragile.get(), bulky.get()};
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  return trawl::cluster::run_cli(argc, argv, studies);
}
