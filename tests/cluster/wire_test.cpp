#include "cluster/mpi/wire.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace trawl::cluster {
namespace {

Results example_results() {
  Results results;
  results.grant = 0x1122334455667788;
  results.last = false;
  results.communication_s = 0.5;
  Records& records = results.records;
  records.range = {(std::uint64_t{1} << 40) - 3, (std::uint64_t{1} << 40) + 4};
  records.value_count = 5;
  records.values = std::make_unique<double[]>(5);
  const double values[] = {1.5, -0.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::denorm_min(), -std::numeric_limits<double>::infinity()};
  std::copy_n(values, 5, records.values.get());
  records.statuses = {{3, Status::ok}, {1, Status::threw}, {3, Status::excluded}};
  records.failures = {{std::uint64_t{1} << 40, Status::threw, "line\nwith \xc3\xa4 and \0 inside"},
                      {records.range.begin, Status::crashed, ""}};
  records.seconds = 0.25;
  records.longest_s = 0.125;
  return results;
}

Message round_trip(const Message& message) {
  Bytes bytes;
  encode(message, bytes);
  return decode(bytes.view());
}

std::vector<std::byte> encoded(const Message& message) {
  Bytes bytes;
  encode(message, bytes);
  return {bytes.view().begin(), bytes.view().end()};
}

std::vector<std::vector<std::byte>> one_of_each() {
  std::vector<std::vector<std::byte>> messages;
  messages.push_back(encoded(Hello{3, "node17", 4711}));
  messages.push_back(encoded(Assignment{9, {10, 20}, true}));
  messages.push_back(encoded(example_results()));
  messages.push_back(encoded(Results{}));
  messages.push_back(encoded(Heartbeat{}));
  messages.push_back(encoded(Stop{}));
  messages.push_back(encoded(Bye{}));
  messages.push_back(encoded(Loss{3}));
  return messages;
}

TEST(Wire, gives_back_small_messages) {
  const auto hello = std::get<Hello>(round_trip(Hello{64, "node17", -1, 16, "only 64 of 128"}));
  EXPECT_EQ(hello.threads, 64);
  EXPECT_EQ(hello.host, "node17");
  EXPECT_EQ(hello.pid, -1);
  EXPECT_EQ(hello.ranks, 16);
  EXPECT_EQ(hello.shortage, "only 64 of 128");
  const auto assignment = std::get<Assignment>(round_trip(Assignment{7, {5, std::uint64_t{1} << 62}, true, 2}));
  EXPECT_EQ(assignment.grant, 7u);
  EXPECT_EQ(assignment.range, (TaskRange{5, std::uint64_t{1} << 62}));
  EXPECT_TRUE(assignment.careful);
  EXPECT_EQ(assignment.deaths, 2);
  EXPECT_TRUE(std::holds_alternative<Heartbeat>(round_trip(Heartbeat{})));
  EXPECT_TRUE(std::holds_alternative<Stop>(round_trip(Stop{})));
  EXPECT_TRUE(std::holds_alternative<Bye>(round_trip(Bye{})));
  EXPECT_EQ(std::get<Loss>(round_trip(Loss{3})).rank, 3);
}

TEST(Wire, gives_back_results_bit_for_bit) {
  const Results sent = example_results();
  const auto got = std::get<Results>(round_trip(example_results()));
  EXPECT_EQ(got.grant, sent.grant);
  EXPECT_EQ(got.last, sent.last);
  EXPECT_EQ(got.records.range, sent.records.range);
  EXPECT_EQ(got.communication_s, sent.communication_s);
  EXPECT_EQ(got.records.seconds, sent.records.seconds);
  EXPECT_EQ(got.records.longest_s, sent.records.longest_s);
  ASSERT_EQ(got.records.value_count, 5u);
  EXPECT_EQ(std::memcmp(got.records.values.get(), sent.records.values.get(), 5 * sizeof(double)), 0);
  ASSERT_EQ(got.records.statuses.size(), 3u);
  EXPECT_EQ(got.records.statuses[1].count, 1u);
  EXPECT_EQ(got.records.statuses[2].status, Status::excluded);
  ASSERT_EQ(got.records.failures.size(), 2u);
  EXPECT_EQ(got.records.failures[0].task, sent.records.failures[0].task);
  EXPECT_EQ(got.records.failures[0].message, sent.records.failures[0].message);
  EXPECT_EQ(got.records.failures[1].status, Status::crashed);
}

TEST(Wire, keeps_the_buffers_memory_from_message_to_message) {
  Bytes bytes;
  encode(example_results(), bytes);
  const std::byte* memory = bytes.data();
  encode(Heartbeat{}, bytes);
  EXPECT_EQ(bytes.size(), 1u);
  encode(example_results(), bytes);
  EXPECT_EQ(bytes.data(), memory);
}

TEST(Wire, refuses_every_truncated_or_lengthened_message) {
  for (std::vector<std::byte> message : one_of_each()) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      // A copy of exactly that size, so that AddressSanitizer sees a read beyond it.
      const std::vector<std::byte> part(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_THROW(decode(part), WireError) << size << " of " << message.size() << " bytes";
    }
    message.push_back(std::byte{0});
    EXPECT_THROW(decode(message), WireError);
  }
}

