#include "cluster/resources.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace trawl::cluster {
namespace {

namespace fs = std::filesystem;

class CgroupTree : public testing::Test {
 protected:
  CgroupTree() : root_(fs::path(testing::TempDir()) / ("cgroup" + std::to_string(getpid()))) {}
  ~CgroupTree() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << "\n";
  }
  std::optional<int> quota(const std::string& membership) { return cgroup_quota(membership, root_); }

 private:
  fs::path root_;
};

TEST_F(CgroupTree, version_2_has_no_limit_where_it_says_max) {
  write("a/cpu.max", "max 100000");
  EXPECT_EQ(quota("0::/a\n"), std::nullopt);
  EXPECT_EQ(quota("0::/missing\n"), std::nullopt);
  EXPECT_EQ(quota(""), std::nullopt);
  EXPECT_EQ(quota("garbage"), std::nullopt);
}

TEST_F(CgroupTree, version_2_rounds_a_quota_up) {
  write("a/cpu.max", "150000 100000");
  EXPECT_EQ(quota("0::/a\n"), 2);
  write("a/cpu.max", "10000 100000");
  EXPECT_EQ(quota("0::/a\n"), 1);
}

TEST_F(CgroupTree, version_2_takes_the_tightest_on_the_way_to_the_root) {
  write("job/cpu.max", "200000 100000");
  write("job/step/cpu.max", "800000 100000");
  EXPECT_EQ(quota("0::/job/step\n"), 2);
}

TEST_F(CgroupTree, a_container_sees_its_own_limit_at_the_root) {
  write("cpu.max", "300000 100000");
  EXPECT_EQ(quota("0::/kubepods/pod7\n"), 3);
}

TEST_F(CgroupTree, version_1_divides_quota_by_period) {
  write("cpu/job/cpu.cfs_quota_us", "250000");
  write("cpu/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota("7:memory:/job\n4:cpu,cpuacct:/job\n"), 3);
  write("cpu/job/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(quota("4:cpu,cpuacct:/job\n"), std::nullopt);
}

TEST(Threads, are_the_smallest_of_all_limits) {
  EXPECT_EQ(choose_threads({.affinity = 16}, 0, false).count, 16);
  EXPECT_EQ(choose_threads({.affinity = 16, .cgroup = 8}, 0, false).count, 8);
  EXPECT_EQ(choose_threads({.affinity = 16, .cgroup = 8, .slurm = 4}, 0, false).count, 4);
  EXPECT_EQ(choose_threads({.affinity = 16, .cgroup = 8, .slurm = 4}, 2, false).count, 2);
  EXPECT_EQ(choose_threads({.affinity = 2}, 64, false).count, 2);
}

TEST(Threads, share_the_processors_among_the_ranks_of_a_node) {
  EXPECT_EQ(choose_threads({.affinity = 16, .ranks_sharing = 4}, 0, false).count, 4);
  EXPECT_EQ(choose_threads({.affinity = 16, .ranks_sharing = 4, .cgroup = 8}, 0, false).count, 2);
  EXPECT_EQ(choose_threads({.affinity = 2, .ranks_sharing = 3}, 0, false).count, 1);
  EXPECT_EQ(choose_threads({.affinity = 1, .ranks_sharing = 1, .cgroup = 8}, 0, false).count, 1);
}

TEST(Threads, are_more_than_the_processors_only_when_told_so) {
  EXPECT_EQ(choose_threads({.affinity = 2, .ranks_sharing = 4}, 3, true).count, 3);
  EXPECT_EQ(choose_threads({.affinity = 2}, 0, true).count, 2);
}

TEST(Threads, say_what_set_their_number) {
  EXPECT_EQ(choose_threads({.affinity = 16, .slurm = 4}, 0, false).reason, "SLURM_CPUS_PER_TASK");
  EXPECT_EQ(choose_threads({.affinity = 16}, 2, false).reason, "--threads");
}

TEST(Threads, of_this_process_are_at_least_one) {
  EXPECT_GE(choose_threads(processor_limits(1), 0, false).count, 1);
}

}  // namespace
}  // namespace trawl::cluster
