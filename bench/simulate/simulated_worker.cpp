// The engine's Worker for simulated ranks, linked instead of engine/worker.cpp: no threads, no results; a point takes
// the time that the study's cost says. The rank's main thread and its points share the processor.
#include <algorithm>
#include <utility>

#include <simgrid/s4u.hpp>

#include "bench/simulate/virtual_time.hpp"
#include "engine/error.hpp"
#include "engine/worker.hpp"

namespace trawl {

namespace {

/// Time that the calling rank had for its points.
double time_for_points() {
  return simulate::now() - simulate::charged();
}

}  // namespace

struct Worker::Job {
  Assignment assignment;
  double seconds = 0;
  double left_s = 0;
  double since = 0;  // time_for_points() when left_s was known; of the oldest job
};

struct Worker::Lane {};

Worker::Worker(const Sweep& sweep, const WorkerOptions& options, InflightFile& inflight)
    : sweep_(sweep), options_(options), inflight_(inflight), block_(1), arena_(1) {
  TRAWL_CHECK(options_.threads == 1);
}

Worker::~Worker() = default;

void Worker::assign(const Assignment& assignment) {
  std::vector<double> row(sweep_.design.parameter_count());
  auto job = std::make_shared<Job>();
  job->assignment = assignment;
  for (TaskIndex task = assignment.range.begin; task < assignment.range.end; ++task) {
    sweep_.design.points(task, 1, row.data());
    job->seconds += sweep_.study.cost(row);
  }
  job->left_s = job->seconds;
  if (queue_.empty()) job->since = time_for_points();
  queue_.push_back(std::move(job));
  ++jobs_in_work_;
}

std::optional<Results> Worker::take() {
  if (queue_.empty()) return std::nullopt;
  Job& job = *queue_.front();
  const double now = time_for_points();
  job.left_s -= now - job.since;
  job.since = now;
  constexpr double rounding_s = 1e-12;
  if (job.left_s > rounding_s) return std::nullopt;
  Results results;
  results.grant = job.assignment.grant;
  results.records.range = job.assignment.range;
  results.records.seconds = job.seconds;
  results.records.value_count = job.assignment.range.size() * sweep_.doubles_per_task;
  results.records.values = std::make_unique<double[]>(results.records.value_count);
  results.records.statuses = {{job.assignment.range.size(), Status::ok}};
  if (queue_.size() > 1) queue_[1]->since = now + std::min(0.0, job.left_s);
  queue_.pop_front();
  --jobs_in_work_;
  return results;
}

void Worker::wait(double seconds) {
  if (!queue_.empty()) {
    const Job& job = *queue_.front();
    seconds = std::clamp(job.left_s - (time_for_points() - job.since), 0.0, seconds);
  }
  simgrid::s4u::this_actor::sleep_for(seconds);
}

void Worker::stop() {}
void Worker::give_up() {}
void Worker::check_timeouts() {}

}  // namespace trawl
