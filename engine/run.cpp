#include "engine/run.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "engine/cost_order.hpp"
#include "engine/run_loop.hpp"

namespace trawl {

namespace {

/// Kept free at the end of a time limit, for what is estimated too low, for flushing and for leaving.
double margin_of(double time_limit_s) {
  return std::clamp(0.05 * time_limit_s, 1.0, 30.0);
}

/// Rank 0's loop.
class Master {
 public:
  Master(const Sweep& sweep, RunState state, Transport& transport, RecordSink& sink, RunObserver& observer,
         const RunOptions& options)
      : sweep_(sweep),
        transport_(transport),
        post_(transport),
        sink_(sink),
        observer_(observer),
        options_(options),
        total_(std::accumulate(state.status_counts.begin(), state.status_counts.end(), std::uint64_t{0})),
        done_before_(total_ - state.pending.count()),
        scheduler_(scheduler_options(sweep, options), std::move(state.pending), cost_segments(sweep)) {
    summary_.status_counts = state.status_counts;
    summary_.ranks[0] = {};
    scheduler_.set_deadline(options.time_limit_s - margin_of(options.time_limit_s));
    for (const Fault& fault : state.faults) scheduler_.faulted(fault.range, fault.times);
  }

  RunSummary run() {
    InflightFile inflight(options_.inflight_path, 0);
    if (options_.master_computes || transport_.size() == 1) {
      local_.reset(new Worker(sweep_, WorkerOptions{options_.threads, options_.point_timeout_s}, inflight));
      join(0, hello_of(local_.get()));
    }
    loop();
    if (local_) local_->give_up();
    for (const Rank rank : subordinates_) post_.send(rank, Bye{});
    flush();
    report_progress();
    summary_.elapsed_s = seconds_since(start_);
    summary_.stopped_early = !scheduler_.finished();
    summary_.lacked = summary_.stopped_early ? 0 : summary_.status_counts[0];
    summary_.ranks[0].communication_s = post_.seconds();
    if (!summary_.stopped_early) forget_faults(options_.inflight_path);
    summary_.threads_stuck = stuck_ || (local_ && local_->has_stuck_threads());
    return summary_;
  }

 private:
  void loop() {
    const double longest_s = transport_.size() > 1 ? longest_wait_s : longest_wait_alone_s;
    BackOff back_off;
    write_crashed();
    deliver();
    while (!scheduler_.finished()) {
      const bool heard = receive();
      deliver();
      if (!tick(!heard)) return;
      if (heard) back_off.reset();
      else back_off.wait(local_.get(), longest_s);
    }
  }

  /// Takes what has arrived; false if nothing had.
  bool receive() {
    constexpr int at_most = 64;  // then look at the clock again
    bool heard = false;
    Rank from = 0;
    Message message;
    for (int i = 0; i < at_most && post_.receive(from, message); ++i) {
      heard = true;
      if (auto* results = std::get_if<Results>(&message)) take(from, *results);
      else if (const auto* hello = std::get_if<Hello>(&message)) join(from, *hello);
      else if (const auto* loss = std::get_if<Loss>(&message)) note_loss(loss->rank);
      else if (const auto* bye = std::get_if<Bye>(&message)) part_from(from, bye->why);
      else scheduler_.heartbeat(from, seconds_since(start_));
    }
    for (int i = 0; local_ && i < at_most; ++i) {
      std::optional<Results> results = local_->take();
      if (!results) break;
      heard = true;
      take(0, *results);
      deliver();
    }
    return heard;
  }

  void join(Rank rank, const Hello& hello) {
    const double now = seconds_since(start_);
    const auto [it, is_new] = summary_.ranks.try_emplace(rank, RankSeconds{.threads = 0, .joined_s = now});
    it->second.threads = hello.threads;
    if (is_new || rank == 0) observer_.on_worker(rank, hello);
    scheduler_.hello(rank, hello, now);
  }

  void take(Rank from, Results& results) {
    const Records& records = results.records;
    if (!scheduler_.results(from, results.grant, records.range, records.seconds, seconds_since(start_),
                            records.longest_s, results.last)) {
      return;
    }
    RankSeconds& rank = summary_.ranks[from];
    rank.busy_s += records.seconds;
    rank.communication_s = results.communication_s;
    if (!records.range.empty()) store(records);
  }

  void store(const Records& records) {
    const auto start = Clock::now();
    const bool lacks = std::any_of(records.statuses.begin(), records.statuses.end(),
                                   [](const StatusRun& run) { return run.status == Status::pending; });
    if (!lacks) sink_.write(records);
    else
      for (const Records& part : done_parts(sweep_, records)) sink_.write(part);
    summary_.ranks[0].io_s += seconds_since(start);
    count(records);
    summary_.busy_s += records.seconds;
    summary_.longest_task_s = std::max(summary_.longest_task_s, records.longest_s);
    for (const Failure& failure : records.failures) report(failure);
  }

  void count(const Records& records) {
    TaskIndex begin = records.range.begin;
    for (const StatusRun& run : records.statuses) {
      const TaskRange tasks{begin, begin + run.count};
      begin = tasks.end;
      if (run.status == Status::pending) {
        scheduler_.lacked(tasks);
        continue;
      }
      summary_.status_counts[static_cast<std::size_t>(run.status)] += run.count;
      summary_.status_counts[0] -= run.count;
      (run.status == Status::excluded ? summary_.excluded : summary_.computed) += run.count;
    }
  }

