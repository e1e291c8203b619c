#include "engine/worker.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tbb/task_group.h>

#include "engine/error.hpp"
#include "engine/shortage.hpp"

namespace trawl {

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t now_ns() {
  return Clock::now().time_since_epoch().count();
}

/// A range that should take less than this is not worth waking a thread for.
constexpr double inline_limit_s = 20e-6;

/// Chunks a lane takes at once: few enough that the lanes end together, many enough that taking one costs nothing.
constexpr std::uint64_t chunks_per_lane = 4;
constexpr std::uint64_t max_chunk_of_single_tasks = 64;

/// How long threads that run no point may take to end.
constexpr double longest_end_s = 10;

}  // namespace

struct Worker::Lane {
  enum State { parked, running, given_up };

  Lane(const Sweep& sweep, tbb::task_arena& the_arena, InflightSlot& the_slot)
      : arena(the_arena), slot(the_slot), evaluator(sweep) {}

  tbb::task_arena& arena;
  InflightSlot& slot;
  Evaluator evaluator;
  std::thread thread;
  tbb::task_group waiting;           // of the lane's thread, for its hold to go
  std::atomic<State> state{parked};  // whoever changes it from `running` accounts for the lane's chunk
  std::atomic<std::int64_t> started_ns{0};
  std::vector<Failure> failures;

  // Guarded by Worker::mutex_:
  bool ready = false;  // in its arena
  bool ended = false;
  tbb::task_handle hold;  // while it is there the lane has nothing to do
  std::shared_ptr<RangeJob> job;
  std::uint64_t chunk_begin = 0;
};

Worker::Worker(const Sweep& sweep, const WorkerOptions& options, InflightFile& inflight)
    : sweep_(sweep),
      options_(options),
      inflight_(inflight),
      block_(std::max<std::size_t>(1, sweep.study.max_block())),
      arena_(options.threads, static_cast<unsigned>(options.threads)) {
  try {
    arena_.initialize();
    for (int i = 0; i < options.threads && start_lane(arena_); ++i) {
    }
    await_start();
  } catch (...) {
    end_lanes();
    throw;
  }
  if (lanes_left_ == options.threads) return;
  const std::string limits = thread_limits_text();
  const std::string why = fmt::format("{}{}{}", shortage_, limits.empty() ? "" : "; ", limits);
  if (lanes_left_ == 0) {
    throw IoError(fmt::format(
        "no thread can be started to compute on ({}). Raise the limit on processes or memory and run it again", why));
  }
  shortage_ = fmt::format("only {} of {} threads could be started ({})", lanes_left_, options.threads, why);
}

Worker::~Worker() {
  end_lanes();
}

void RetireWorker::operator()(Worker* worker) const {
  static Worker* kept = nullptr;
  worker->give_up();
  if (worker->end_lanes()) delete worker;
  else worker->next_kept_ = std::exchange(kept, worker);
}

/// False if the machine has no thread or memory for it; shortage_ then says so.
bool Worker::start_lane(tbb::task_arena& arena) {
  try {
    std::list<Lane> fresh;
    Lane& lane = fresh.emplace_back(sweep_, arena, inflight_.slot(lanes_.size()));
    lane.thread = std::thread([this, &lane] { run_lane(lane); });
    const std::lock_guard lock(mutex_);
    lanes_.splice(lanes_.end(), fresh);
    return true;
  } catch (const std::exception& error) {
    if (missing_resource(error) == nullptr) throw;
    shortage_ = error.what();
    return false;
  }
}

/// Waits until every thread is in its arena; forgets those that there was no memory for.
void Worker::await_start() {
  std::unique_lock lock(mutex_);
  const auto has_started = [](const Lane& lane) { return lane.ready || lane.ended; };
  changed_.wait(lock, [&] { return std::all_of(lanes_.begin(), lanes_.end(), has_started); });
  lanes_.remove_if([this](Lane& lane) {
    if (lane.ready) return false;
    lane.thread.join();
    shortage_ = "out of memory";
    return true;
  });
  lanes_left_ = static_cast<int>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.state != Lane::given_up; }));
}

