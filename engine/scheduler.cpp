#include "engine/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
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
  double cost = pending_cost_ + in_flight_cost_;
  double busy_s = busy_s_;
  int threads = 0;
  for (const auto& [rank, worker] : workers_) {
    if (!worker.alive) continue;
    threads += worker.threads;
    std::uint64_t tasks = 0;
    for (const std::uint64_t id : worker.grants) tasks += grants_.at(id).range.size();
    const double lanes =
        static_cast<double>(std::min<std::uint64_t>(static_cast<std::uint64_t>(worker.threads), tasks));
    const double working_s = std::max(0.0, elapsed - worker.fed_s);
    busy_s += lanes * working_s;
    cost -= std::min(worker.in_flight_cost, working_s * worker.rate * lanes / worker.threads);
  }
  const double idle = std::max(1.0, elapsed * threads / busy_s);
  return std::max(0.0, cost) / total_rate() * idle;
}

int Scheduler::live_workers() const {
  return live_;
}

bool Scheduler::finished() const {
  return pending_.empty() && grants_.empty() && suspects_.empty() && lacking_.empty();
}

void Scheduler::hello(Rank rank, const Hello& hello, double now) {
  now_ = now;
  const auto [it, is_new] = workers_.try_emplace(rank);
  WorkerState& worker = it->second;
  if (is_new) {
    ++live_;
    worker.fed_s = now;
  }
  worker.last_heard = now;
  worker.threads = std::max(1, hello.threads);
  worker.ranks = hello.ranks;
  feed(rank, worker);
}

void Scheduler::heartbeat(Rank rank, double now) {
  now_ = now;
  if (const auto it = workers_.find(rank); it != workers_.end()) it->second.last_heard = now;
}

bool Scheduler::results(Rank rank, std::uint64_t grant, TaskRange range, double seconds, double now, double longest_s,
                        bool last) {
  now_ = now;
  const auto it = workers_.find(rank);
  const auto held = grants_.find(grant);
  if (it == workers_.end() || !it->second.alive || held == grants_.end() || held->second.rank != rank) return false;
  WorkerState& worker = it->second;
  worker.last_heard = now;
  worker.fed_s = now;
  const TaskRange granted = held->second.range;
  if (range != intersection(range, granted))
    throw IoError("a message between ranks is damaged (results of tasks that the rank was not given)");
  take_from_flight(worker, range);
  if (range != granted) held->second.done.insert(range);
  if (last) {
    const IntervalSet rest = range == granted ? IntervalSet() : rest_of(held->second);
    for (const auto& [begin, end] : rest.ranges()) {
      take_from_flight(worker, {begin, end});
      put_back({begin, end});
    }
    std::erase(worker.grants, grant);
    grants_.erase(held);
  }
  if (!range.empty()) {
    const double busy = std::max(seconds, 1e-9) / worker.threads;
    const double cost = cost_of(range);
    const double measured = cost / busy;
    busy_s_ += seconds;
    longest_per_cost_ = std::max(longest_per_cost_, longest_s * static_cast<double>(range.size()) / cost);
    set_rate(worker, worker.rate == 0 ? measured : 0.5 * (worker.rate + measured));
    worker.last_size = worker.ranks > 1 ? granted.size() : range.size();
  }
  if (suspects_.empty() && lacking_.empty()) feed(rank, worker);
  else feed_all();
  return true;
}

