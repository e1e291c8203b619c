#include "engine/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include <gtest/gtest.h>

namespace trawl {
namespace {

IntervalSet first_tasks(std::uint64_t count) {
  IntervalSet set;
  set.insert({0, count});
  return set;
}

Scheduler uniform(std::uint64_t tasks, SchedulerOptions options = {}) {
  return Scheduler(options, first_tasks(tasks), {{{0, tasks}, 1.0}});
}

/// Assignments among the messages that the scheduler wants sent, for one rank.
std::vector<Assignment> assignments(const std::vector<Outgoing>& messages, Rank rank) {
  std::vector<Assignment> found;
  for (const Outgoing& outgoing : messages) {
    if (const auto* assignment = std::get_if<Assignment>(&outgoing.message); assignment && outgoing.to == rank) {
      found.push_back(*assignment);
    }
  }
  return found;
}

/// A pool of imaginary workers that take seconds_per_task on each thread; time is a number.
class Pool {
 public:
  Pool(Scheduler& scheduler, int workers, int threads) : scheduler_(scheduler), busy_until_(workers, 0.0) {
    for (Rank rank = 0; rank < workers; ++rank) scheduler_.hello(rank, {threads, "host", rank}, 0);
    threads_ = threads;
    collect();
  }

  /// Runs until nothing is in flight; returns the time that the last worker needed.
  template <class CostOf>
  double run(CostOf cost_of) {
    double end = 0;
    while (!queue_.empty()) {
      const auto [rank, assignment] = queue_.front();
      queue_.erase(queue_.begin());
      double seconds = 0;
      for (TaskIndex task = assignment.range.begin; task < assignment.range.end; ++task) seconds += cost_of(task);
      busy_until_[rank] += seconds / threads_;
      end = std::max(end, busy_until_[rank]);
      done_.insert(assignment.range);
      ++grants_;
      largest_ = std::max(largest_, assignment.range.size());
      EXPECT_TRUE(scheduler_.results(rank, assignment.grant, assignment.range, seconds, busy_until_[rank]));
      collect();
    }
    return end;
  }

  const IntervalSet& done() const { return done_; }
  std::uint64_t grants() const { return grants_; }
  std::uint64_t largest() const { return largest_; }

 private:
  void collect() {
    for (Outgoing& outgoing : scheduler_.take_messages()) {
      if (const auto* assignment = std::get_if<Assignment>(&outgoing.message)) {
        queue_.emplace_back(outgoing.to, *assignment);
      }
    }
    // The worker that is free first answers first.
    std::stable_sort(queue_.begin(), queue_.end(),
                     [&](const auto& a, const auto& b) { return busy_until_[a.first] < busy_until_[b.first]; });
  }

  Scheduler& scheduler_;
  int threads_ = 1;
  std::vector<double> busy_until_;
  std::vector<std::pair<Rank, Assignment>> queue_;
  IntervalSet done_;
  std::uint64_t grants_ = 0;
  std::uint64_t largest_ = 0;
};

TEST(Scheduler, hands_out_every_task_once) {
  SchedulerOptions options;
  options.max_range_tasks = 100000;
  Scheduler scheduler = uniform(1000000, options);
  Pool pool(scheduler, 3, 2);
  pool.run([](TaskIndex) { return 1e-6; });
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(pool.done().count(), 1000000U);
  EXPECT_EQ(pool.done().ranges().size(), 1U);
}

TEST(Scheduler, sizes_ranges_by_measured_cost_so_that_messages_are_few_and_the_end_is_even) {
  SchedulerOptions options;
  options.max_range_tasks = 1 << 20;
  Scheduler scheduler = uniform(10000000, options);
  Pool pool(scheduler, 4, 1);
  const double time = pool.run([](TaskIndex) { return 1e-6; });
  EXPECT_LT(pool.grants(), 400U);      // 10 s of work
  EXPECT_GT(pool.largest(), 100000U);  // up to a quarter of a second each
  EXPECT_LT(time, 1.01 * 10.0 / 4);    // all end within 1 % of the ideal
}

TEST(Scheduler, keeps_two_ranges_in_flight_once_the_speed_is_known) {
  SchedulerOptions options;
  options.max_range_tasks = 1000;
  Scheduler scheduler = uniform(1000000, options);
  scheduler.hello(1, {1, "host", 1}, 0);
  auto given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].range, (TaskRange{0, 1}));
  scheduler.results(1, given[0].grant, given[0].range, 1e-6, 0.1);
  given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 2U);
  EXPECT_EQ(given[0].range, (TaskRange{1, 17})) << "growth is limited while the first speeds are rough";
  scheduler.results(1, given[0].grant, given[0].range, 16e-6, 0.2);
  EXPECT_EQ(assignments(scheduler.take_messages(), 1).size(), 1U);
}

