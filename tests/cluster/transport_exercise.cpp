// Run under mpirun on any number of ranks: messages between them arrive whole and in order, and are counted per second.
// Exit code 0 if all is well. mpi_test.py runs it.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <vector>

#include "cluster/mpi/session.hpp"

namespace trawl::cluster {
namespace {

using Clock = std::chrono::steady_clock;

void require(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

std::pair<Rank, Message> next_message(Transport& transport) {
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  Rank from = -1;
  Message message;
  while (!transport.receive(from, message)) {
    require(Clock::now() < deadline, "a message has not arrived within a minute");
    std::this_thread::yield();
  }
  return {from, std::move(message)};
}

/// Results of `tasks` tasks whose values follow from the first task's index.
Results make_results(std::uint64_t grant, std::uint64_t tasks, std::uint64_t values) {
  Results results;
  results.grant = grant;
  results.records.range = {grant, grant + tasks};
  results.records.value_count = values;
  results.records.values = std::make_unique_for_overwrite<double[]>(values);
  for (std::uint64_t i = 0; i < values; ++i) results.records.values[i] = static_cast<double>(grant + i);
  results.records.statuses = {{tasks, Status::ok}};
  return results;
}

void check_results(const Results& results) {
  for (std::uint64_t i = 0; i < results.records.value_count; ++i) {
    require(results.records.values[i] == static_cast<double>(results.grant + i), "a value has changed on its way");
  }
}

/// Sizes from a byte to beyond every protocol change of MPI, in an order that mixes them.
constexpr std::uint64_t value_counts[] = {1, 3'000'000, 0, 500, 4'000, 2, 200'000, 1, 60, 5'000'000, 7};

/// All ranks send messages of all sizes to rank 0 at once; those of each rank arrive in order.
void gather_in_order(Transport& transport) {
  if (transport.rank() != 0) {
    std::uint64_t grant = 1;
    for (const std::uint64_t values : value_counts) transport.send(0, make_results(grant++, 1, values));
    return;
  }
  std::vector<std::uint64_t> seen(static_cast<std::size_t>(transport.size()));
  for (std::size_t i = 0; i < std::size(value_counts) * (seen.size() - 1); ++i) {
    const auto [from, message] = next_message(transport);
    const auto& results = std::get<Results>(message);
    require(results.grant == ++seen[static_cast<std::size_t>(from)], "messages of a rank have changed their order");
    require(results.records.value_count == value_counts[results.grant - 1], "a message has another size");
    check_results(results);
  }
}

/// Rank 0 asks each rank again and again, two questions in flight. Returns round trips a second.
double ask_and_answer(Transport& transport, std::uint64_t rounds) {
  if (transport.rank() != 0) {
    while (true) {
      const auto [from, message] = next_message(transport);
      if (std::holds_alternative<Bye>(message)) return 0;
      const auto& assignment = std::get<Assignment>(message);
      transport.send(0, make_results(assignment.grant, 1, 1));
    }
  }
  const auto start = Clock::now();
  const auto ranks = static_cast<std::uint64_t>(transport.size() - 1);
  std::uint64_t asked = 0;
  for (Rank rank = 1; rank < transport.size(); ++rank) {
    for (int i = 0; i < 2; ++i) transport.send(rank, Assignment{asked++, {0, 1}});
  }
  for (std::uint64_t answered = 0; answered < asked; ++answered) {
    const auto [from, message] = next_message(transport);
    check_results(std::get<Results>(message));
    if (asked < rounds * ranks) transport.send(from, Assignment{asked++, {0, 1}});
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (Rank rank = 1; rank < transport.size(); ++rank) transport.send(rank, Bye{});
  return static_cast<double>(asked) / seconds;
}

int exercise() {
  Session session;
  const std::string text = session.rank() == 0 ? std::string(300'000, 'x') + "end" : "";
  require(session.broadcast(text) == std::string(300'000, 'x') + "end", "the broadcast text has changed");
  require(session.broadcast("").empty(), "the empty text has changed");
  require(session.ranks_sharing_processors() >= 1, "a rank shares its processors with itself");
  gather_in_order(session.transport());
  const double rate = ask_and_answer(session.transport(), 100'000);
  if (session.rank() == 0) std::printf("%.0f round trips/s\n", rate);
  session.leave(0);
}

}  // namespace
}  // namespace trawl::cluster

int main() {
  try {
    return trawl::cluster::exercise();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
