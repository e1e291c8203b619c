#include "cluster/cli/progress.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "cluster/cli/text.hpp"

namespace trawl::cluster {
namespace {

TEST(Text, groups_digits) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(9223372036854775807u), "9,223,372,036,854,775,807");
}

TEST(Text, names_bytes_and_rates_in_the_unit_that_fits) {
  EXPECT_EQ(bytes_text(312), "312 bytes");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 30), "3 GiB");
  EXPECT_EQ(rate_text(12.34), "12.3/s");
  EXPECT_EQ(rate_text(999.9e3), "1 M/s");
  EXPECT_EQ(rate_text(12.3e6), "12.3 M/s");
}

TEST(Text, names_durations_from_nanoseconds_to_years) {
  EXPECT_EQ(seconds_text(2.5e-8), "25 ns");
  EXPECT_EQ(seconds_text(0.25), "250 ms");
  EXPECT_EQ(seconds_text(3.21), "3.2 s");
  EXPECT_EQ(seconds_text(250), "4 min 10 s");
  EXPECT_EQ(seconds_text(7500), "2 h 5 min");
  EXPECT_EQ(seconds_text(86400.0 * 1234), "1,234 days");
  EXPECT_EQ(seconds_text(std::numeric_limits<double>::quiet_NaN()), "unknown");
  EXPECT_EQ(seconds_text(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(Progress, says_done_failed_rate_and_time_left) {
  Progress progress;
  progress.total = 10'000;
  progress.done = 1'200;
  progress.done_before = 200;
  progress.failed = 3;
  progress.elapsed_s = 2;
  progress.remaining_s = 17.6;
  EXPECT_EQ(progress_text(progress), "1,200 of 10,000 tasks (12.0 %), 3 failed, 500/s, 17.6 s left");
}

}  // namespace
}  // namespace trawl::cluster