TEST(Scheduler, gives_long_tasks_one_by_one_to_each_thread) {
  SchedulerOptions options;
  options.max_range_tasks = 1000;
  Scheduler scheduler = uniform(100, options);
  scheduler.hello(1, {4, "host", 1}, 0);
  auto given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 4U);
  scheduler.results(1, given[0].grant, given[0].range, 10.0, 10.0);
  given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].range.size(), 1U);
}

TEST(Scheduler, gives_expensive_segments_first) {
  Scheduler scheduler({}, first_tasks(30), {{{0, 10}, 1.0}, {{10, 20}, 5.0}, {{20, 30}, 2.0}});
  scheduler.hello(0, {1, "host", 1}, 0);
  std::vector<TaskIndex> order;
  for (double now = 0; !scheduler.finished(); now += 1) {
    const auto given = assignments(scheduler.take_messages(), 0);
    for (const Assignment& a : given) {
      order.push_back(a.range.begin);
      scheduler.results(0, a.grant, a.range, 1.0, now);
    }
  }
  ASSERT_EQ(order.size(), 30U);
  EXPECT_EQ(order[0], 10U);
  EXPECT_EQ(order[10], 20U);
  EXPECT_EQ(order[20], 0U);
}

TEST(Scheduler, ends_evenly_when_costs_differ_a_thousandfold) {
  // 200 tasks, cost 1 .. 1000; longest first leaves at most about one short task of imbalance.
  std::vector<Segment> segments;
  double total = 0;
  for (TaskIndex i = 0; i < 200; ++i) {
    segments.push_back({{i, i + 1}, static_cast<double>(1 + i * 5)});
    total += segments.back().cost;
  }
  Scheduler scheduler({}, first_tasks(200), segments);
  Pool pool(scheduler, 4, 1);
  const double time = pool.run([](TaskIndex i) { return static_cast<double>(1 + i * 5); });
  EXPECT_EQ(pool.done().count(), 200U);
  EXPECT_LT(time, 1.01 * total / 4);
}

TEST(Scheduler, obeys_a_forced_range_size) {
  SchedulerOptions options;
  options.range_size = 1;
  Scheduler scheduler = uniform(100, options);
  scheduler.hello(1, {1, "host", 1}, 0);
  const auto given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 2U);
  EXPECT_EQ(given[0].range.size(), 1U);
}

TEST(Scheduler, requeues_the_range_of_a_lost_worker) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(20, options);
  scheduler.hello(0, {1, "a", 1}, 0);
  scheduler.hello(1, {1, "b", 2}, 0);
  auto messages = scheduler.take_messages();
  ASSERT_EQ(assignments(messages, 0).size(), 2U);
  EXPECT_EQ(scheduler.live_workers(), 2);
  scheduler.lost(0, std::vector<TaskRange>{{3, 4}});
  EXPECT_EQ(scheduler.live_workers(), 1);
  EXPECT_FALSE(scheduler.results(0, assignments(messages, 0)[0].grant, {0, 10}, 1, 1)) << "late results are ignored";
  IntervalSet seen;
  std::optional<Assignment> alone;
  for (int step = 0; step < 10 && !scheduler.finished(); ++step) {
    for (const Assignment& a : assignments(scheduler.take_messages(), 1)) {
      seen.insert(a.range);
      if (a.careful) alone = a;
      scheduler.results(1, a.grant, a.range, 1, 1);
    }
  }
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(seen.count(), 20U);
  ASSERT_TRUE(alone.has_value());
  EXPECT_EQ(alone->range, (TaskRange{3, 4}));
}

