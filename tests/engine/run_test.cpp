#include "engine/run.hpp"

#include <gtest/gtest.h>

#include "tests/engine/run_support.hpp"

namespace trawl {
namespace {

using test::all_pending;
using test::Mailboxes;
using test::MemorySink;
using test::Probe;
using test::probe_sweep;

RunSummary run_alone(const Sweep& sweep, MemorySink& sink, RunOptions options = {}) {
  LocalTransport transport;
  RunObserver observer;
  return run_master(sweep, all_pending(sweep), transport, sink, observer, options);
}

RunSummary run_on(int ranks, const Sweep& sweep, MemorySink& sink, RunOptions options = {}) {
  Mailboxes mailboxes(ranks);
  std::vector<std::thread> workers;
  for (Rank rank = 1; rank < ranks; ++rank) {
    workers.emplace_back([&, rank] {
      Mailboxes::Post post(mailboxes, rank);
      EXPECT_TRUE(run_worker(sweep, post, options));
    });
  }
  Mailboxes::Post post(mailboxes, 0);
  RunObserver observer;
  const RunSummary summary = run_master(sweep, all_pending(sweep), post, sink, observer, options);
  for (std::thread& worker : workers) worker.join();
  return summary;
}

TEST(Run, computes_every_task_once_and_right) {
  const Probe study;
  const Sweep sweep(study, probe_sweep(1000, 3));
  MemorySink sink(sweep);
  const RunSummary summary = run_alone(sweep, sink, {.threads = 2});
  EXPECT_FALSE(summary.stopped_early);
  EXPECT_EQ(summary.computed, 3000U);
  EXPECT_EQ(summary.status_counts[static_cast<int>(Status::ok)], 3000U);
  EXPECT_EQ(sink.written_twice, 0);
  EXPECT_GE(sink.flushes, 1);
  for (std::uint64_t task = 0; task < 3000; ++task) {
    const double x = static_cast<double>(task / 3);
    ASSERT_EQ(sink.status[task], Status::ok);
    ASSERT_EQ(sink.values[0][task], x * x);
    ASSERT_EQ(std::isnan(sink.values[2][task]), (task / 3) % 2 == 1);
    double noise[3];
    RandomStream(7, task).normal(0, 0, noise);
    for (int j = 0; j < 3; ++j) ASSERT_EQ(sink.values[1][3 * task + j], noise[j]);
  }
}

TEST(Run, gives_the_same_bits_for_any_ranks_threads_blocks_and_range_sizes) {
  const Probe plain;
  const Sweep sweep(plain, probe_sweep(777, 2));
  MemorySink expected(sweep);
  run_alone(sweep, expected);
  for (const int ranks : {1, 2, 3, 4}) {
    for (const int threads : {1, 2, 3}) {
      for (const std::size_t block : {1, 64}) {
        for (const std::uint64_t range : {0, 1, 100}) {
          const Probe study(block, block == 1);
          const Sweep same(study, probe_sweep(777, 2));
          MemorySink sink(same);
          run_on(ranks, same, sink, {.threads = threads, .range_size = range});
          ASSERT_TRUE(sink.same_bits(expected)) << ranks << " ranks, " << threads << " threads, block " << block;
          ASSERT_EQ(sink.written_twice, 0);
        }
      }
    }
  }
}

TEST(Run, one_bad_point_harms_no_other) {
  for (const std::size_t block : {1, 64}) {
    const Probe study(block);
    SweepSpec spec = probe_sweep(200);
    spec.fixed = {{"throw_at", 17}, {"nan_at", 40}};
    const Sweep sweep(study, spec);
    MemorySink sink(sweep);
    struct Failures final : RunObserver {
      void on_failure(const Failure& failure) override { seen.push_back(failure); }
      std::vector<Failure> seen;
    } failures;
    LocalTransport transport;
    const RunSummary summary = run_master(sweep, all_pending(sweep), transport, sink, failures, {.threads = 2});
    EXPECT_EQ(summary.status_counts[static_cast<int>(Status::ok)], 198U);
    EXPECT_EQ(sink.status[17], Status::threw);
    EXPECT_TRUE(std::isnan(sink.values[0][17]));
    EXPECT_EQ(sink.status[40], Status::non_finite);
    const double canonical = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(std::memcmp(&sink.values[0][40], &canonical, sizeof canonical), 0) << "NaNs have one form";
    ASSERT_EQ(failures.seen.size(), 2U);
    const Failure& threw = failures.seen[failures.seen[0].task == 17 ? 0 : 1];
    EXPECT_EQ(threw.message, "x is unlucky");
    EXPECT_EQ(failures.seen[failures.seen[0].task == 17 ? 1 : 0].message, "output y is nan");
  }
}

TEST(Run, excludes_points_that_the_constraint_does_not_admit) {
  for (const std::size_t block : {1, 64}) {
    const Probe study(block);
    SweepSpec spec = probe_sweep(100, 2);
    spec.where = "x < 10 || x >= 95";
    const Sweep sweep(study, spec);
    MemorySink sink(sweep);
    const RunSummary summary = run_alone(sweep, sink, {.threads = 2});
    EXPECT_EQ(summary.status_counts[static_cast<int>(Status::excluded)], 170U);
    EXPECT_EQ(sink.status[19], Status::ok);
    EXPECT_EQ(sink.status[20], Status::excluded);
    EXPECT_TRUE(std::isnan(sink.values[0][20]));
    EXPECT_EQ(sink.values[0][190], 95.0 * 95.0);
  }
}

TEST(Run, a_point_that_never_returns_is_timed_out_and_the_rest_completes) {
  Probe::release = false;
  static const Probe study;
  SweepSpec spec = probe_sweep(50);
  spec.fixed = {{"hang_at", 3}};
  static const auto* sweep = new Sweep(study, spec);  // outlives the stuck thread
  MemorySink sink(*sweep);
  const RunSummary summary = run_alone(*sweep, sink, {.threads = 1, .point_timeout_s = 0.2});
  EXPECT_TRUE(summary.threads_stuck);
  EXPECT_FALSE(summary.stopped_early);
  EXPECT_EQ(sink.status[3], Status::timed_out);
  EXPECT_TRUE(std::isnan(sink.values[0][3]));
  EXPECT_EQ(summary.status_counts[static_cast<int>(Status::ok)], 49U);
  Probe::release = true;
  while (Probe::hanging > 0) std::this_thread::yield();
}

TEST(Run, stops_early_with_everything_done_so_far_and_continues) {
  const Probe study;
  SweepSpec spec = probe_sweep(2000);
  spec.fixed = {{"sleep_us", 500}};
  const Sweep sweep(study, spec);
  MemorySink sink(sweep);
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  const RunSummary first = run_alone(sweep, sink, {.threads = 2, .stop = &stop});
  stopper.join();
  EXPECT_TRUE(first.stopped_early);
  EXPECT_GT(first.computed, 0U);
  EXPECT_LT(first.computed, 2000U);
  RunState rest;
  for (TaskIndex task = 0; task < 2000; ++task) {
    if (sink.status[task] == Status::pending) rest.pending.insert({task, task + 1});
  }
  EXPECT_EQ(rest.pending.count(), 2000 - first.computed);
  rest.status_counts[0] = rest.pending.count();
  rest.status_counts[1] = first.computed;
  LocalTransport transport;
  RunObserver observer;
  const RunSummary second = run_master(sweep, std::move(rest), transport, sink, observer, {.threads = 2});
  EXPECT_FALSE(second.stopped_early);
  EXPECT_EQ(sink.written_twice, 0);
  EXPECT_EQ(second.status_counts[static_cast<int>(Status::ok)], 2000U);
}

/// Runs a sweep over some ranks, of which one is cut off after a while; `left(rank, dismissed)` hears how each of the
/// others than rank 0 ended.
template <class Left>
RunSummary run_and_lose(Rank lost, int ranks, const Sweep& sweep, MemorySink& sink, const RunOptions& options,
                        Left left) {
  Mailboxes mailboxes(ranks);
  std::vector<std::thread> workers;
  for (Rank rank = 1; rank < ranks; ++rank) {
    workers.emplace_back([&, rank] {
      Mailboxes::Post post(mailboxes, rank);
      left(rank, run_worker(sweep, post, options));
    });
  }
  std::thread killer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    mailboxes.cut_off(lost);
  });
  Mailboxes::Post post(mailboxes, 0);
  RunObserver observer;
  const RunSummary summary = run_master(sweep, all_pending(sweep), post, sink, observer, options);
  killer.join();
  for (std::thread& worker : workers) worker.join();
  return summary;
}