/// True if every thread has ended. Those that run a point are not waited for.
bool Worker::end_lanes() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  leaving_ = true;
  wake_lanes();
  const auto has_ended = [](const Lane& lane) { return lane.ended; };
  const auto all_ended = [&] { return std::all_of(lanes_.begin(), lanes_.end(), has_ended); };
  if (!changed_.wait_for(lock, std::chrono::duration<double>(stuck_ > 0 ? 0.0 : longest_end_s), all_ended))
    return false;
  lock.unlock();
  for (Lane& lane : lanes_) {
    if (lane.thread.joinable()) lane.thread.join();
  }
  return true;
}

void Worker::assign(const Assignment& assignment) {
  std::list<std::shared_ptr<RangeJob>> fresh{std::make_shared<RangeJob>(sweep_, assignment)};
  RangeJob& job = *fresh.front();
  job.place = fresh.begin();
  ++jobs_in_work_;
  const bool one_at_a_time = assignment.careful || options_.point_timeout_s > 0;
  if (!one_at_a_time) {
    if (seconds_per_task_ * static_cast<double>(job.size) < inline_limit_s) {
      run_inline(job);
      const std::lock_guard lock(mutex_);
      done_.splice(done_.end(), fresh);
      return;
    }
    const std::uint64_t fair = job.size / (chunks_per_lane * static_cast<std::uint64_t>(options_.threads));
    job.chunk = std::clamp<std::uint64_t>(fair, 1, block_ > 1 ? block_ : max_chunk_of_single_tasks);
  }
  const std::lock_guard lock(mutex_);
  stopping_ = false;
  queue_.splice(queue_.end(), fresh);
  wake_lanes();
}

/// Needs mutex_.
void Worker::wake_lanes() {
  for (Lane& lane : lanes_) lane.hold = tbb::task_handle();
  changed_.notify_all();
}

void Worker::run_lane(Lane& lane) {
  try {
    set_thread_slot(&lane.slot);
    lane.arena.execute([&] {
      {
        const std::lock_guard lock(mutex_);
        lane.ready = true;
        changed_.notify_all();
      }
      while (step(lane) || await_range(lane)) {
      }
    });
  } catch (const std::bad_alloc&) {
    if (lane.ready) throw;
  }
  set_thread_slot(nullptr);
  const std::lock_guard lock(mutex_);
  lane.ended = true;
  changed_.notify_all();
}

/// Waits until there is something to take, and helps with large points of other lanes meanwhile. False if the lane is
/// to end.
bool Worker::await_range(Lane& lane) {
  if (lane.state == Lane::given_up) return false;
  std::unique_lock lock(mutex_);
  const auto is_wanted = [this] { return leaving_ || (!stopping_ && !queue_.empty()); };
  if (!is_wanted()) {
    try {
      lane.hold = lane.waiting.defer([] {});
      lock.unlock();
      set_thread_slot(nullptr);
      lane.waiting.wait();
      set_thread_slot(&lane.slot);
      lock.lock();
    } catch (const std::bad_alloc&) {  // of defer()
      changed_.wait(lock, is_wanted);
    }
  }
  return !leaving_;
}

/// Takes and evaluates one chunk. False when there is none, or the lane was given up.
bool Worker::step(Lane& lane) {
  TaskRange chunk;
  std::shared_ptr<RangeJob> job;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.empty()) return false;
    job = queue_.front();
    const TaskIndex first = job->assignment.range.begin;
    chunk = {first + job->next, first + std::min(job->next + job->chunk, job->size)};
    lane.job = job;
    lane.chunk_begin = job->next;
    job->next += chunk.size();
    if (job->next == job->size) taken_.splice(taken_.end(), queue_, job->place);
    lane.started_ns = now_ns();
    lane.state = Lane::running;
  }
  const std::int64_t start = lane.started_ns;
  const std::uint64_t at_once = job->assignment.careful ? 1 : block_;
  tbb::this_task_arena::isolate([&] {
    for (TaskIndex task = chunk.begin; task < chunk.end; task += at_once) {
      const TaskRange tasks{task, std::min(task + at_once, chunk.end)};
      lane.slot.begin.store(tasks.begin, std::memory_order_relaxed);
      lane.slot.end.store(tasks.end, std::memory_order_release);
      lane.evaluator.evaluate(tasks, job->buffer, lane.failures);
    }
  });
  lane.slot.begin.store(chunk.end, std::memory_order_relaxed);
  auto expected = Lane::running;
  if (!lane.state.compare_exchange_strong(expected, Lane::parked)) return false;

  const std::lock_guard lock(mutex_);
  lane.job.reset();
  const double seconds = static_cast<double>(now_ns() - start) * 1e-9;
  job->seconds += seconds;
  job->longest_s = std::max(job->longest_s, seconds);
  job->describe(lane.failures);
  job->done += chunk.size();
  if (job->done == job->size) complete(*job);
  return true;
}

