#include "cluster/time_limit.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace trawl::cluster {
namespace {

TEST(Duration, is_read_in_seconds_or_with_colons) {
  EXPECT_EQ(duration_seconds("0"), 0);
  EXPECT_EQ(duration_seconds("90"), 90);
  EXPECT_EQ(duration_seconds("1.5"), 1.5);
  EXPECT_EQ(duration_seconds("+5"), 5);
  EXPECT_EQ(duration_seconds("1e3"), 1000);
  EXPECT_EQ(duration_seconds("1:30"), 90);
  EXPECT_EQ(duration_seconds("2:00:00"), 7200);
  EXPECT_EQ(duration_seconds("00:00:05"), 5);
  EXPECT_EQ(duration_seconds("1-12:00:01"), 36 * 3600 + 1);
  for (const char* text : {"", ":", "1:", ":30", "1:2:3:4", "-5", "+-5", "1.5:30", "5s", "1-", "1-12", "1-12:00",
                           "a-1:2:3", "inf", "1e400", " 5"}) {
    EXPECT_FALSE(duration_seconds(text)) << text;
  }
}

TEST(JobEndTime, is_what_slurm_says_to_the_first_rank) {
  unsetenv("SLURM_JOB_ID");
  setenv("SLURM_JOB_END_TIME", "4000000000", 1);
  EXPECT_FALSE(job_end_time()) << "no job";
  setenv("SLURM_JOB_ID", "17", 1);
  ASSERT_TRUE(job_end_time());
  EXPECT_EQ(job_end_time()->unix_s, 4000000000.0);
  EXPECT_EQ(job_end_time()->source, "SLURM_JOB_END_TIME, of job 17");
  setenv("SLURM_PROCID", "1", 1);
  EXPECT_FALSE(job_end_time());
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  EXPECT_TRUE(job_end_time()) << "mpirun's daemons have a number of SLURM's as well";
}

class PastEndTime : public ::testing::Test {
 protected:
  /// A squeue that says this.
  void SetUp() override {
    unsetenv("OMPI_COMM_WORLD_RANK");
    unsetenv("SLURM_PROCID");
    setenv("SLURM_JOB_ID", "17", 1);
    setenv("SLURM_JOB_END_TIME", "1000", 1);
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    setenv("PATH", (directory_ + ":" + path_).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    std::filesystem::remove_all(directory_);
  }

  void let_squeue(const std::string& script) {
    const std::string program = directory_ + "/squeue";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  const std::string path_ = std::getenv("PATH");
  std::string directory_ = ::testing::TempDir() + "trawl_test_XXXXXX";
};

TEST_F(PastEndTime, is_that_of_an_earlier_job_if_squeue_does_not_confirm_it) {
  let_squeue("echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
  EXPECT_FALSE(job_end_time());
  let_squeue("echo UNLIMITED");
  EXPECT_FALSE(job_end_time());
}

TEST_F(PastEndTime, is_replaced_by_what_squeue_knows) {
  let_squeue("echo 1:00:00");
  const auto end = job_end_time();
  ASSERT_TRUE(end);
  EXPECT_NEAR(end->unix_s, unix_time() + 3600, 60);
  EXPECT_EQ(end->source, "squeue, for job 17");
}

}  // namespace
}  // namespace trawl::cluster
