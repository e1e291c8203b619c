// Planning and scheduling a sweep of a billion points: time, and the most memory the master needs for it.
//   schedule_bench [POINTS] [WORKERS]
// Drives the scheduler with simulated workers that answer at once; prints one JSON object. What the MPI and HDF5
// libraries take on top is measured on the real command by throughput.py.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>

#include "engine/scheduler.hpp"
#include "engine/sweep.hpp"
#include "studies/null/null.hpp"

namespace {

struct Held {
  trawl::Rank rank;
  trawl::Assignment assignment;
};

/// Most memory of this process so far. (getrusage would count that of the process which started it.)
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:" && status >> word) return std::stod(word) / 1024;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const double points = argc > 1 ? std::atof(argv[1]) : 1e9;
  const int workers = argc > 2 ? std::atoi(argv[2]) : 1000;
  const auto side = static_cast<std::uint64_t>(std::sqrt(points));
  const trawl::studies::Null study;
  trawl::SweepSpec spec;
  spec.study = "null";
  spec.axes = {{"x", trawl::Linspace{0, 1, side}},
               {"y", trawl::Linspace{0, 1, (static_cast<std::uint64_t>(points) + side - 1) / side}}};
  const trawl::Sweep sweep(study, spec);

  trawl::IntervalSet pending;
  pending.insert({0, sweep.design.task_count()});
  trawl::Scheduler scheduler({.max_range_tasks = 1 << 16, .first_range_tasks = 64}, pending,
                             trawl::cost_segments(sweep));
  double now = 0;
  for (int rank = 0; rank < workers; ++rank)
    scheduler.hello(rank, {.threads = 1, .host = "simulated", .pid = rank}, now);

  std::deque<Held> in_flight;
  std::uint64_t ranges = 0, tasks = 0;
  while (!scheduler.finished()) {
    for (const auto& outgoing : scheduler.take_messages())
      if (const auto* assignment = std::get_if<trawl::Assignment>(&outgoing.message))
        in_flight.push_back({outgoing.to, *assignment});
    if (in_flight.empty()) break;
    // Workers answer out of order, so that what is pending and in flight has holes.
    const std::size_t pick = in_flight.size() > 7 ? ranges % 7 : 0;
    const Held held = in_flight[pick];
    in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(pick));
    const double seconds = 1e-8 * static_cast<double>(held.assignment.range.size());
    now += seconds;
    scheduler.results(held.rank, held.assignment.grant, held.assignment.range, seconds, now);
    ranges += 1;
    tasks += held.assignment.range.size();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf(
      "{\"tasks\": %llu, \"ranges\": %llu, \"workers\": %d, \"seconds\": %.3f, \"peak_mib\": %.1f, \"complete\": %s}\n",
      static_cast<unsigned long long>(tasks), static_cast<unsigned long long>(ranges), workers, seconds.count(),
      peak_mib(), tasks == sweep.design.task_count() ? "true" : "false");
  return tasks == sweep.design.task_count() ? 0 : 1;
}
