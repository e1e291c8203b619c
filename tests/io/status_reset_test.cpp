#include "io/status_reset.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "io/done_sample.hpp"
#include "io/result_file.hpp"
#include "io/result_reader.hpp"
#include "io/retry_note.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

StatusSet set_of(std::initializer_list<Status> statuses) {
  StatusSet set;
  for (const Status status : statuses) set.set(static_cast<std::size_t>(status));
  return set;
}

/// Made-up records in which task 5 has results that are not finite.
Records with_non_finite(const Sweep& sweep, TaskRange range) {
  Records records = records_of(sweep, range);
  records.statuses.clear();
  for (TaskIndex task = range.begin; task < range.end; ++task)
    records.statuses.push_back({1, task == 5 ? Status::non_finite : made_up_status(task)});
  return records;
}

void write_all(ResultFile& file, const Sweep& sweep) {
  for (const auto& [begin, end] : file.state().pending.ranges()) file.write(with_non_finite(sweep, {begin, end}));
  file.flush();
}

class StatusReset : public ::testing::Test {
 protected:
  StatusReset() {
    ResultFile file(path_, *sweep_);
    write_all(file, *sweep_);
  }

  const Scratch scratch_;
  const std::unique_ptr<Sweep> sweep_ = sweep_of(grid_text);
  const std::string path_ = scratch_ / "a.h5";
};

TEST_F(StatusReset, makes_the_tasks_pending_that_have_one_of_the_statuses_and_no_others) {
  const std::string before = bytes_of(path_);
  ResultFile file(path_, *sweep_);
  const std::uint64_t threw = file.state().status_counts[static_cast<std::size_t>(Status::threw)];
  ASSERT_GT(threw, 3);
  EXPECT_EQ(file.reset(set_of({Status::crashed})), 0);
  EXPECT_EQ(bytes_of(path_), before);
  EXPECT_EQ(file.reset(set_of({Status::threw})), threw);
  EXPECT_EQ(file.state().pending.count(), threw);
  EXPECT_TRUE(file.state().pending.contains(3));
  EXPECT_FALSE(file.state().pending.contains(5));
  EXPECT_EQ(file.reset(failures()), 1);
  EXPECT_TRUE(file.state().pending.contains(5));
  EXPECT_EQ(file.state().status_counts[static_cast<std::size_t>(Status::pending)], threw + 1);
}

TEST_F(StatusReset, leaves_no_result_of_a_pending_task) {
  ResultFile(path_, *sweep_).reset(failures());
  const ResultReader reader(path_);
  for (const char* name : {"score", "profile", "share", "table"})
    for (const double value : reader.output(name, {5, 6})) EXPECT_TRUE(std::isnan(value)) << name;
  EXPECT_EQ(reader.output("score", {6, 7}).front(), made_up(6, 0, 0));
}

TEST_F(StatusReset, and_computing_again_gives_the_same_bytes) {
  const std::string before = bytes_of(path_);
  {
    ResultFile file(path_, *sweep_);
    file.reset(failures());
    EXPECT_NE(bytes_of(path_), before);
    write_all(file, *sweep_);
  }
  EXPECT_EQ(bytes_of(path_), before);
}

TEST_F(StatusReset, of_ranges_touches_nothing_outside_them) {
  ResultFile file(path_, *sweep_);
  EXPECT_EQ(file.reset({{0, 4}, {20, 26}}, failures()), 2);  // tasks 3 and 25
  EXPECT_TRUE(file.state().pending.contains(3));
  EXPECT_TRUE(file.state().pending.contains(25));
  EXPECT_FALSE(file.state().pending.contains(14));
}

TEST_F(StatusReset, works_in_the_file_of_a_shard) {
  const std::string path = scratch_ / "part.h5";
  const Shard shard{2, 3};
  const TaskRange tasks = shard_tasks(*sweep_, shard);
  ResultFile file(path, *sweep_, shard);
  write_all(file, *sweep_);
  const std::string before = bytes_of(path);
  std::uint64_t failed = 0;
  for (TaskIndex task = tasks.begin; task < tasks.end; ++task) failed += made_up_status(task) == Status::threw;
  EXPECT_EQ(file.reset(failures()), failed);
  EXPECT_EQ(file.state().pending.next(0).begin, tasks.begin + (14 - tasks.begin % 11) % 11);
  write_all(file, *sweep_);
  EXPECT_EQ(bytes_of(path), before);
}

TEST_F(StatusReset, a_sample_holds_tasks_with_results_alone_and_depends_on_the_key) {
  const ResultReader reader(path_);
  const std::vector<TaskIndex> sample = sample_of_done(reader, 20, 7);
  EXPECT_EQ(sample.size(), 20);
  EXPECT_EQ(std::set<TaskIndex>(sample.begin(), sample.end()).size(), 20);
  for (const TaskIndex task : sample) EXPECT_TRUE(task == 5 || made_up_status(task) == Status::ok) << task;
  EXPECT_EQ(sample, sample_of_done(reader, 20, 7));
  EXPECT_NE(sample, sample_of_done(reader, 20, 8));
  const std::vector<TaskIndex> all = sample_of_done(reader, 1000, 7);
  const auto counts = reader.status_counts();
  EXPECT_EQ(all.size(), counts[static_cast<std::size_t>(Status::ok)] + 1);
}

TEST(RetryNote, is_read_as_it_was_written) {
  const Scratch scratch;
  const std::string path = scratch / "a.h5";
  EXPECT_TRUE(read_retry_note(path).none());
  write_retry_note(path, set_of({Status::threw, Status::crashed}));
  EXPECT_EQ(read_retry_note(path), set_of({Status::threw, Status::crashed}));
  remove_retry_note(path);
  EXPECT_TRUE(scratch.names().empty());
}

TEST(RetryNote, leaves_what_is_none_alone) {
  const Scratch scratch;
  const std::string path = scratch / "a.h5", note = path + ".retry";
  for (const char* text : {"", "mine", "trawl tries again: threw", "trawl tries again: thrown\n"}) {
    put(note, text);
    EXPECT_THROW(read_retry_note(path), UsageError) << text;
    remove_retry_note(path);
    EXPECT_EQ(bytes_of(note), text);
  }
  std::filesystem::remove(note);
  std::filesystem::create_symlink("elsewhere", note);
  EXPECT_THROW(read_retry_note(path), UsageError);
}

}  // namespace
}  // namespace trawl::io