TEST(Run, a_lost_worker_costs_only_its_ranges) {
  const Probe study;
  SweepSpec spec = probe_sweep(1000);
  spec.fixed = {{"sleep_us", 300}};
  const Sweep sweep(study, spec);
  MemorySink expected(sweep);
  run_alone(sweep, expected);

  MemorySink sink(sweep);
  const RunSummary summary = run_and_lose(
      1, 3, sweep, sink, {.threads = 1, .heartbeat_s = 0.05, .lease_s = 0.5}, [](Rank rank, bool dismissed) {
        EXPECT_EQ(dismissed, rank == 2) << "a rank that hears nothing of the master leaves";
      });
  EXPECT_EQ(summary.workers_lost, 1);
  EXPECT_FALSE(summary.stopped_early);
  EXPECT_TRUE(sink.same_bits(expected));
}

TEST(Run, gives_the_same_bits_with_sub_masters) {
  const Probe study;
  const Sweep sweep(study, probe_sweep(777, 2));
  MemorySink expected(sweep);
  run_alone(sweep, expected);
  for (const bool master_computes : {true, false}) {
    for (const std::uint64_t range : {0, 1, 50}) {
      MemorySink sink(sweep);
      const RunSummary summary =
          run_on(8, sweep, sink, {.range_size = range, .master_computes = master_computes, .ranks_per_sub_master = 3});
      ASSERT_TRUE(sink.same_bits(expected)) << range;
      ASSERT_EQ(sink.written_twice, 0);
      EXPECT_EQ(summary.computed, 1554U);
    }
  }
}