/// What a decoded message promises its reader, whatever bytes it came from.
void expect_consistent(const Message& message) {
  if (const auto* assignment = std::get_if<Assignment>(&message)) {
    EXPECT_LE(assignment->range.begin, assignment->range.end);
  }
  const auto* results = std::get_if<Results>(&message);
  if (results == nullptr) return;
  const Records& records = results->records;
  std::uint64_t covered = 0;
  for (const StatusRun& run : records.statuses) {
    covered += run.count;
    EXPECT_LE(run.status, Status::excluded);
  }
  EXPECT_EQ(covered, records.range.size());
  for (const Failure& failure : records.failures) {
    EXPECT_GE(failure.task, records.range.begin);
    EXPECT_LT(failure.task, records.range.end);
  }
  double sum = 0;
  for (std::uint64_t i = 0; i < records.value_count; ++i) sum += records.values[i];
  EXPECT_TRUE(sum == sum || sum != sum);
}

TEST(Wire, survives_random_damage) {
  std::mt19937_64 random(20240607);
  const auto messages = one_of_each();
  int refused = 0;
  constexpr int rounds = 200'000;
  for (int i = 0; i < rounds; ++i) {
    std::vector<std::byte> bytes = messages[random() % messages.size()];
    for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % bytes.size();
      const std::uint64_t extreme[] = {0, 1, 255, random()};
      bytes[at] = static_cast<std::byte>(extreme[random() % 4]);
      if (random() % 8 == 0) bytes.resize(1 + random() % bytes.size());
      if (random() % 8 == 0 && at + 8 <= bytes.size()) std::memset(&bytes[at], 0xff, 8);
    }
    try {
      expect_consistent(decode(bytes));
    } catch (const WireError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, rounds / 10);
  EXPECT_LT(refused, rounds);
}

TEST(Wire, survives_random_bytes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    std::vector<std::byte> bytes(random() % 200);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    if (!bytes.empty()) bytes[0] = static_cast<std::byte>(random() % 8);
    try {
      expect_consistent(decode(bytes));
    } catch (const WireError&) {
    }
  }
}

TEST(Wire, does_not_allocate_for_a_size_that_is_only_claimed) {
  std::vector<std::byte> bytes = encoded(example_results());
  constexpr std::size_t value_count_at = 1 + 8 + 1 + 8 + 8 + 8 + 8 + 8;
  const std::uint64_t claimed = std::uint64_t{1} << 60;
  for (std::size_t field = 0; field < 3; ++field) {  // values, status runs, failures
    std::vector<std::byte> damaged = bytes;
    std::memcpy(&damaged[value_count_at + 8 * field], &claimed, sizeof claimed);
    EXPECT_THROW(decode(damaged), WireError);
  }
}

}  // namespace
}  // namespace trawl::cluster
