#include "engine/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "engine/error.hpp"

namespace trawl {

namespace {

constexpr double min_range_s = 0.002;     // a message and its reply take some 0.01 ms
constexpr double max_range_s = 0.25;      // a stop, a flush and the end of the sweep wait no longer for a range
constexpr double long_task_s = 0.1;       // such tasks are given one by one, to as many threads as there are
constexpr std::uint64_t max_growth = 16;  // of a range over the one before: the first speeds measured are rough
constexpr int deaths_allowed = 3;

TaskRange intersection(TaskRange a, TaskRange b) {
  const TaskIndex begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

}  // namespace

Scheduler::Scheduler(SchedulerOptions options, IntervalSet pending, std::vector<Segment> segments)
    : options_(options), pending_(std::move(pending)), segments_(std::move(segments)), order_(segments_.size()) {
  TRAWL_CHECK(!segments_.empty());
  std::iota(order_.begin(), order_.end(), 0U);
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return segments_[a].cost > segments_[b].cost; });
  for (const auto& [begin, end] : pending_.ranges()) pending_cost_ += cost_of({begin, end});
}

double Scheduler::cost_of(TaskRange range) const {
  auto segment = std::upper_bound(segments_.begin(), segments_.end(), range.begin,
                                  [](TaskIndex task, const Segment& s) { return task < s.range.begin; });
  double cost = 0;
  for (--segment; segment != segments_.end() && segment->range.begin < range.end; ++segment) {
    cost += static_cast<double>(intersection(segment->range, range).size()) * segment->cost;
  }
  return cost;
}

void Scheduler::set_rate(WorkerState& worker, double rate) {
  if (worker.rate == 0 && rate > 0) ++rates_known_;
  if (worker.rate > 0 && rate == 0) --rates_known_;
  rate_sum_ += rate - worker.rate;
  worker.rate = rate;
}

double Scheduler::total_rate() const {
  if (rates_known_ == 0) return std::numeric_limits<double>::quiet_NaN();
  return rate_sum_ * live_ / rates_known_;
}

double Scheduler::remaining_seconds(double elapsed) const {
  const double cost = pending_cost_ + in_flight_cost_;
  return std::max(cost / total_rate(), cost * elapsed / done_cost_);
}

int Scheduler::live_workers() const {
  return live_;
}

bool Scheduler::finished() const {
  return pending_.empty() && grants_.empty() && suspects_.empty();
}

void Scheduler::hello(Rank rank, const Hello& hello, double now) {
  WorkerState worker;
  worker.threads = std::max(1, hello.threads);
  worker.last_heard = now;
  const auto [it, is_new] = workers_.emplace(rank, std::move(worker));
  if (!is_new) return;
  ++live_;
  feed(rank, it->second);
}

void Scheduler::heartbeat(Rank rank, double now) {
  if (const auto it = workers_.find(rank); it != workers_.end()) it->second.last_heard = now;
}

bool Scheduler::results(Rank rank, std::uint64_t grant, TaskRange range, double seconds, double now) {
  const auto it = workers_.find(rank);
  const auto held = grants_.find(grant);
  if (it == workers_.end() || !it->second.alive || held == grants_.end() || held->second.rank != rank) return false;
  WorkerState& worker = it->second;
  worker.last_heard = now;
  const TaskRange granted = held->second.range;
  TRAWL_CHECK(range.begin == granted.begin && range.end <= granted.end);
  in_flight_cost_ -= cost_of(granted);
  std::erase(worker.grants, grant);
  grants_.erase(held);
  if (range.end < granted.end) put_back({range.end, granted.end});
  if (!range.empty()) {
    const double busy = std::max(seconds, 1e-9) / worker.threads;
    const double cost = cost_of(range);
    const double measured = cost / busy;
    done_cost_ += cost;
    set_rate(worker, worker.rate == 0 ? measured : 0.5 * (worker.rate + measured));
    worker.last_size = range.size();
  }
  if (suspects_.empty()) feed(rank, worker);
  else feed_all();
  return true;
}

void Scheduler::lost(Rank rank, const std::vector<TaskRange>& suspects) {
  const auto it = workers_.find(rank);
  if (it == workers_.end() || !it->second.alive) return;
  WorkerState& worker = it->second;
  worker.alive = false;
  set_rate(worker, 0);
  --live_;
  for (const std::uint64_t id : std::exchange(worker.grants, {})) {
    const TaskRange granted = grants_.at(id).range;
    in_flight_cost_ -= cost_of(granted);
    grants_.erase(id);
    if (suspects.empty()) {
      const TaskIndex middle = granted.begin + granted.size() / 2;
      if (granted.begin < middle) suspect({granted.begin, middle});
      suspect({middle, granted.end});
      continue;
    }
    IntervalSet innocent;
    innocent.insert(granted);
    for (const TaskRange& range : suspects) {
      const TaskRange mine = intersection(range, granted);
      if (mine.empty() || !innocent.contains(mine.begin)) continue;
      innocent.erase(mine);
      suspect(mine);
    }
    for (const auto& [begin, end] : innocent.ranges()) put_back({begin, end});
  }
  feed_all();
}

