#include "cluster/scale/node_limit.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

using Kind = Launcher::Kind;

std::string refusal(std::uint64_t nodes, Kind kind, int processors, std::optional<std::uint64_t> allocated) {
  try {
    check_nodes(nodes, kind, processors, allocated);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(NodeLimit, of_one_machine_goes_with_its_processors) {
  EXPECT_EQ(refusal(16, Kind::local, 1, {}), "");
  EXPECT_NE(refusal(17, Kind::local, 1, {}), "");
  EXPECT_EQ(refusal(512, Kind::local, 64, {}), "");
  EXPECT_NE(refusal(513, Kind::local, 64, {}).find("64 processors"), std::string::npos);
}

TEST(NodeLimit, under_srun_is_the_allocation) {
  EXPECT_EQ(refusal(4, Kind::srun, 1, 4), "");
  EXPECT_EQ(refusal(1000, Kind::srun, 1, {}), "") << "SLURM did not say";
  EXPECT_NE(refusal(5, Kind::srun, 128, 4).find("the 4 of this allocation"), std::string::npos);
}

TEST(NodeLimit, is_read_from_the_environment) {
  unsetenv("SLURM_JOB_NUM_NODES");
  unsetenv("SLURM_NNODES");
  EXPECT_FALSE(allocated_nodes());
  setenv("SLURM_NNODES", "12", 1);
  EXPECT_EQ(allocated_nodes(), 12u);
  setenv("SLURM_JOB_NUM_NODES", "many", 1);
  EXPECT_EQ(allocated_nodes(), 12u);
}

}  // namespace
}  // namespace trawl::cluster
