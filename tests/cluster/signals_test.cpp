#include "cluster/signals.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace trawl::cluster {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(StopRequests, within_two_seconds_are_one) {
  StopRequests requests;
  EXPECT_EQ(requests.note(100 * second), 1);
  EXPECT_EQ(requests.note(100 * second), 0);
  EXPECT_EQ(requests.note(102 * second - 1), 0);
  EXPECT_EQ(requests.count(), 1);
  EXPECT_EQ(requests.note(102 * second), 2);
  EXPECT_EQ(requests.note(103 * second), 0);
  EXPECT_EQ(requests.note(110 * second), 3);
  EXPECT_EQ(requests.count(), 3);
}

TEST(StopRequests, at_once_in_many_threads_are_one) {
  for (int repeat = 0; repeat < 50; ++repeat) {
    StopRequests requests;
    std::atomic<int> counted = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { counted += requests.note(second + i); });
    threads.clear();
    EXPECT_EQ(counted, 1);
  }
}

}  // namespace
}  // namespace trawl::cluster
