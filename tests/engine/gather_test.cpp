#include "engine/gather.hpp"

#include <gtest/gtest.h>

#include "tests/engine/run_support.hpp"

namespace trawl {
namespace {

/// Results of a range whose output k of task i is 1000 k + i in every element.
Records records_of(const Sweep& sweep, TaskRange range) {
  Records records;
  records.range = range;
  records.value_count = range.size() * sweep.doubles_per_task;
  records.values = std::make_unique<double[]>(records.value_count);
  double* to = records.values.get();
  for (std::size_t k = 0; k < sweep.output_sizes.size(); ++k) {
    for (TaskIndex task = range.begin; task < range.end; ++task) {
      to = std::fill_n(to, sweep.output_sizes[k], 1000.0 * static_cast<double>(k) + static_cast<double>(task));
    }
  }
  records.statuses = {{range.size() - 1, Status::ok}, {1, Status::threw}};
  records.failures = {{range.end - 1, Status::threw, "last of its range"}};
  records.seconds = static_cast<double>(range.size());
  return records;
}

void check_values(const Sweep& sweep, const Records& records) {
  const double* from = records.values.get();
  for (std::size_t k = 0; k < sweep.output_sizes.size(); ++k) {
    for (TaskIndex task = records.range.begin; task < records.range.end; ++task) {
      for (std::size_t i = 0; i < sweep.output_sizes[k]; ++i) {
        ASSERT_EQ(*from++, 1000.0 * static_cast<double>(k) + static_cast<double>(task));
      }
    }
  }
}

class GatherTest : public testing::Test {
 protected:
  const test::Probe study_;
  const Sweep sweep_{study_, test::probe_sweep(100)};
};

TEST_F(GatherTest, passes_a_complete_assignment_on_as_one_message) {
  Gather gather(sweep_, 1000);
  gather.open({.grant = 5, .range = {10, 30}}, 0);
  gather.add(records_of(sweep_, {20, 30}));
  EXPECT_TRUE(gather.take(0.001).empty());
  gather.add(records_of(sweep_, {10, 20}));
  const std::vector<Results> out = gather.take(0.001);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].grant, 5U);
  EXPECT_TRUE(out[0].last);
  EXPECT_EQ(out[0].records.range, (TaskRange{10, 30}));
  EXPECT_EQ(out[0].records.seconds, 20);
  ASSERT_EQ(out[0].records.statuses.size(), 4U);
  EXPECT_EQ(out[0].records.statuses[1].status, Status::threw);
  EXPECT_EQ(out[0].records.failures.size(), 2U);
  check_values(sweep_, out[0].records);
  EXPECT_TRUE(gather.take(1).empty());
}

TEST_F(GatherTest, splits_results_that_lie_in_two_assignments) {
  Gather gather(sweep_, 1000);
  gather.open({.grant = 1, .range = {0, 10}}, 0);
  gather.open({.grant = 2, .range = {10, 20}}, 0);
  gather.add(records_of(sweep_, {0, 20}));
  const std::vector<Results> out = gather.take(0);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].records.range, (TaskRange{0, 10}));
  EXPECT_EQ(out[1].records.range, (TaskRange{10, 20}));
  EXPECT_TRUE(out[0].records.failures.empty());
  EXPECT_EQ(out[1].records.failures.size(), 1U);
  check_values(sweep_, out[1].records);
}

TEST_F(GatherTest, passes_on_what_is_done_up_to_the_first_gap_and_the_rest_when_the_gap_stays) {
  Gather gather(sweep_, 1000);
  gather.open({.grant = 1, .range = {0, 40}}, 0);
  gather.add(records_of(sweep_, {0, 10}));
  gather.add(records_of(sweep_, {20, 30}));
  std::vector<Results> out = gather.take(0.1);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].records.range, (TaskRange{0, 10}));
  EXPECT_FALSE(out[0].last);
  EXPECT_TRUE(gather.take(0.2).empty());
  out = gather.take(5);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].records.range, (TaskRange{20, 30}));
  EXPECT_NEAR(out[0].records.seconds, 10, 1e-9);
}

TEST_F(GatherTest, keeps_messages_within_their_size) {
  Gather gather(sweep_, 16);
  gather.open({.grant = 1, .range = {0, 40}}, 0);
  gather.add(records_of(sweep_, {0, 40}));
  const std::vector<Results> out = gather.take(0);
  ASSERT_EQ(out.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(out[i].last, i == 2);
    check_values(sweep_, out[i].records);
  }
  EXPECT_EQ(out[2].records.range, (TaskRange{32, 40}));
}

TEST_F(GatherTest, closes_every_assignment_after_a_stop) {
  Gather gather(sweep_, 1000);
  gather.open({.grant = 1, .range = {0, 10}}, 0);
  gather.open({.grant = 2, .range = {10, 20}}, 0);
  gather.add(records_of(sweep_, {3, 7}));
  const std::vector<Results> out = gather.close();
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].records.range, (TaskRange{3, 7}));
  EXPECT_TRUE(out[0].last);
  EXPECT_TRUE(out[1].records.range.empty());
  EXPECT_TRUE(out[1].last);
}

}  // namespace
}  // namespace trawl