  void report(const Failure& failure) {
    if (failure.status != Status::pending) {
      observer_.on_failure(failure);
      return;
    }
    const char* then =
        scheduler_.will_retry(failure.task) ? "tried once more, alone, at the end" : "left to another run";
    observer_.on_failure({failure.task, failure.status, fmt::format("{}; {}", failure.message, then)});
  }

  void flush() {
    const auto start = Clock::now();
    sink_.flush();
    const double seconds = seconds_since(start);
    summary_.ranks[0].io_s += seconds;
    longest_flush_s_ = std::max(longest_flush_s_, seconds);
    scheduler_.set_deadline(options_.time_limit_s - margin_of(options_.time_limit_s) - 2 * longest_flush_s_);
  }

  void deliver() { trawl::deliver(scheduler_, post_, 0, local_.get()); }

  /// What is due by the clock. False when the run must end although the sweep is not complete.
  bool tick(bool nothing_arrived) {
    const double now = seconds_since(start_);
    if (now < next_tick_) return true;
    next_tick_ = now + tick_s;
    if (local_) {
      scheduler_.heartbeat(0, now);
      local_->check_timeouts();
      if (local_->lanes() == 0) stop_computing();
    }
    if (nothing_arrived) lose_silent_workers(now);
    if (now >= next_heartbeat_) {
      next_heartbeat_ = now + options_.heartbeat_s;
      for (const Rank rank : subordinates_) post_.send(rank, Heartbeat{});
    }
    if (now >= next_flush_) {
      flush();
      next_flush_ = seconds_since(start_) + options_.flush_interval_s;
    }
    report_progress();
    return keep_going(now);
  }

  /// Every thread is at a point that was given up, and there is none to replace them.
  void stop_computing() {
    local_->give_up();
    receive();
    scheduler_.left(0);
    stuck_ = true;
    local_.reset();
    deliver();
  }

  bool keep_going(double now) {
    if (stop_time_ < 0) {
      const bool asked = options_.stop != nullptr && options_.stop->load();
      summary_.out_of_time = !asked && scheduler_.out_of_time(now);
      if (asked || summary_.out_of_time) {
        stop_time_ = now;
        if (summary_.out_of_time) grace_s_ = std::min(grace_s_, margin_of(options_.time_limit_s) / 2);
        scheduler_.stop();
        deliver();
        flush();  // whoever asked may not wait long
      }
    }
    if (stop_time_ >= 0) {
      if (now - stop_time_ > grace_s_ && local_ && !local_->idle()) {
        local_->give_up();
        receive();
      }
      return !scheduler_.idle() && now - stop_time_ <= grace_s_;
    }
    // Ranks that have not said hello by then never will.
    const bool all_heard_of = transport_.size() == 1 || now > options_.lease_s;
    return scheduler_.live_workers() > 0 || !all_heard_of;
  }

  void lose_silent_workers(double now) {
    for (const Rank rank : scheduler_.expired(now)) {
      note_loss(rank);
      scheduler_.lost(rank, read_inflight(options_.inflight_path, rank));
      const int group = options_.ranks_per_sub_master;
      for (const Rank orphan : subordinates_of(rank, transport_.size(), group)) post_.send(orphan, Bye{});
    }
    write_crashed();
    deliver();
  }

  /// A rank that lives and computes no more.
  void part_from(Rank rank, const std::string& why) {
    scheduler_.left(rank);
    observer_.on_worker_lost(rank, why);
  }

  void note_loss(Rank rank) {
    transport_.abandon(rank);
    ++summary_.workers_lost;
    observer_.on_worker_lost(rank, "no sign of life within the lease");
  }

  void write_crashed() {
    for (const TaskIndex task : scheduler_.take_crashed()) store(crashed_records(sweep_, task));
  }

  void report_progress() {
    Progress progress;
    progress.elapsed_s = seconds_since(start_);
    progress.total = total_;
    progress.done = progress.total - summary_.status_counts[0];
    progress.done_before = done_before_;
    for (std::size_t s = 0; s < summary_.status_counts.size(); ++s) {
      if (is_failure(static_cast<Status>(s))) progress.failed += summary_.status_counts[s];
    }
    progress.remaining_s = scheduler_.remaining_seconds(progress.elapsed_s);
    progress.workers = scheduler_.live_workers();
    observer_.on_progress(progress);
  }

  const Sweep& sweep_;
  Transport& transport_;
  Post post_;
  RecordSink& sink_;
  RunObserver& observer_;
  const RunOptions& options_;
  const std::vector<Rank> subordinates_ = subordinates_of(0, transport_.size(), options_.ranks_per_sub_master);
  const std::uint64_t total_;  // tasks of the result file
  const std::uint64_t done_before_;
  const Clock::time_point start_ = Clock::now();
  Scheduler scheduler_;
  WorkerPointer local_;
  RunSummary summary_;
  bool stuck_ = false;
  double next_tick_ = 0;
  double next_heartbeat_ = 0;
  double next_flush_ = 0;
  double longest_flush_s_ = 0;
  double stop_time_ = -1;
  double grace_s_ = options_.grace_s;
};

}  // namespace

RunSummary run_master(const Sweep& sweep, RunState state, Transport& transport, RecordSink& sink, RunObserver& observer,
                      const RunOptions& options) {
  return Master(sweep, std::move(state), transport, sink, observer, options).run();
}

Records evaluate_task(const Sweep& sweep, TaskIndex task) {
  InflightFile inflight("", 0);
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const WorkerPointer worker(new Worker(sweep, {.threads = threads}, inflight));
  worker->assign({.range = {task, task + 1}, .careful = true});
  while (true) {
    if (std::optional<Results> results = worker->take()) return std::move(results->records);
    worker->wait(1);
  }
}

}  // namespace trawl