TEST(Scheduler, quarantines_a_task_after_it_killed_three_workers) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(10, options);
  for (Rank rank = 0; rank < 5; ++rank) scheduler.hello(rank, {1, "host", rank}, 0);
  scheduler.take_messages();  // rank 0 has the whole sweep
  scheduler.lost(0, std::vector<TaskRange>{{7, 8}});
  int deaths = 1;
  std::vector<TaskIndex> crashed;
  while (!scheduler.finished()) {
    for (const Outgoing& outgoing : scheduler.take_messages()) {
      const auto& assignment = std::get<Assignment>(outgoing.message);
      EXPECT_EQ(assignment.careful, assignment.range == (TaskRange{7, 8}));
      if (assignment.careful) {
        EXPECT_NE(outgoing.to, 0) << "the master must not die of it while others live";
        scheduler.lost(outgoing.to, std::vector<TaskRange>{{7, 8}});
        ++deaths;
      } else {
        scheduler.results(outgoing.to, assignment.grant, assignment.range, 1, 1);
      }
    }
    for (const TaskIndex task : scheduler.take_crashed()) crashed.push_back(task);
  }
  EXPECT_EQ(deaths, 3);
  EXPECT_EQ(crashed, std::vector<TaskIndex>{7});
}

TEST(Scheduler, narrows_an_unknown_killer_down_by_halving) {
  SchedulerOptions options;
  options.range_size = 8;
  Scheduler scheduler = uniform(8, options);
  Rank next = 0;
  double now = 0;
  scheduler.hello(next, {1, "host", 0}, now);
  int deaths = 0;
  std::vector<TaskIndex> crashed;
  while (!scheduler.finished() && deaths < 50) {
    for (const Assignment& a : assignments(scheduler.take_messages(), next)) {
      if (a.range.begin <= 5 && 5 < a.range.end) {
        scheduler.lost(next, {});
        for (const TaskIndex task : scheduler.take_crashed()) crashed.push_back(task);
        ++deaths;
        scheduler.hello(++next, {1, "host", next}, now);
        break;
      }
      scheduler.results(next, a.grant, a.range, 1, now);
    }
  }
  EXPECT_EQ(crashed, std::vector<TaskIndex>{5});
  EXPECT_EQ(deaths, 5) << "8 -> 4 -> 2 -> 1 by three deaths, the third of which counts, and two more";
}

TEST(Scheduler, remembers_faults_of_earlier_processes) {
  Scheduler scheduler = uniform(4);
  scheduler.faulted({2, 3}, 2);
  scheduler.faulted({3, 4}, 3);
  EXPECT_EQ(scheduler.take_crashed(), std::vector<TaskIndex>{3});
  scheduler.hello(0, {1, "host", 0}, 0);
  std::vector<TaskIndex> order;
  while (!scheduler.finished()) {
    for (const Assignment& a : assignments(scheduler.take_messages(), 0)) {
      order.push_back(a.range.begin);
      EXPECT_EQ(a.careful, a.range.begin == 2);
      scheduler.results(0, a.grant, a.range, 1, 1);
    }
  }
  EXPECT_EQ(order, (std::vector<TaskIndex>{0, 1, 2}));
}

TEST(Scheduler, finds_silent_workers_by_their_lease) {
  Scheduler scheduler = uniform(10);
  scheduler.hello(1, {1, "host", 1}, 0);
  scheduler.hello(2, {1, "host", 2}, 0);
  scheduler.heartbeat(2, 14);
  EXPECT_TRUE(scheduler.expired(15).empty());
  EXPECT_EQ(scheduler.expired(16), std::vector<Rank>{1});
}

TEST(Scheduler, hands_out_nothing_after_a_stop_and_takes_back_what_was_not_done) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(100, options);
  scheduler.hello(1, {1, "host", 1}, 0);
  const auto given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 2U);
  scheduler.stop();
  const auto messages = scheduler.take_messages();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Stop>(messages[0].message));
  EXPECT_TRUE(scheduler.results(1, given[0].grant, {0, 4}, 1, 1));
  EXPECT_TRUE(scheduler.results(1, given[1].grant, {10, 10}, 0, 1));
  EXPECT_TRUE(scheduler.idle());
  EXPECT_FALSE(scheduler.finished());
  EXPECT_TRUE(scheduler.take_messages().empty());
}

TEST(Scheduler, gives_a_sub_master_a_range_for_all_its_ranks_and_tops_it_up_as_parts_come_back) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(1000, options);
  scheduler.hello(4, {.threads = 4, .host = "host", .pid = 1, .ranks = 4}, 0);
  auto given = assignments(scheduler.take_messages(), 4);
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0].range, (TaskRange{0, 40}));
  EXPECT_TRUE(scheduler.results(4, given[0].grant, {20, 25}, 1, 1, 0, false));
  const auto more = assignments(scheduler.take_messages(), 4);
  ASSERT_EQ(more.size(), 1U) << "less than a range is in flight";
  EXPECT_EQ(more[0].range, (TaskRange{40, 80}));
  EXPECT_TRUE(scheduler.results(4, given[0].grant, {0, 20}, 1, 1, 0, false));
  EXPECT_TRUE(assignments(scheduler.take_messages(), 4).empty());
  EXPECT_TRUE(scheduler.results(4, given[0].grant, {25, 30}, 1, 1, 0, true));
  scheduler.hello(1, {1, "host", 1}, 1);
  given = assignments(scheduler.take_messages(), 1);
  ASSERT_FALSE(given.empty());
  EXPECT_EQ(given[0].range, (TaskRange{30, 40})) << "what it did not do of its grant comes back";
}

