#include "engine/worker.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "engine/error.hpp"
#include "engine/happens_before.hpp"

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

}  // namespace

struct Worker::Job {
  Job(const Sweep& sweep, const Assignment& the_assignment)
      : assignment(the_assignment),
        size(assignment.range.size()),
        values(std::make_unique_for_overwrite<double[]>(size * sweep.doubles_per_task)),
        statuses(size) {
    buffer.range = assignment.range;
    buffer.statuses = statuses.data();
    double* column = values.get();
    for (const std::size_t output_size : sweep.output_sizes) {
      buffer.columns.push_back(column);
      column += size * output_size;
    }
  }

  const Assignment assignment;
  const std::uint64_t size;
  std::uint64_t chunk = 1;
  std::unique_ptr<double[]> values;
  std::vector<std::uint8_t> statuses;
  RangeBuffer buffer;
  std::vector<TaskIndex> timed_out;  // their values and statuses belong to threads that may still write

  // Guarded by Worker::mutex_:
  std::uint64_t next = 0;  // offset of the first task that no lane has taken
  std::uint64_t done = 0;
  std::vector<Failure> failures;
  double seconds = 0;
  double longest_s = 0;
};

struct Worker::Lane {
  enum State { parked, running, given_up };

  Lane(const Sweep& sweep, tbb::task_arena& the_arena, InflightSlot& the_slot)
      : arena(the_arena), slot(the_slot), evaluator(sweep) {}

  tbb::task_arena& arena;
  InflightSlot& slot;
  Evaluator evaluator;
  std::atomic<State> state{parked};  // whoever changes it from `running` accounts for the lane's chunk
  std::atomic<std::int64_t> started_ns{0};
  std::vector<Failure> failures;

  // Guarded by Worker::mutex_:
  bool active = false;  // enqueued or looping
  std::shared_ptr<Job> job;
  std::uint64_t chunk_begin = 0;
};

Worker::Worker(const Sweep& sweep, const WorkerOptions& options, InflightFile& inflight)
    : sweep_(sweep),
      options_(options),
      inflight_(inflight),
      block_(std::max<std::size_t>(1, sweep.study.max_block())),
      arena_(options.threads, 0) {
  // One more than the lanes, for the main thread, which TBB counts although it never works.
  control_.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(options.threads) + 1);
  for (int i = 0; i < options.threads; ++i) lanes_.emplace_back(sweep, arena_, inflight.slot(lanes_.size()));
}

Worker::~Worker() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  completed_.wait(lock, [&] {
    return std::none_of(lanes_.begin(), lanes_.end(),
                        [](const Lane& lane) { return lane.active && lane.state != Lane::given_up; });
  });
}

void Worker::assign(const Assignment& assignment) {
  auto job = std::make_shared<Job>(sweep_, assignment);
  ++jobs_in_work_;
  const bool one_at_a_time = assignment.careful || options_.point_timeout_s > 0;
  if (!one_at_a_time) {
    if (seconds_per_task_ * static_cast<double>(job->size) < inline_limit_s) {
      run_inline(job);
      return;
    }
    const std::uint64_t fair = job->size / (chunks_per_lane * static_cast<std::uint64_t>(options_.threads));
    job->chunk = std::clamp<std::uint64_t>(fair, 1, block_ > 1 ? block_ : max_chunk_of_single_tasks);
  }
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
    queue_.push_back(std::move(job));
  }
  start_lanes();
}

void Worker::start_lanes() {
  const std::lock_guard lock(mutex_);
  for (Lane& lane : lanes_) {
    if (lane.active || lane.state == Lane::given_up) continue;
    lane.active = true;
    happens_before(&lane);
    lane.arena.enqueue([this, &lane] {
      happens_after(&lane);
      run_lane(lane);
    });
  }
}

void Worker::run_lane(Lane& lane) {
  set_thread_slot(&lane.slot);
  while (step(lane)) {
  }
  set_thread_slot(nullptr);
}

/// Takes and evaluates one chunk. False when there is none, or the lane was given up.
bool Worker::step(Lane& lane) {
  TaskRange chunk;
  std::shared_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.empty()) {
      lane.active = false;
      completed_.notify_all();
      return false;
    }
    job = queue_.front();
    const TaskIndex first = job->assignment.range.begin;
    chunk = {first + job->next, first + std::min(job->next + job->chunk, job->size)};
    lane.job = job;
    lane.chunk_begin = job->next;
    job->next += chunk.size();
    if (job->next == job->size) queue_.pop_front();
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
  for (Failure& failure : lane.failures) {
    if (job->failures.size() < Records::max_failures_per_range) job->failures.push_back(std::move(failure));
  }
  lane.failures.clear();
  job->done += chunk.size();
  if (job->done == job->size) complete(job);
  return true;
}

