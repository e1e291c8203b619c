#include "engine/interval_set.hpp"

#include <set>

#include <gtest/gtest.h>

#include "engine/random.hpp"

namespace trawl {
namespace {

TEST(IntervalSet, joins_ranges_that_touch_and_cuts_where_erased) {
  IntervalSet set;
  set.insert({10, 20});
  set.insert({20, 30});
  set.insert({0, 5});
  EXPECT_EQ(set.ranges().size(), 2U);
  EXPECT_EQ(set.count(), 25U);
  set.erase({15, 25});
  EXPECT_EQ(set.count(), 15U);
  EXPECT_TRUE(set.contains(14));
  EXPECT_FALSE(set.contains(15));
  EXPECT_EQ(set.next(11), (TaskRange{11, 15}));
  EXPECT_EQ(set.next(15), (TaskRange{25, 30}));
  EXPECT_TRUE(set.next(30).empty());
}

TEST(IntervalSet, agrees_with_a_plain_set_under_random_insertions_and_erasures) {
  RandomSequence random({1, 0}, 0);
  IntervalSet set;
  std::set<TaskIndex> plain;
  for (int step = 0; step < 3000; ++step) {
    const TaskIndex begin = random.below(100);
    const TaskRange range{begin, begin + random.below(12)};
    const bool inserting = random.below(2) == 0;
    for (TaskIndex i = range.begin; i < range.end; ++i) {
      if (inserting) plain.insert(i);
      else plain.erase(i);
    }
    if (inserting) set.insert(range);
    else set.erase(range);
    ASSERT_EQ(set.count(), plain.size());
    TaskIndex last_end = 0;
    bool first = true;
    for (const auto& [from, to] : set.ranges()) {
      ASSERT_LT(from, to);
      ASSERT_TRUE(first || from > last_end) << "ranges that touch must be one";
      first = false;
      last_end = to;
    }
    for (TaskIndex i = 0; i < 115; ++i) ASSERT_EQ(set.contains(i), plain.contains(i));
  }
}

}  // namespace
}  // namespace trawl
