#include "io/record_writer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

/// Writes that this process has asked the system for.
std::uint64_t write_calls() {
  std::ifstream file("/proc/self/io");
  std::string key;
  for (std::uint64_t value = 0; file >> key >> value;)
    if (key == "syscw:") return value;
  ADD_FAILURE() << "no /proc/self/io";
  return 0;
}

/// Two outputs of 1 and 3 doubles for 20000 tasks, then the status bytes, in a plain file.
class RecordWriterTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t tasks = 20000;
  static constexpr std::uint64_t second = tasks * 8, status = tasks * 32;

  RecordWriterTest() : file(scratch / "raw", O_RDWR | O_CREAT) {
    const std::vector<char> zeros(tasks * 33, 0);
    file.write(zeros.data(), zeros.size(), 0);
  }

  RecordWriter writer() const { return {file, status, {{0, 1}, {second, 3}}, {0, tasks}}; }

  static double value(TaskIndex task, std::uint64_t element) { return static_cast<double>(task * 4 + element); }

  static Records records(TaskRange range) {
    Records result;
    result.range = range;
    result.value_count = range.size() * 4;
    result.values = std::make_unique<double[]>(result.value_count);
    double* out = result.values.get();
    for (TaskIndex task = range.begin; task < range.end; ++task) *out++ = value(task, 0);
    for (TaskIndex task = range.begin; task < range.end; ++task)
      for (std::uint64_t e = 1; e < 4; ++e) *out++ = value(task, e);
    for (TaskIndex task = range.begin; task < range.end; ++task) result.statuses.push_back({1, status_of(task)});
    return result;
  }

  static Status status_of(TaskIndex task) { return task % 3 == 0 ? Status::threw : Status::ok; }

  std::uint8_t stored_status(TaskIndex task) const {
    std::uint8_t byte = 0;
    file.read(&byte, 1, status + task);
    return byte;
  }

  void expect_stored(TaskRange range) const {
    for (TaskIndex task = range.begin; task < range.end; ++task) {
      double row[4];
      file.read(row, 8, task * 8);
      file.read(row + 1, 24, second + task * 24);
      for (std::uint64_t e = 0; e < 4; ++e) ASSERT_EQ(row[e], value(task, e)) << task;
      ASSERT_EQ(stored_status(task), static_cast<std::uint8_t>(status_of(task))) << task;
    }
  }

  Scratch scratch;
  RawFile file;
};

TEST_F(RecordWriterTest, gathers_one_point_ranges_into_few_writes) {
  RecordWriter out = writer();
  const std::uint64_t before = write_calls();
  for (TaskIndex task = 0; task < tasks; ++task) out.write(records({task, task + 1}));
  out.flush();
  EXPECT_LT(write_calls() - before, 10u);
  expect_stored({0, tasks});
}

TEST_F(RecordWriterTest, gathers_one_point_ranges_that_arrive_a_little_out_of_order) {
  std::vector<TaskIndex> order(tasks);
  std::iota(order.begin(), order.end(), TaskIndex{0});
  std::mt19937 random(1);
  for (std::size_t i = 0; i + 64 <= tasks; i += 32)
    std::shuffle(order.begin() + static_cast<std::ptrdiff_t>(i), order.begin() + static_cast<std::ptrdiff_t>(i + 64),
                 random);
  RecordWriter out = writer();
  const std::uint64_t before = write_calls();
  for (const TaskIndex task : order) out.write(records({task, task + 1}));
  out.flush();
  EXPECT_LT(write_calls() - before, 20u);
  expect_stored({0, tasks});
}

TEST_F(RecordWriterTest, stores_ranges_of_any_size_in_any_order) {
  std::mt19937 random(2);
  std::vector<TaskRange> ranges;
  for (TaskIndex begin = 0; begin < tasks;) {
    const TaskIndex end = std::min(tasks, begin + 1 + random() % (random() % 5 == 0 ? 5000 : 9));
    ranges.push_back({begin, end});
    begin = end;
  }
  std::shuffle(ranges.begin(), ranges.end(), random);
  RecordWriter out = writer();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    out.write(records(ranges[i]));
    if (i % 7 == 0) out.flush();
  }
  out.flush();
  expect_stored({0, tasks});
}

TEST_F(RecordWriterTest, gives_no_task_a_status_before_its_data_is_flushed) {
  RecordWriter out = writer();
  out.write(records({0, 10}));
  out.write(records({100, 15000}));  // goes straight to the file
  for (const TaskIndex task : {0, 9, 100, 14999}) EXPECT_EQ(stored_status(task), 0);
  out.flush();
  expect_stored({0, 10});
  expect_stored({100, 15000});
  EXPECT_EQ(stored_status(10), 0);
  EXPECT_EQ(stored_status(15000), 0);
}

TEST_F(RecordWriterTest, says_where_and_why_a_write_failed) {
  const RawFile read_only(scratch / "raw", O_RDONLY);
  RecordWriter out(read_only, status, {{0, 1}, {second, 3}}, {0, tasks});
  out.write(records({5, 6}));
  try {
    out.flush();
    FAIL();
  } catch (const IoError& error) {
    EXPECT_EQ(std::string(error.what()).substr((scratch / "raw").size()),
              ": cannot write 8 bytes at 40 (Bad file descriptor). Check the disk and give the command again.");
  }
}

TEST_F(RecordWriterTest, refuses_records_that_do_not_add_up) {
  RecordWriter out = writer();
  Records records_of_three = records({0, 3});
  records_of_three.statuses.pop_back();
  EXPECT_THROW(out.write(records_of_three), std::logic_error);
  records_of_three.statuses.push_back({2, Status::ok});
  EXPECT_THROW(out.write(records_of_three), std::logic_error);
  EXPECT_THROW(out.write(records({tasks - 1, tasks + 1})), std::logic_error);
}

}  // namespace
}  // namespace trawl::io
