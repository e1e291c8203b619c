// What a message costs the processor of its rank, for the simulation. Prints one JSON object.
//   mpirun -n 2 --oversubscribe --bind-to none simulate_calibrate
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "cluster/mpi/session.hpp"
#include "engine/scheduler.hpp"

namespace trawl {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int blocks = 201;
constexpr int messages = 100;  // in a block

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Other processes make a block slower, never faster: the lowest tenth is what undisturbed blocks take.
double undisturbed(std::vector<double> values) {
  const auto tenth = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 10);
  std::nth_element(values.begin(), tenth, values.end());
  return *tenth;
}

Results one_result(std::uint64_t tasks) {
  Results results;
  results.records.range = {0, tasks};
  results.records.value_count = tasks;
  results.records.values = std::make_unique<double[]>(tasks);
  results.records.statuses = {{tasks, Status::ok}};
  return results;
}

void receive(Transport& transport) {
  Rank from = 0;
  Message message;
  while (!transport.receive(from, message)) {
  }
}

/// Rank 1 to rank 0: blocks of results, each announced beforehand, so that they have all arrived when it is timed.
double receive_seconds(Transport& transport, std::uint64_t tasks) {
  std::vector<double> seconds;
  for (int block = 0; block < blocks; ++block) {
    if (transport.rank() == 1) {
      for (int i = 0; i < messages; ++i) transport.send(0, one_result(tasks));
      receive(transport);
    } else {
      const auto settle = Clock::now();
      while (seconds_since(settle) < 1e-3) {
      }
      const auto start = Clock::now();
      for (int i = 0; i < messages; ++i) receive(transport);
      seconds.push_back(seconds_since(start) / messages);
      transport.send(1, Heartbeat{});
    }
  }
  return transport.rank() == 0 ? undisturbed(seconds) : 0;
}

/// Rank 0 to rank 1.
double send_seconds(Transport& transport) {
  std::vector<double> seconds;
  for (int block = 0; block < blocks; ++block) {
    if (transport.rank() == 0) {
      const auto start = Clock::now();
      for (int i = 0; i < messages; ++i) transport.send(1, Assignment{});
      seconds.push_back(seconds_since(start) / messages);
      receive(transport);
    } else {
      for (int i = 0; i < messages; ++i) receive(transport);
      transport.send(0, Heartbeat{});
    }
  }
  return transport.rank() == 0 ? undisturbed(seconds) : 0;
}

/// Half of a round trip: latency and the work at both ends.
double one_way_seconds(Transport& transport) {
  std::vector<double> seconds;
  for (int i = 0; i < blocks * messages / 10; ++i) {
    const auto start = Clock::now();
    if (transport.rank() == 0) transport.send(1, Assignment{});
    receive(transport);
    if (transport.rank() == 1) transport.send(0, one_result(1));
    seconds.push_back(seconds_since(start) / 2);
  }
  return undisturbed(seconds);
}

/// What the scheduler does when a range comes back, with many workers: takes the results and gives the next range.
double schedule_seconds(int workers) {
  constexpr std::uint64_t tasks = 1'000'000'000;
  IntervalSet pending;
  pending.insert({0, tasks});
  Scheduler scheduler({.range_size = 1}, pending, {{{0, tasks}, 1.0}});
  for (Rank rank = 0; rank < workers; ++rank) scheduler.hello(rank, {}, 0);
  std::vector<double> seconds;
  std::vector<Outgoing> given = scheduler.take_messages();
  for (int block = 0; block < blocks; ++block) {
    std::vector<Outgoing> next;
    const auto start = Clock::now();
    for (const Outgoing& outgoing : given) {
      const auto& assignment = std::get<Assignment>(outgoing.message);
      scheduler.results(outgoing.to, assignment.grant, assignment.range, 1e-3, block);
      for (Outgoing& message : scheduler.take_messages()) next.push_back(std::move(message));
    }
    seconds.push_back(seconds_since(start) / static_cast<double>(given.size()));
    given = std::move(next);
  }
  return undisturbed(seconds);
}

int calibrate() {
  cluster::Session session;
  Transport& transport = session.transport();
  if (transport.size() != 2) {
    std::fprintf(stderr, "simulate_calibrate: not two ranks. Start it with mpirun -n 2\n");
    return 2;
  }
  constexpr std::uint64_t large = 5000;
  const double send_s = send_seconds(transport);
  const double receive_s = receive_seconds(transport, 1);
  const double receive_large_s = receive_seconds(transport, large);
  const double one_way_s = one_way_seconds(transport);
  if (transport.rank() == 0) {
    const double latency_s = std::max(0.0, one_way_s - send_s - receive_s);
    std::printf(
        "{\"send_seconds\": %.3g, \"receive_seconds\": %.3g, \"byte_seconds\": %.3g, "
        "\"latency\": %.3g, \"schedule_seconds\": %.3g}\n",
        send_s, receive_s, std::max(0.0, receive_large_s - receive_s) / (large * sizeof(double)), latency_s,
        schedule_seconds(4096));
  }
  session.leave(0);
}

}  // namespace
}  // namespace trawl

int main() {
  return trawl::calibrate();
}
