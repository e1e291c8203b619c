#include "engine/run_loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

namespace trawl {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Hello hello_of(const Worker* worker) {
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  Hello hello{worker != nullptr ? worker->lanes() : 0, host, getpid()};
  if (worker != nullptr) hello.shortage = worker->shortage();
  return hello;
}

void BackOff::reset() {
  idle_since_ = Clock::now();
  wait_s_ = shortest_s;
}

void BackOff::wait(Worker* worker, double longest_s) {
  if (seconds_since(idle_since_) < spin_s) {
    yield_processor();
    return;
  }
  const double seconds = std::min(wait_s_, longest_s);
  if (worker != nullptr) worker->wait(seconds);
  else sleep_for_seconds(seconds);
  wait_s_ = std::min(2 * wait_s_, longest_s);
}

void Post::send(Rank to, Message message) {
  const auto start = Clock::now();
  transport_.send(to, std::move(message));
  seconds_ += seconds_since(start);
}

bool Post::receive(Rank& from, Message& message) {
  if (transport_.size() == 1) return false;
  const auto start = Clock::now();
  if (!transport_.receive(from, message)) return false;
  seconds_ += seconds_since(start);
  return true;
}

SchedulerOptions scheduler_options(const Sweep& sweep, const RunOptions& options) {
  SchedulerOptions scheduler;
  scheduler.lease_s = options.lease_s;
  scheduler.range_size = options.range_size;
  const std::uint64_t task_bytes = sizeof(double) * std::max<std::size_t>(1, sweep.doubles_per_task);
  scheduler.max_range_tasks = std::max<std::uint64_t>(1, max_range_bytes / task_bytes);
  scheduler.first_range_tasks = std::min<std::uint64_t>(scheduler.max_range_tasks, sweep.study.max_block());
  return scheduler;
}

void deliver(Scheduler& scheduler, Post& post, Rank self, Worker* worker) {
  for (Outgoing& outgoing : scheduler.take_messages()) {
    if (outgoing.to != self) post.send(outgoing.to, std::move(outgoing.message));
    else if (const auto* assignment = std::get_if<Assignment>(&outgoing.message)) worker->assign(*assignment);
    else worker->stop();
  }
}

Records crashed_records(const Sweep& sweep, TaskIndex task) {
  Records records;
  records.range = {task, task + 1};
  records.value_count = sweep.doubles_per_task;
  records.values = std::make_unique<double[]>(records.value_count);
  std::fill_n(records.values.get(), records.value_count, std::numeric_limits<double>::quiet_NaN());
  records.statuses.push_back({1, Status::crashed});
  records.failures.push_back({task, Status::crashed, "killed its worker three times"});
  return records;
}

namespace {

/// A part of a range, without its failures.
Records part_of(const Sweep& sweep, const Records& records, TaskRange range) {
  Records part;
  part.range = range;
  part.value_count = range.size() * sweep.doubles_per_task;
  part.values = std::make_unique_for_overwrite<double[]>(part.value_count);
  const double* from = records.values.get();
  double* to = part.values.get();
  for (const std::size_t size : sweep.output_sizes) {
    to = std::copy_n(from + (range.begin - records.range.begin) * size, range.size() * size, to);
    from += records.range.size() * size;
  }
  return part;
}

}  // namespace

std::vector<Records> done_parts(const Sweep& sweep, const Records& records) {
  std::vector<Records> parts;
  TaskIndex begin = records.range.begin;
  for (auto run = records.statuses.begin(); run != records.statuses.end();) {
    const auto end = std::find_if(run, records.statuses.end(),
                                  [](const StatusRun& other) { return other.status == Status::pending; });
    std::uint64_t count = 0;
    for (auto done = run; done != end; ++done) count += done->count;
    if (count > 0) {
      parts.push_back(part_of(sweep, records, {begin, begin + count}));
      parts.back().statuses.assign(run, end);
    }
    begin += count;
    run = end;
    for (; run != records.statuses.end() && run->status == Status::pending; ++run) begin += run->count;
  }
  return parts;
}

Rank superior_of(Rank rank, int group) {
  return group < 2 || rank % group == 0 ? 0 : rank - rank % group;
}

std::vector<Rank> subordinates_of(Rank rank, int ranks, int group) {
  std::vector<Rank> found;
  for (Rank other = rank + 1; other < ranks; ++other) {
    if (superior_of(other, group) == rank) found.push_back(other);
  }
  return found;
}

}  // namespace trawl