TEST(Scheduler, takes_back_all_that_a_lost_sub_master_had_not_returned) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(40, options);
  scheduler.hello(4, {.threads = 4, .host = "host", .pid = 1, .ranks = 4}, 0);
  const auto given = assignments(scheduler.take_messages(), 4);
  scheduler.results(4, given.at(0).grant, {10, 20}, 1, 1, 0, false);
  scheduler.lost(4, {});
  scheduler.hello(1, {1, "host", 1}, 1);
  IntervalSet seen;
  while (!scheduler.finished()) {
    for (const Assignment& a : assignments(scheduler.take_messages(), 1)) {
      EXPECT_FALSE(a.careful) << "nobody suspects tasks that its other ranks held";
      seen.insert(a.range);
      scheduler.results(1, a.grant, a.range, 1, 1);
    }
  }
  EXPECT_EQ(seen.count(), 30U);
  EXPECT_FALSE(seen.contains(10));
}

TEST(Scheduler, of_a_sub_master_goes_on_with_the_deaths_that_the_master_has_counted) {
  SchedulerOptions options;
  options.home = 4;
  Scheduler scheduler(options, {}, {{{0, 100}, 1.0}});
  for (const Rank rank : {4, 5, 6}) scheduler.hello(rank, {1, "host", rank}, 0);
  EXPECT_TRUE(scheduler.take_messages().empty());
  scheduler.add({7, 8}, true, 1);
  std::vector<Rank> killed;
  for (int step = 0; step < 5 && !scheduler.finished(); ++step) {
    for (const Outgoing& outgoing : scheduler.take_messages()) {
      EXPECT_TRUE(std::get<Assignment>(outgoing.message).careful);
      killed.push_back(outgoing.to);
      scheduler.lost(outgoing.to, std::vector<TaskRange>{{7, 8}});
    }
  }
  EXPECT_EQ(killed, (std::vector<Rank>{5, 6})) << "not the sub-master itself";
  EXPECT_EQ(scheduler.take_crashed(), std::vector<TaskIndex>{7});
}

TEST(Scheduler, blames_nobody_when_a_worker_leaves_or_was_at_no_task_when_it_died) {
  for (const bool dies : {false, true}) {
    Scheduler scheduler = uniform(8, {.range_size = 4});
    scheduler.hello(0, {1, "host", 1}, 0);
    scheduler.take_messages();
    if (dies) scheduler.lost(0, std::vector<TaskRange>());
    else scheduler.left(0);
    EXPECT_EQ(scheduler.live_workers(), 0);
    scheduler.hello(1, {1, "host", 2}, 1);
    for (const Assignment& assignment : assignments(scheduler.take_messages(), 1)) EXPECT_FALSE(assignment.careful);
  }
}

TEST(Scheduler, tries_a_task_that_lacked_a_resource_once_more_alone_at_the_end_and_then_leaves_it) {
  for (const bool lacks_again : {false, true}) {
    Scheduler scheduler = uniform(20, {.range_size = 5});
    scheduler.hello(0, {1, "host", 1}, 0);
    scheduler.hello(1, {1, "host", 2}, 0);
    std::deque<Outgoing> queue;
    std::vector<TaskRange> alone;
    double now = 0;
    const auto collect = [&] {
      for (Outgoing& outgoing : scheduler.take_messages()) queue.push_back(std::move(outgoing));
    };
    for (collect(); !queue.empty(); collect()) {
      const Outgoing outgoing = std::move(queue.front());
      queue.pop_front();
      const auto given = std::get<Assignment>(outgoing.message);
      if (given.careful) alone.push_back(given.range);
      EXPECT_EQ(given.deaths, 0);
      scheduler.results(outgoing.to, given.grant, given.range, 1, ++now);
      const bool has_both = given.range.begin <= 6 && given.range.end > 7;
      if (!given.careful && has_both) scheduler.lacked({6, 8});
      if (given.careful && lacks_again) scheduler.lacked(given.range);
      if (!given.careful && has_both) {
        EXPECT_TRUE(scheduler.will_retry(7));
        EXPECT_FALSE(scheduler.finished());
      }
    }
    EXPECT_EQ(alone, (std::vector<TaskRange>{{6, 7}, {7, 8}}));
    EXPECT_TRUE(scheduler.finished());
    EXPECT_TRUE(scheduler.take_crashed().empty());
  }
}

