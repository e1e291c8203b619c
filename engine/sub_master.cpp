// A sub-master's loop.
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "engine/cost_order.hpp"
#include "engine/gather.hpp"
#include "engine/run_loop.hpp"

namespace trawl {

namespace {

/// Rank 0 sees a worker that stands for several ranks; they see a master. Ranges from above become pending tasks of a
/// scheduler, results go up through a Gather.
class SubMaster {
 public:
  SubMaster(const Sweep& sweep, Transport& transport, const RunOptions& options)
      : sweep_(sweep),
        transport_(transport),
        post_(transport),
        options_(options),
        rank_(transport.rank()),
        group_(subordinates_of(rank_, transport.size(), options.ranks_per_sub_master)),
        inflight_(options.inflight_path, rank_),
        scheduler_(own_options(), {}, cost_segments(sweep)),
        gather_(sweep, own_options().max_range_tasks) {
    hello_ = hello_of(nullptr);
    hello_.ranks = 1 + static_cast<int>(group_.size());
  }

  bool run() {
    if (options_.master_computes) {
      local_.reset(new Worker(sweep_, WorkerOptions{options_.threads, options_.point_timeout_s}, inflight_));
      join(rank_, hello_of(local_.get()));
    }
    const double silence_allowed_s = 2 * options_.lease_s;
    BackOff back_off;
    while (!dismissed_ && now() - heard_master_ < silence_allowed_s) {
      const bool heard = receive();
      deliver();
      pass_on();
      tick(!heard);
      if (heard) back_off.reset();
      else back_off.wait(local_.get(), longest_wait_s);
    }
    for (const Rank rank : group_) post_.send(rank, Bye{});
    return dismissed_;
  }

 private:
  SchedulerOptions own_options() const {
    SchedulerOptions scheduler = scheduler_options(sweep_, options_);
    scheduler.home = rank_;
    return scheduler;
  }

  double now() const { return seconds_since(start_); }

  /// Takes what has arrived; false if nothing had.
  bool receive() {
    constexpr int at_most = 64;  // then look at the clock again
    bool heard = false;
    Rank from = 0;
    Message message;
    for (int i = 0; i < at_most && post_.receive(from, message); ++i) {
      heard = true;
      if (from == 0) obey(message);
      else if (auto* results = std::get_if<Results>(&message)) take(from, *results);
      else if (const auto* hello = std::get_if<Hello>(&message)) join(from, *hello);
      else if (std::holds_alternative<Bye>(message)) leave(from);
      else scheduler_.heartbeat(from, now());
    }
    for (int i = 0; local_ && i < at_most; ++i) {
      std::optional<Results> results = local_->take();
      if (!results) break;
      heard = true;
      take(rank_, *results);
      deliver();
    }
    return heard;
  }

  void obey(const Message& message) {
    heard_master_ = now();
    if (const auto* assignment = std::get_if<Assignment>(&message)) {
      gather_.open(*assignment, now());
      scheduler_.add(assignment->range, assignment->careful, assignment->deaths);
    } else if (std::holds_alternative<Stop>(message)) {
      stopping_ = true;
      scheduler_.stop();
    } else if (std::holds_alternative<Bye>(message)) {
      dismissed_ = true;
    }
  }

  void join(Rank rank, const Hello& hello) {
    scheduler_.hello(rank, hello, now());
    if (hello_.shortage.empty()) hello_.shortage = hello.shortage;
    set_threads(rank, hello.threads);
  }

  /// The rank computes no more.
  void leave(Rank rank) {
    scheduler_.left(rank);
    set_threads(rank, 0);
  }

  /// Rank 0 is told how many threads the group has.
  void set_threads(Rank rank, int threads) {
    hello_.threads += threads - std::exchange(threads_[rank], threads);
    hello_is_due_ = true;
  }

  void take(Rank from, const Results& results) {
    const Records& records = results.records;
    if (!scheduler_.results(from, results.grant, records.range, records.seconds, now(), records.longest_s)) return;
    if (!records.range.empty()) gather_.add(records);
  }

  void deliver() { trawl::deliver(scheduler_, post_, rank_, local_.get()); }

  /// What is due to rank 0.
  void pass_on() {
    if (std::exchange(hello_is_due_, false)) post_.send(0, hello_);
    for (const TaskIndex task : scheduler_.take_crashed()) gather_.add(crashed_records(sweep_, task));
    const bool stopped = stopping_ && scheduler_.idle();
    for (Results& results : stopped ? gather_.close() : gather_.take(now())) {
      results.communication_s = post_.seconds();
      post_.send(0, std::move(results));
    }
  }

  void tick(bool nothing_arrived) {
    if (now() < next_tick_) return;
    next_tick_ = now() + tick_s;
    if (local_) {
      scheduler_.heartbeat(rank_, now());
      local_->check_timeouts();
      if (local_->lanes() == 0) stop_computing();
    }
    if (nothing_arrived) lose_silent_workers();
    if (now() < next_heartbeat_) return;
    next_heartbeat_ = now() + options_.heartbeat_s;
    post_.send(0, Heartbeat{});
    for (const Rank rank : group_) post_.send(rank, Heartbeat{});
  }

  /// Every thread is at a point that was given up, and there is none to replace them.
  void stop_computing() {
    local_->give_up();
    receive();
    local_.reset();
    leave(rank_);
    deliver();
  }

  void lose_silent_workers() {
    for (const Rank rank : scheduler_.expired(now())) {
      transport_.abandon(rank);
      post_.send(0, Loss{rank});
      set_threads(rank, 0);
      scheduler_.lost(rank, read_inflight(options_.inflight_path, rank));
    }
    deliver();
  }

  const Sweep& sweep_;
  Transport& transport_;
  Post post_;
  const RunOptions& options_;
  const Rank rank_;
  const std::vector<Rank> group_;
  const Clock::time_point start_ = Clock::now();
  InflightFile inflight_;
  Scheduler scheduler_;
  Gather gather_;
  WorkerPointer local_;
  Hello hello_;
  std::map<Rank, int> threads_;
  bool hello_is_due_ = false;
  bool stopping_ = false;
  bool dismissed_ = false;
  double heard_master_ = 0;
  double next_tick_ = 0;
  double next_heartbeat_ = 0;
};

}  // namespace

bool run_sub_master(const Sweep& sweep, Transport& transport, const RunOptions& options) {
  return SubMaster(sweep, transport, options).run();
}

}  // namespace trawl