void Scheduler::lost(Rank rank, const std::optional<std::vector<TaskRange>>& suspects) {
  const auto it = workers_.find(rank);
  if (it == workers_.end() || !it->second.alive) return;
  WorkerState& worker = it->second;
  worker.alive = false;
  set_rate(worker, 0);
  --live_;
  for (const std::uint64_t id : std::exchange(worker.grants, {})) {
    const TaskRange granted = grants_.at(id).range;
    IntervalSet innocent = rest_of(grants_.at(id));
    for (const auto& [begin, end] : innocent.ranges()) in_flight_cost_ -= cost_of({begin, end});
    grants_.erase(id);
    if (!suspects && worker.ranks == 1) {  // a sub-master computes little of what it holds
      const TaskIndex middle = granted.begin + granted.size() / 2;
      if (granted.begin < middle) suspect({granted.begin, middle});
      suspect({middle, granted.end});
      continue;
    }
    for (const TaskRange& range : suspects ? *suspects : std::vector<TaskRange>()) {
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

void Scheduler::lacked(TaskRange range) {
  for (TaskIndex task = range.begin; task < range.end; ++task) {
    IntervalSet& where = retried_.contains(task) ? left_ : lacking_;
    where.insert({task, task + 1});
  }
  feed_all();
}

void Scheduler::add(TaskRange range, bool careful, int deaths) {
  put_back(range);
  if (careful) faulted(range, deaths);
  feed_all();
}

void Scheduler::take_from_flight(WorkerState& worker, TaskRange range) {
  const double cost = cost_of(range);
  worker.in_flight_cost -= cost;
  in_flight_cost_ -= cost;
}

/// How much later than this worker, with what it has, all would end if they ended together. What is in flight is half
/// done on average; what this worker holds, which has just returned a range, is still to do.
double Scheduler::room_s(const WorkerState& worker) const {
  return (pending_cost_ + 0.5 * in_flight_cost_) / total_rate() - worker.in_flight_cost / worker.rate;
}

IntervalSet Scheduler::rest_of(const Grant& grant) const {
  IntervalSet rest;
  rest.insert(grant.range);
  for (const auto& [begin, end] : grant.done.ranges()) rest.erase({begin, end});
  return rest;
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

bool Scheduler::out_of_time(double now) const {
  return !finished() && (now >= deadline_ || (deadline_ < std::numeric_limits<double>::infinity() && live_ > 0 &&
                                              !stopping_ && grants_.empty()));
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
    const Segment* segment = next_segment(worker, free);
    if (segment == nullptr) {
      if (worker.grants.empty() && take_suspect(rank, worker, free)) give(rank, worker, free, true);
      return;
    }
    if (!wants_more(worker, segment->cost)) return;
    const std::uint64_t tasks =
        std::min({range_tasks(worker, segment->cost), tasks_in_time(worker, segment->cost), free.size()});
    const TaskRange range{free.begin, free.begin + tasks};
    pending_.erase(range);
    pending_cost_ = pending_.empty() ? 0 : pending_cost_ - static_cast<double>(tasks) * segment->cost;
    give(rank, worker, range, false);
  }
}

void Scheduler::give(Rank rank, WorkerState& worker, TaskRange range, bool careful) {
  const std::uint64_t id = next_grant_++;
  grants_.emplace_hint(grants_.end(), id, Grant{rank, range, careful, {}});
  worker.grants.push_back(id);
  const double cost = cost_of(range);
  worker.in_flight_cost += cost;
  in_flight_cost_ += cost;
  const auto deaths = deaths_.find(range.begin);
  send(rank, Assignment{id, range, careful, careful && deaths != deaths_.end() ? deaths->second : 0});
}

bool Scheduler::wants_more(const WorkerState& worker, double cost) const {
  if (worker.ranks > 1) return worker.in_flight_cost < cost * static_cast<double>(range_tasks(worker, cost));
  const bool one_for_each_thread = worker.rate == 0 || options_.range_size > 0 || tasks_are_long(worker, cost);
  const std::size_t depth = one_for_each_thread ? static_cast<std::size_t>(worker.threads) : 2;
  if (!one_for_each_thread && !worker.grants.empty() && room_s(worker) < min_range_s) return false;
  return worker.grants.size() < std::max<std::size_t>(depth, options_.range_size > 0 ? 2 : 1);
}

/// The most expensive segment with pending tasks for which there is time, and the first run of them in it; null if
/// there is none.
const Segment* Scheduler::next_segment(const WorkerState& worker, TaskRange& pending) {
  for (std::size_t at = current_; at < order_.size() && !pending_.empty(); ++at) {
    const Segment& segment = segments_[order_[at]];
    pending = intersection(pending_.next(segment.range.begin), segment.range);
    if (pending.empty()) {
      if (at == current_) ++current_;
    } else if (tasks_in_time(worker, segment.cost) > 0) {
      return &segment;
    }
  }
  return nullptr;
}

bool Scheduler::take_suspect(Rank rank, const WorkerState& worker, TaskRange& range) {
  const auto in_time = [&] {
    return tasks_in_time(worker, cost_of(range) / static_cast<double>(range.size())) >= range.size();
  };
  if (!suspects_.empty() && (rank != options_.home || live_ == 1)) {
    range = suspects_.front();
    if (in_time()) {
      suspects_.pop_front();
      return true;
    }
  }
  if (lacking_.empty()) return false;
  range = lacking_.next(0);
  range.end = range.begin + 1;
  if (!in_time()) return false;
  lacking_.erase(range);
  retried_.insert(range);
  return true;
}

bool Scheduler::tasks_are_long(const WorkerState& worker, double cost) const {
  return cost * worker.threads > long_task_s * worker.rate;
}

std::uint64_t Scheduler::range_tasks(const WorkerState& worker, double cost) const {
  // A sub-master splits its ranges among its ranks and returns them in messages of any size.
  const auto ranks = static_cast<std::uint64_t>(worker.ranks);
  const auto threads = ranks > 1 ? static_cast<std::uint64_t>(worker.threads) : 1;
  if (options_.range_size > 0) return options_.range_size * ranks;
  if (worker.rate == 0) return options_.first_range_tasks * threads;
  if (tasks_are_long(worker, cost)) return threads;
  const double seconds = std::clamp(0.5 * room_s(worker), min_range_s, max_range_s);
  const double tasks = seconds * worker.rate / cost;
  const double most = static_cast<double>(std::min(options_.max_range_tasks * ranks, worker.last_size * max_growth));
  return static_cast<std::uint64_t>(std::clamp(tasks, 1.0, std::max(most, 1.0)));
}

/// How many tasks of this cost the worker should have done by the deadline, after what it has in flight. 0 if a single
/// one would take too long, at the worker's mean speed or at that of the slowest task seen.
std::uint64_t Scheduler::tasks_in_time(const WorkerState& worker, double cost) const {
  constexpr auto any_number = std::numeric_limits<std::uint64_t>::max();
  double left_s = deadline_ - now_;
  if (left_s == std::numeric_limits<double>::infinity()) return any_number;
  if (left_s <= 0) return 0;
  if (worker.rate == 0) return any_number;
  const bool thread_is_free =
      tasks_are_long(worker, cost) && worker.grants.size() < static_cast<std::size_t>(worker.threads);
  if (!thread_is_free) left_s -= worker.in_flight_cost / worker.rate;
  if (cost * std::max(worker.threads / worker.rate, longest_per_cost_) > left_s) return 0;
  return static_cast<std::uint64_t>(std::clamp(left_s * worker.rate / cost, 1.0, 1e18));
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