/// Needs mutex_.
void Worker::complete(const std::shared_ptr<Job>& job) {
  done_.push_back(job);
  completed_.notify_all();
}

void Worker::run_inline(const std::shared_ptr<Job>& job) {
  if (!inline_evaluator_) inline_evaluator_.emplace(sweep_);
  InflightSlot& slot = inflight_.slot(InflightFile::slot_count - 1);
  set_thread_slot(&slot);
  const std::int64_t start = now_ns();
  const TaskRange range = job->assignment.range;
  for (TaskIndex task = range.begin; task < range.end; task += block_) {
    const TaskRange tasks{task, std::min<TaskIndex>(task + block_, range.end)};
    slot.begin.store(tasks.begin, std::memory_order_relaxed);
    slot.end.store(tasks.end, std::memory_order_release);
    inline_evaluator_->evaluate(tasks, job->buffer, job->failures);
  }
  slot.begin.store(range.end, std::memory_order_relaxed);
  job->seconds = job->longest_s = static_cast<double>(now_ns() - start) * 1e-9;
  set_thread_slot(nullptr);
  const std::lock_guard lock(mutex_);
  job->done = job->size;
  done_.push_back(job);
}

std::optional<Results> Worker::take() {
  std::shared_ptr<Job> job;
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
  return results_of(*job, count);
}

/// The first `count` tasks of a job as results.
Results Worker::results_of(Job& job, std::uint64_t count) {
  Results results{job.assignment.grant, true, {}};
  Records& records = results.records;
  const TaskIndex first = job.assignment.range.begin;
  records.range = {first, first + count};
  records.seconds = job.seconds;
  records.longest_s = job.longest_s;
  records.failures = std::move(job.failures);
  records.value_count = count * sweep_.doubles_per_task;
  std::sort(job.timed_out.begin(), job.timed_out.end());
  if (count == job.size && job.timed_out.empty()) {
    records.values = std::move(job.values);
  } else {
    records.values = std::make_unique_for_overwrite<double[]>(records.value_count);
    double* out = records.values.get();
    for (std::size_t k = 0; k < sweep_.output_sizes.size(); ++k) {
      const std::size_t size = sweep_.output_sizes[k];
      for (std::uint64_t i = 0; i < count; ++i, out += size) {
        if (std::binary_search(job.timed_out.begin(), job.timed_out.end(), first + i)) {
          std::fill_n(out, size, std::numeric_limits<double>::quiet_NaN());
        } else {
          std::copy_n(job.buffer.columns[k] + i * size, size, out);
        }
      }
    }
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    Status status = Status::timed_out;
    if (job.timed_out.empty() || !std::binary_search(job.timed_out.begin(), job.timed_out.end(), first + i)) {
      status = static_cast<Status>(job.statuses[i]);
    }
    if (records.statuses.empty() || records.statuses.back().status != status) records.statuses.push_back({0, status});
    ++records.statuses.back().count;
  }
  return results;
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
    if (lane.job->next == lane.job->size) queue_.push_front(lane.job);
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
      Job& job = *lane.job;
      const TaskIndex task = job.assignment.range.begin + lane.chunk_begin;
      job.timed_out.push_back(task);
      job.failures.push_back({task, Status::timed_out, "did not return within the time-out"});
      if (++job.done == job.size) complete(lane.job);
    }
  }
  if (replaced == 0) return;
  control_.emplace(tbb::global_control::max_allowed_parallelism,
                   static_cast<std::size_t>(options_.threads + stuck_) + 1);
  for (int i = 0; i < replaced; ++i) {
    tbb::task_arena& arena = spare_arenas_.emplace_back(1, 0);
    const std::lock_guard lock(mutex_);
    lanes_.emplace_back(sweep_, arena, inflight_.slot(lanes_.size()));
  }
  start_lanes();
}

void Worker::wait(double seconds) {
  std::unique_lock lock(mutex_);
  completed_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return !done_.empty(); });
}

}  // namespace trawl
