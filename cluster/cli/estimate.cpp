#include "cluster/cli/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <future>
#include <limits>
#include <thread>
#include <vector>

#include "cluster/leave.hpp"
#include "engine/cost_order.hpp"
#include "engine/evaluate.hpp"
#include "engine/tbb_threads.hpp"

namespace trawl::cluster {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Time and cost of the tasks evaluated so far.
struct Sample {
  std::uint64_t tasks = 0;
  double seconds = 0;
  double cost = 0;
  double longest_s = 0;  ///< of a block
};

/// Evaluates blocks of tasks into a buffer that is used again and again.
class Sampler {
 public:
  explicit Sampler(const Sweep& sweep)
      : sweep_(sweep),
        evaluator_(sweep),
        block_(std::min<std::uint64_t>(evaluator_.block(), sweep.design.task_count())),
        values_(block_ * sweep.doubles_per_task),
        statuses_(block_),
        point_(sweep.design.parameter_count()) {
    double* column = values_.data();
    for (const std::size_t size : sweep.output_sizes) {
      buffer_.columns.push_back(column);
      column += block_ * size;
    }
    buffer_.statuses = statuses_.data();
  }

  /// The block at `position`, from 0 (first tasks of the sweep) to 1 (last).
  void add_block(double position, Sample& sample) {
    const auto last_start = static_cast<double>(sweep_.design.task_count() - block_);
    const auto first =
        std::min<TaskIndex>(static_cast<TaskIndex>(position * last_start), sweep_.design.task_count() - block_);
    buffer_.range = {first, first + block_};
    std::vector<Failure> failures;
    const auto start = Clock::now();
    evaluator_.evaluate(buffer_.range, buffer_, failures);
    const double seconds = seconds_since(start);
    sample.seconds += seconds;
    sample.longest_s = std::max(sample.longest_s, seconds);
    sample.tasks += block_;
    sweep_.design.points(first / sweep_.design.replicates(), 1, point_.data());
    sample.cost += sweep_.study.cost(point_) * static_cast<double>(block_);
  }

 private:
  const Sweep& sweep_;
  Evaluator evaluator_;
  std::uint64_t block_;
  std::vector<double> values_;
  std::vector<std::uint8_t> statuses_;
  std::vector<double> point_;
  RangeBuffer buffer_;
};

/// Positions follow the golden ratio's multiples, which cover [0, 1) evenly however many there are.
Sample take_sample(const Sweep& sweep, double budget_s) {
  constexpr double golden = 0.6180339887498949;
  const NoTbbThreads one_thread;  // seconds are thread seconds
  Sampler sampler(sweep);
  Sample sample;
  const auto start = Clock::now();
  sampler.add_block(0.5, sample);
  if (seconds_since(start) < budget_s / 4) sample = {};  // it had caches to fill and tables to build
  for (double k = 1; sample.tasks == 0 || seconds_since(start) < budget_s; ++k) {
    sampler.add_block(std::fmod(k * golden, 1.0), sample);
  }
  return sample;
}

double total_cost(const Sweep& sweep) {
  double cost = 0;
  for (const Segment& segment : cost_segments(sweep)) cost += segment.cost * static_cast<double>(segment.range.size());
  return cost;
}

}  // namespace

Estimate unknown_time() {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  return {0, unknown, unknown, unknown};
}

Estimate estimate_time(const Sweep& sweep, double budget_s, double patience_s, const std::atomic<bool>* stop) {
  std::packaged_task<Sample()> task([&sweep, budget_s] { return take_sample(sweep, budget_s); });
  std::future<Sample> result = task.get_future();
  std::thread(std::move(task)).detach();
  const auto start = Clock::now();
  const auto waits_on = [&] { return seconds_since(start) < patience_s && !(stop != nullptr && stop->load()); };
  bool ready = false;
  while (!ready && waits_on()) ready = result.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
  if (!ready) {
    leave_thread_behind();
    return unknown_time();
  }
  const Sample sample = result.get();
  const double thread_seconds = sample.seconds / sample.cost * total_cost(sweep);
  return {sample.tasks, thread_seconds / static_cast<double>(sweep.design.task_count()), thread_seconds,
          sample.longest_s};
}

}  // namespace trawl::cluster
