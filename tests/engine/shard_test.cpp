#include "engine/shard.hpp"

#include <gtest/gtest.h>

#include "engine/cost_order.hpp"
#include "engine/error.hpp"
#include "tests/engine/run_support.hpp"

namespace trawl {
namespace {

using test::Probe;
using test::probe_sweep;

double cost_of(const Sweep& sweep, TaskRange tasks) {
  double cost = 0;
  for (const Segment& segment : cost_segments(sweep)) {
    const TaskIndex begin = std::max(segment.range.begin, tasks.begin), end = std::min(segment.range.end, tasks.end);
    if (begin < end) cost += segment.cost * static_cast<double>(end - begin);
  }
  return cost;
}

TEST(Shard, is_written_as_number_of_count_and_nothing_else_is_read) {
  EXPECT_EQ(shard_text({2, 3}), "2/3");
  EXPECT_EQ(parse_shard("2/3"), (Shard{2, 3}));
  EXPECT_EQ(parse_shard("+2/3"), (Shard{2, 3})) << "signs as in every number";
  EXPECT_EQ(parse_shard("1/9223372036854775807"), (Shard{1, 9223372036854775807})) << "a sweep has no more tasks";
  for (const char* text : {"", "/", "1", "1/", "/3", "0/3", "4/3", "1/0", "-1/3", " 1/3", "1/3 ", "1/3/5", "a/b",
                           "1.0/3", "1/9223372036854775808"}) {
    EXPECT_FALSE(parse_shard(text)) << text;
  }
}

TEST(Shards, are_disjoint_parts_that_make_up_the_sweep) {
  for (const bool uniform : {true, false}) {
    const Probe study(1, uniform);
    const Sweep sweep(study, probe_sweep(1000, 3));
    for (const std::uint64_t count : {1, 2, 3, 7, 64, 999, 1000}) {
      TaskIndex next = 0;
      for (std::uint64_t number = 1; number <= count; ++number) {
        const TaskRange tasks = shard_tasks(sweep, {number, count});
        EXPECT_EQ(tasks.begin, next);
        EXPECT_GT(tasks.end, tasks.begin);
        EXPECT_EQ(tasks.size() % 3, 0U) << "the replicates of a point stay together";
        next = tasks.end;
      }
      EXPECT_EQ(next, sweep.design.task_count());
    }
  }
}

TEST(Shards, cost_about_the_same) {
  const Probe study(1, false);  // cost 1 + x
  const Sweep sweep(study, probe_sweep(1000));
  const double fair = cost_of(sweep, {0, 1000}) / 7;
  for (std::uint64_t number = 1; number <= 7; ++number) {
    EXPECT_NEAR(cost_of(sweep, shard_tasks(sweep, {number, 7})), fair, 1001) << "at most one point off at each end";
  }
}

TEST(Shards, have_a_point_each_even_if_one_point_costs_more_than_all_others) {
  const Probe study(1, false);
  SweepSpec spec = probe_sweep(1);
  spec.axes = {{"x", List{{0, 1e9, 1, 2}}}};
  const Sweep sweep(study, spec);
  for (std::uint64_t number = 1; number <= 4; ++number) {
    EXPECT_EQ(shard_tasks(sweep, {number, 4}), (TaskRange{number - 1, number}));
  }
}

TEST(Shards, are_refused_if_there_are_more_of_them_than_points) {
  const Probe study;
  const Sweep sweep(study, probe_sweep(3, 100));
  EXPECT_THROW(shard_tasks(sweep, {1, 4}), UsageError);
}

}  // namespace
}  // namespace trawl
