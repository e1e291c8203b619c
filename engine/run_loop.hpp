// What the loops of master, sub-masters and workers have in common.
#pragma once

#include <vector>

#include "engine/clock.hpp"
#include "engine/run.hpp"
#include "engine/scheduler.hpp"
#include "engine/worker.hpp"

namespace trawl {

inline constexpr double longest_wait_s = 1e-3;         // with other ranks, which cannot wake us
inline constexpr double longest_wait_alone_s = 50e-3;  // a completed range wakes us
inline constexpr double tick_s = 50e-3;

double seconds_since(Clock::time_point start);

/// `worker`: null if the rank does not compute.
Hello hello_of(const Worker* worker);

/// How long to wait when there is nothing to do: not at all for a short while after the last event, since the next
/// message of a conversation comes within microseconds, then longer and longer. The short while covers what a sleep of
/// the other side overshoots by (timer slack), or two ranks that once slept would answer each other at that pace for
/// ever.
class BackOff {
 public:
  void reset();

  /// Sleeps in `worker` (woken by a completed range), if there is one.
  void wait(Worker* worker, double longest_s);

 private:
  static constexpr double spin_s = 300e-6;
  static constexpr double shortest_s = 20e-6;

  Clock::time_point idle_since_ = Clock::now();
  double wait_s_ = shortest_s;
};

/// Sends and takes messages, and knows how long that took. Looking for messages in vain does not count.
class Post {
 public:
  explicit Post(Transport& transport) : transport_(transport) {}

  void send(Rank to, Message message);
  bool receive(Rank& from, Message& message);
  double seconds() const { return seconds_; }

 private:
  Transport& transport_;
  double seconds_ = 0;
};

SchedulerOptions scheduler_options(const Sweep& sweep, const RunOptions& options);

/// Passes the scheduler's messages on, to other ranks by `post`, to rank `self` by calling its worker.
void deliver(Scheduler& scheduler, Post& post, Rank self, Worker* worker);

/// What stands in the result file for a task that killed its workers.
Records crashed_records(const Sweep& sweep, TaskIndex task);

/// The stretches of a range in which no task is pending.
std::vector<Records> done_parts(const Sweep& sweep, const Records& records);

/// The rank that a rank reports to. Without sub-masters that is rank 0; with them the ranks stand in groups of
/// `group` consecutive ones, the first of each is its sub-master, and rank 0 is master and first of its group.
Rank superior_of(Rank rank, int group);

/// The ranks that report to a rank.
std::vector<Rank> subordinates_of(Rank rank, int ranks, int group);

/// Rank `rank`'s loop if it is a sub-master: a worker to rank 0, a scheduler to its group. True if rank 0 said that it
/// is over, false if rank 0 fell silent.
bool run_sub_master(const Sweep& sweep, Transport& transport, const RunOptions& options);

}  // namespace trawl
