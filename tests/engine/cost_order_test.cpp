#include "engine/cost_order.hpp"

#include <gtest/gtest.h>

#include "tests/engine/run_support.hpp"

namespace trawl {
namespace {

TEST(CostOrder, a_study_of_uniform_cost_is_one_segment) {
  const test::Probe study;
  const Sweep sweep(study, test::probe_sweep(1000000, 5));
  const auto segments = cost_segments(sweep);
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].range, (TaskRange{0, 5000000}));
}

TEST(CostOrder, small_sweeps_have_each_points_own_cost) {
  const test::Probe study(1, false);
  const Sweep sweep(study, test::probe_sweep(100, 3));
  const auto segments = cost_segments(sweep);
  ASSERT_EQ(segments.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(segments[i].range, (TaskRange{3 * i, 3 * i + 3}));
    EXPECT_EQ(segments[i].cost, 1.0 + static_cast<double>(i));
  }
}

TEST(CostOrder, segments_of_a_huge_sweep_are_few_and_cover_it) {
  const test::Probe study(1, false);
  const Sweep sweep(study, test::probe_sweep(1000000007));
  const auto segments = cost_segments(sweep);
  EXPECT_LE(segments.size(), 4096U);
  TaskIndex next = 0;
  for (const Segment& segment : segments) {
    EXPECT_EQ(segment.range.begin, next);
    next = segment.range.end;
  }
  EXPECT_EQ(next, 1000000007U);
  EXPECT_NEAR(segments.front().cost, 1000000007.0 / 4096 / 2, 1000);
}

TEST(CostOrder, neighbours_of_equal_cost_are_one_segment) {
  const test::Probe study(1, false);
  SweepSpec spec = test::probe_sweep(10);
  spec.axes.push_back({"sleep_us", Linspace{0, 6, 7}});
  const Sweep sweep(study, spec);
  EXPECT_EQ(cost_segments(sweep).size(), 10U);
}

}  // namespace
}  // namespace trawl