void Scheduler::faulted(TaskRange range, int times) {
  for (TaskRange run = pending_.next(range.begin); !intersection(run, range).empty(); run = pending_.next(run.end)) {
    run = intersection(run, range);
    pending_.erase(run);
    pending_cost_ -= cost_of(run);
    if (run.size() == 1) deaths_[run.begin] = times - 1;
    suspect(run);
  }
}

void Scheduler::suspect(TaskRange range) {
  if (range.size() == 1 && ++deaths_[range.begin] >= deaths_allowed) crashed_.push_back(range.begin);
  else suspects_.push_back(range);
}

void Scheduler::put_back(TaskRange range) {
  pending_.insert(range);
  pending_cost_ += cost_of(range);
  current_ = 0;
}

void Scheduler::stop() {
  stopping_ = true;
  for (const auto& [rank, worker] : workers_) {
    if (worker.alive && !worker.grants.empty()) send(rank, Stop{});
  }
}

void Scheduler::send(Rank rank, Message message) {
  Outgoing& outgoing = messages_.emplace_back();
  outgoing.to = rank;
  outgoing.message = std::move(message);
}

void Scheduler::feed_all() {
  for (auto& [rank, worker] : workers_) feed(rank, worker);
}

void Scheduler::feed(Rank rank, WorkerState& worker) {
  while (!stopping_ && worker.alive) {
    if (worker.grants.size() == 1 && grants_.at(worker.grants.front()).careful) return;
    TaskRange free;
    const Segment* segment = next_segment(free);
    if (segment == nullptr) {
      if (worker.grants.empty() && take_suspect(rank, free)) give(rank, worker, free, true);
      return;
    }
    const bool one_for_each_thread =
        worker.rate == 0 || options_.range_size > 0 || tasks_are_long(worker, segment->cost);
    const std::size_t depth = one_for_each_thread ? static_cast<std::size_t>(worker.threads) : 2;
    if (worker.grants.size() >= std::max<std::size_t>(depth, options_.range_size > 0 ? 2 : 1)) return;
    const std::uint64_t tasks = std::min(range_tasks(worker, segment->cost), free.size());
    const TaskRange range{free.begin, free.begin + tasks};
    pending_.erase(range);
    pending_cost_ = pending_.empty() ? 0 : pending_cost_ - static_cast<double>(tasks) * segment->cost;
    give(rank, worker, range, false);
  }
}

void Scheduler::give(Rank rank, WorkerState& worker, TaskRange range, bool careful) {
  const std::uint64_t id = next_grant_++;
  grants_.emplace_hint(grants_.end(), id, Grant{rank, range, careful});
  worker.grants.push_back(id);
  in_flight_cost_ += cost_of(range);
  send(rank, Assignment{id, range, careful});
}

/// The most expensive segment that has pending tasks, and the first run of them in it. Null if nothing is pending.
const Segment* Scheduler::next_segment(TaskRange& pending) {
  for (; current_ < order_.size() && !pending_.empty(); ++current_) {
    const Segment& segment = segments_[order_[current_]];
    pending = intersection(pending_.next(segment.range.begin), segment.range);
    if (!pending.empty()) return &segment;
  }
  return nullptr;
}

bool Scheduler::take_suspect(Rank rank, TaskRange& range) {
  if (suspects_.empty() || (rank == 0 && live_ > 1)) return false;
  range = suspects_.front();
  suspects_.pop_front();
  return true;
}

bool Scheduler::tasks_are_long(const WorkerState& worker, double cost) const {
  return cost * worker.threads > long_task_s * worker.rate;
}

std::uint64_t Scheduler::range_tasks(const WorkerState& worker, double cost) const {
  if (options_.range_size > 0) return options_.range_size;
  if (worker.rate == 0) return options_.first_range_tasks;
  if (tasks_are_long(worker, cost)) return 1;
  const double fair_s = pending_cost_ / total_rate();
  const double seconds = std::clamp(0.5 * fair_s, min_range_s, max_range_s);
  const double tasks = seconds * worker.rate / cost;
  const double most = static_cast<double>(std::min(options_.max_range_tasks, worker.last_size * max_growth));
  return static_cast<std::uint64_t>(std::clamp(tasks, 1.0, std::max(most, 1.0)));
}

std::vector<Outgoing> Scheduler::take_messages() {
  return std::exchange(messages_, {});
}

std::vector<TaskIndex> Scheduler::take_crashed() {
  return std::exchange(crashed_, {});
}

std::vector<Rank> Scheduler::expired(double now) const {
  std::vector<Rank> ranks;
  for (const auto& [rank, worker] : workers_) {
    if (worker.alive && now - worker.last_heard > options_.lease_s) ranks.push_back(rank);
  }
  return ranks;
}

}  // namespace trawl
