#include "cluster/time_limit.hpp"

#include <cstdlib>

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
  EXPECT_EQ(job_end_time(), 4000000000.0);
  setenv("SLURM_PROCID", "1", 1);
  EXPECT_FALSE(job_end_time());
  setenv("OMPI_COMM_WORLD_RANK", "0", 1);
  EXPECT_EQ(job_end_time(), 4000000000.0) << "mpirun's daemons have a number of SLURM's as well";
}

}  // namespace
}  // namespace trawl::cluster