TEST(Scheduler, estimates_the_time_left) {
  SchedulerOptions options;
  options.range_size = 10;
  Scheduler scheduler = uniform(100, options);
  EXPECT_TRUE(std::isnan(scheduler.remaining_seconds(1)));
  scheduler.hello(1, {2, "host", 1}, 0);
  const auto given = assignments(scheduler.take_messages(), 1);
  scheduler.results(1, given[0].grant, given[0].range, 20.0, 10.0);  // 20 thread seconds on 2 threads: 1 task a second
  EXPECT_NEAR(scheduler.remaining_seconds(10.0), 90.0, 1e-9);
  EXPECT_NEAR(scheduler.remaining_seconds(15.0), 85.0, 1e-9) << "what is in flight is partly done";
}

TEST(Scheduler, counts_what_goes_on_around_the_points_in_the_time_left) {
  Scheduler scheduler = uniform(100, {.range_size = 10});
  scheduler.hello(1, {2, "host", 1}, 0);
  const auto given = assignments(scheduler.take_messages(), 1);
  scheduler.results(1, given[0].grant, given[0].range, 20.0, 30.0);  // 10 s of 30 in the study
  EXPECT_NEAR(scheduler.remaining_seconds(30.0), 270.0, 1e-9);
}

/// Time left by the scheduler when half of the true time is over, in units of it. Two threads; `seconds` of each task.
double estimate_at_half_time(std::vector<Segment> segments, const std::vector<double>& seconds) {
  double total = 0;
  for (const double s : seconds) total += s / 2;
  Scheduler scheduler({}, first_tasks(seconds.size()), std::move(segments));
  scheduler.hello(0, {2, "host", 1}, 0);
  std::vector<std::pair<double, Assignment>> running;  // by the time when they end
  double free[2] = {0, 0};
  while (true) {
    for (const Assignment& given : assignments(scheduler.take_messages(), 0)) {
      double& lane = free[free[0] <= free[1] ? 0 : 1];
      for (TaskIndex task = given.range.begin; task < given.range.end; ++task) lane += seconds[task];
      running.emplace_back(lane, given);
    }
    const auto next = std::min_element(running.begin(), running.end(),
                                       [](const auto& a, const auto& b) { return a.first < b.first; });
    if (next == running.end() || next->first > total / 2) return scheduler.remaining_seconds(total / 2) / (total / 2);
    const auto [now, done] = *next;
    running.erase(next);
    double spent = 0;
    for (TaskIndex task = done.range.begin; task < done.range.end; ++task) spent += seconds[task];
    scheduler.results(0, done.grant, done.range, spent, now);
  }
}

TEST(Scheduler, estimates_the_time_left_by_the_cost_of_what_is_left) {
  std::vector<Segment> declared;
  std::vector<double> seconds;
  for (std::uint64_t task = 0; task < 40; ++task) {
    const double cost = std::pow(1.2, static_cast<double>(task));
    declared.push_back({{task, task + 1}, cost});
    seconds.push_back(0.01 * cost);
  }
  EXPECT_NEAR(estimate_at_half_time(declared, seconds), 1.0, 0.4);
}

/// One worker that takes `seconds` for each task on each of its threads, from time 0 on; returns what it has done when
/// nothing more is given to it.
std::uint64_t done_by_deadline(Scheduler& scheduler, int threads, double seconds, double& now) {
  scheduler.hello(1, {threads, "host", 1}, 0);
  std::deque<Assignment> queue;
  std::uint64_t done = 0;
  for (now = 0;;) {
    for (const Assignment& a : assignments(scheduler.take_messages(), 1)) queue.push_back(a);
    if (queue.empty()) return done;
    const Assignment next = queue.front();
    queue.pop_front();
    const double spent = seconds * static_cast<double>(next.range.size());
    now += spent / threads;
    done += next.range.size();
    scheduler.results(1, next.grant, next.range, spent, now, seconds);
  }
}