/// Needs mutex_.
void Worker::complete(RangeJob& job) {
  done_.splice(done_.end(), taken_, job.place);
  completed_.notify_all();
}

void Worker::run_inline(RangeJob& job) {
  if (!inline_evaluator_) inline_evaluator_.emplace(sweep_);
  InflightSlot& slot = inflight_.slot(InflightFile::slot_count - 1);
  set_thread_slot(&slot);
  const std::int64_t start = now_ns();
  const TaskRange range = job.assignment.range;
  for (TaskIndex task = range.begin; task < range.end; task += block_) {
    const TaskRange tasks{task, std::min<TaskIndex>(task + block_, range.end)};
    slot.begin.store(tasks.begin, std::memory_order_relaxed);
    slot.end.store(tasks.end, std::memory_order_release);
    inline_evaluator_->evaluate(tasks, job.buffer, job.failures);
  }
  slot.begin.store(range.end, std::memory_order_relaxed);
  job.seconds = job.longest_s = static_cast<double>(now_ns() - start) * 1e-9;
  set_thread_slot(nullptr);
  job.done = job.size;
}

std::optional<Results> Worker::take() {
  std::shared_ptr<RangeJob> job;
  std::uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!done_.empty()) {
      job = std::move(done_.front());
      done_.pop_front();
      count = job->size;
    } else if (stopping_ && !queue_.empty()) {
      // Stopped: a range is handed out as soon as no lane works on it. Lanes took its tasks in order.
      const bool busy = std::any_of(lanes_.begin(), lanes_.end(), [&](const Lane& lane) {
        return lane.job == queue_.front() && lane.state == Lane::running;
      });
      if (busy) return std::nullopt;
      job = std::move(queue_.front());
      queue_.pop_front();
      count = job->next;
    } else {
      return std::nullopt;
    }
  }
  --jobs_in_work_;
  if (count > 0) {
    const double measured = job->seconds / static_cast<double>(count);
    seconds_per_task_ = std::min(measured, 0.5 * (seconds_per_task_ + measured));  // a hiccup fades, a fact stays
  }
  return job->results(sweep_, count);
}

void Worker::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

void Worker::give_up() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (Lane& lane : lanes_) {
    auto expected = Lane::running;
    if (!lane.state.compare_exchange_strong(expected, Lane::given_up)) continue;
    ++stuck_;
    // Nothing from this chunk on is handed out; its job may have left the queue with its last chunk taken.
    if (lane.job->next == lane.job->size) queue_.splice(queue_.begin(), taken_, lane.job->place);
    lane.job->next = std::min(lane.job->next, lane.chunk_begin);
  }
}

void Worker::check_timeouts() {
  if (options_.point_timeout_s <= 0) return;
  const std::int64_t limit_ns = static_cast<std::int64_t>(options_.point_timeout_s * 1e9);
  const std::int64_t now = now_ns();
  int replaced = 0;
  {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) {
      if (lane.state != Lane::running || now - lane.started_ns < limit_ns) continue;
      auto expected = Lane::running;
      if (!lane.state.compare_exchange_strong(expected, Lane::given_up)) continue;
      ++stuck_;
      ++replaced;
      RangeJob& job = *lane.job;
      const TaskIndex task = job.assignment.range.begin + lane.chunk_begin;
      job.timed_out.push_back(task);
      job.failures.push_back({task, Status::timed_out, "did not return within the time-out"});
      if (++job.done == job.size) complete(job);
    }
  }
  if (replaced == 0) return;
  for (int i = 0; i < replaced && start_lane(spare_arenas_.emplace_back(1, 1)); ++i) {
  }
  await_start();
}

void Worker::wait(double seconds) {
  std::unique_lock lock(mutex_);
  completed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return !done_.empty(); });
}

}  // namespace trawl