TEST(Run, a_lost_sub_master_costs_only_what_its_group_held) {
  const Probe study;
  SweepSpec spec = probe_sweep(2000);
  spec.fixed = {{"sleep_us", 300}};
  const Sweep sweep(study, spec);
  MemorySink expected(sweep);
  run_alone(sweep, expected, {.threads = 8});

  const RunOptions options{.threads = 1, .heartbeat_s = 0.05, .lease_s = 0.5, .ranks_per_sub_master = 2};
  MemorySink sink(sweep);
  const RunSummary summary = run_and_lose(2, 6, sweep, sink, options, [](Rank rank, bool dismissed) {
    if (rank != 3) {  // which has lost its sub-master: it leaves, sent home or not
      EXPECT_EQ(dismissed, rank != 2) << rank;
    }
  });
  EXPECT_EQ(summary.workers_lost, 1);
  EXPECT_FALSE(summary.stopped_early);
  EXPECT_TRUE(sink.same_bits(expected));
}

TEST(Run, stops_early_with_what_the_ranks_of_sub_masters_have_done) {
  const Probe study;
  SweepSpec spec = probe_sweep(20000);
  spec.fixed = {{"sleep_us", 500}};
  const Sweep sweep(study, spec);
  MemorySink sink(sweep);
  std::atomic<bool> stop{false};
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop = true;
  });
  const RunSummary summary = run_on(6, sweep, sink, {.ranks_per_sub_master = 3, .stop = &stop});
  stopper.join();
  EXPECT_TRUE(summary.stopped_early);
  EXPECT_GT(summary.computed, 0U);
  EXPECT_LT(summary.elapsed_s, 5) << "nobody waits for the grace time";
  std::uint64_t done = 0;
  for (const Status status : sink.status) done += status == Status::ok ? 1 : 0;
  EXPECT_EQ(done, summary.computed);
}

TEST(Run, ends_when_no_worker_is_left) {
  const Probe study;
  const Sweep sweep(study, probe_sweep(10));
  Mailboxes mailboxes(2);
  Mailboxes::Post post(mailboxes, 0);
  RunObserver observer;
  MemorySink sink(sweep);
  const RunOptions options{.lease_s = 0.2, .master_computes = false};
  const RunSummary summary = run_master(sweep, all_pending(sweep), post, sink, observer, options);
  EXPECT_TRUE(summary.stopped_early);
  EXPECT_EQ(summary.status_counts[0], 10U);
}

TEST(Run, evaluates_one_task_alone_as_in_the_sweep) {
  const Probe study(64);
  const Sweep sweep(study, probe_sweep(100, 2));
  MemorySink sink(sweep);
  run_alone(sweep, sink);
  for (const TaskIndex task : {0, 1, 77, 199}) {
    const Records records = evaluate_task(sweep, task);
    EXPECT_EQ(std::memcmp(&records.values[0], &sink.values[0][task], 8), 0);
    EXPECT_EQ(std::memcmp(&records.values[1], &sink.values[1][3 * task], 24), 0);
    EXPECT_EQ(records.statuses.at(0).status, Status::ok);
  }
}

}  // namespace
}  // namespace trawl