TEST(Scheduler, starts_no_range_that_would_not_end_before_the_deadline) {
  for (const double seconds : {1e-4, 0.03, 7.0}) {
    SchedulerOptions options;
    options.max_range_tasks = 1 << 20;
    Scheduler scheduler = uniform(100000000, options);
    scheduler.set_deadline(100);
    double end = 0;
    const std::uint64_t done = done_by_deadline(scheduler, 1, seconds, end);
    EXPECT_LE(end, 100) << seconds;
    EXPECT_GT(end, 100 - 2 * seconds - 0.01) << "the time there is is used";
    EXPECT_NEAR(static_cast<double>(done), end / seconds, 1e-6 * static_cast<double>(done) + 1);
    EXPECT_TRUE(scheduler.out_of_time(end));
    EXPECT_FALSE(scheduler.finished());
    EXPECT_TRUE(scheduler.idle());
  }
}

TEST(Scheduler, expects_a_task_to_take_as_long_as_the_slowest_one_of_its_cost) {
  SchedulerOptions options;
  options.range_size = 1;
  Scheduler scheduler = uniform(100, options);
  scheduler.set_deadline(100);
  scheduler.hello(1, {1, "host", 1}, 0);
  auto given = assignments(scheduler.take_messages(), 1);
  ASSERT_EQ(given.size(), 2U);
  scheduler.results(1, given[0].grant, given[0].range, 30, 30, 30);
  ASSERT_EQ(assignments(scheduler.take_messages(), 1).size(), 1U);
  scheduler.results(1, given[1].grant, given[1].range, 1, 75, 1);
  EXPECT_TRUE(assignments(scheduler.take_messages(), 1).empty()) << "25 s are left and one task took 30";
  EXPECT_FALSE(scheduler.out_of_time(75)) << "one is still in flight";
  EXPECT_TRUE(scheduler.out_of_time(100)) << "but not for longer than there is time";
}

TEST(Scheduler, fills_the_time_left_with_cheaper_tasks) {
  SchedulerOptions options;
  options.range_size = 1;
  Scheduler scheduler(options, first_tasks(20), {{{0, 10}, 10.0}, {{10, 20}, 1.0}});
  scheduler.set_deadline(35);
  scheduler.hello(1, {1, "host", 1}, 0);
  std::vector<TaskIndex> order;
  double now = 0;
  for (auto given = assignments(scheduler.take_messages(), 1); !given.empty();
       given = assignments(scheduler.take_messages(), 1)) {
    for (const Assignment& a : given) {
      const double seconds = a.range.begin < 10 ? 10 : 1;
      now += seconds;
      order.push_back(a.range.begin);
      scheduler.results(1, a.grant, a.range, seconds, now, seconds);
    }
  }
  EXPECT_EQ(order, (std::vector<TaskIndex>{0, 1, 2, 10, 11, 12, 13, 14}));
  EXPECT_TRUE(scheduler.out_of_time(now));
}

TEST(Scheduler, is_never_out_of_time_without_a_deadline_or_with_nothing_left_to_do) {
  Scheduler scheduler = uniform(1);
  EXPECT_FALSE(scheduler.out_of_time(1e9));
  scheduler.set_deadline(10);
  EXPECT_FALSE(scheduler.out_of_time(0)) << "no worker has come yet";
  scheduler.hello(1, {1, "host", 1}, 0);
  const auto given = assignments(scheduler.take_messages(), 1);
  EXPECT_FALSE(scheduler.out_of_time(9));
  scheduler.results(1, given.at(0).grant, given.at(0).range, 1, 9, 1);
  EXPECT_FALSE(scheduler.out_of_time(11));
}

TEST(Scheduler, leaves_a_suspected_task_to_the_next_run_if_it_would_not_end_in_time) {
  SchedulerOptions options;
  options.range_size = 1;
  Scheduler scheduler = uniform(4, options);
  scheduler.set_deadline(10);
  scheduler.hello(1, {1, "host", 1}, 0);
  scheduler.hello(2, {1, "host", 2}, 0);
  auto messages = scheduler.take_messages();
  const auto first = assignments(messages, 1), second = assignments(messages, 2);
  scheduler.results(1, first.at(0).grant, first.at(0).range, 4, 4, 4);
  scheduler.results(1, first.at(1).grant, first.at(1).range, 4, 8, 4);
  scheduler.lost(2, std::vector<TaskRange>{second.at(0).range});
  EXPECT_TRUE(assignments(scheduler.take_messages(), 1).empty());
  EXPECT_TRUE(scheduler.out_of_time(8));
}

}  // namespace
}  // namespace trawl
