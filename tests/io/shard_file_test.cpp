#include "io/shard_file.hpp"

#include <fstream>
#include <random>

#include <gtest/gtest.h>

#include "io/result_reader.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

/// Writes the tasks [0, fraction) of what is pending.
void run(ResultFile& file, const Sweep& sweep, double fraction = 1) {
  auto left = static_cast<std::uint64_t>(fraction * static_cast<double>(file.state().pending.count()));
  for (const auto& [begin, end] : file.state().pending.ranges()) {
    const TaskRange range{begin, std::min(end, begin + left)};
    if (!range.empty()) file.write(records_of(sweep, range));
    left -= range.size();
  }
  file.flush();
}

std::string run_shard(const Scratch& scratch, const Sweep& sweep, Shard shard, double fraction = 1) {
  const std::string path = shard_path(scratch / "all.h5", shard);
  ResultFile file(path, sweep, shard);
  run(file, sweep, fraction);
  return path;
}

std::string whole_of(const Scratch& scratch, const Sweep& sweep) {
  {
    ResultFile file(scratch / "whole.h5", sweep);
    run(file, sweep);
  }
  return bytes_of(scratch / "whole.h5");
}

template <class Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ShardPath, tells_which_shard_of_what) {
  EXPECT_EQ(shard_path("out/is.h5", {2, 3}), "out/is.shard-2-of-3.h5");
  EXPECT_EQ(shard_path("data", {1, 1}), "data.shard-1-of-1.h5");
}

TEST(Shards, are_merged_into_the_bytes_of_a_single_run) {
  for (const char* text : {grid_text, zip_text, random_text, list_text}) {
    const Scratch scratch;
    const auto sweep = sweep_of(text);
    const std::uint64_t count = std::min<std::uint64_t>(3, sweep->design.point_count());
    for (std::uint64_t number = 1; number <= count; ++number) run_shard(scratch, *sweep, {number, count});
    {
      ResultFile merged(scratch / "all.h5", *sweep);
      const std::vector<std::string> paths = find_shards(scratch / "all.h5");
      EXPECT_EQ(paths.size(), count);
      for (const std::string& path : paths) merge_shard(path, *sweep, merged);
      merged.flush();
    }
    EXPECT_EQ(bytes_of(scratch / "all.h5"), whole_of(scratch, *sweep)) << text;
  }
}

TEST(Shards, have_exactly_the_size_that_was_planned) {
  const Scratch scratch;
  const auto sweep = sweep_of(random_text);
  EXPECT_EQ(bytes_of(run_shard(scratch, *sweep, {2, 3})).size(), result_file_size(*sweep, Shard{2, 3}));
}

TEST(Shards, are_labelled_with_the_numbers_and_parameters_of_their_points) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  const ResultReader file(run_shard(scratch, *sweep, {2, 3}));
  EXPECT_EQ(file.shard(), (Shard{2, 3}));
  EXPECT_EQ(file.task_dimensions(), (std::vector<std::string>{"point", "replicate"}));
  const TaskRange tasks = shard_tasks(*sweep, {2, 3});
  const std::vector<double> points = file.values("point"), rates = file.values("rate");
  ASSERT_EQ(points.size(), tasks.size() / 2);
  std::vector<double> row(sweep->design.parameter_count());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(points[i], static_cast<double>(tasks.begin / 2 + i));
    sweep->design.points(tasks.begin / 2 + i, 1, row.data());
    EXPECT_EQ(rates[i], row[0]);
    EXPECT_EQ(file.texts("method")[i],
              sweep->study.declaration().parameters[3].choices[static_cast<std::size_t>(row[3])]);
  }
  EXPECT_EQ(file.output("score", {0, 1}).front(), made_up(tasks.begin, 0, 0));
}

TEST(Shards, that_are_not_finished_leave_pending_what_they_have_not) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  run_shard(scratch, *sweep, {1, 3});
  run_shard(scratch, *sweep, {3, 3}, 0.5);
  {
    ResultFile merged(scratch / "all.h5", *sweep);
    for (const std::string& path : find_shards(scratch / "all.h5")) merge_shard(path, *sweep, merged);
    merged.flush();
  }
  {
    ResultFile merged(scratch / "all.h5", *sweep);
    const TaskRange second = shard_tasks(*sweep, {2, 3}), third = shard_tasks(*sweep, {3, 3});
    EXPECT_EQ(merged.state().pending.ranges().begin()->first, second.begin);
    EXPECT_EQ(merged.state().pending.count(), second.size() + third.size() - third.size() / 2);
    run(merged, *sweep);
  }
  EXPECT_EQ(bytes_of(scratch / "all.h5"), whole_of(scratch, *sweep));
}

TEST(Shards, continue_as_any_file_does) {
  const Scratch scratch;
  const auto sweep = sweep_of(random_text);
  const std::string path = run_shard(scratch, *sweep, {2, 3}, 0.3);
  run_shard(scratch, *sweep, {2, 3});
  const Scratch other;
  EXPECT_EQ(bytes_of(path), bytes_of(run_shard(other, *sweep, {2, 3})));
}

TEST(Shards, of_another_sweep_or_version_are_refused) {
  const Scratch scratch;
  const auto sweep = sweep_of(random_text);
  const std::string path = run_shard(scratch, *sweep, {2, 3});
  EXPECT_EQ(check_shard(path, *sweep), (Shard{2, 3}));
  const auto other = sweep_of(std::string(random_text) + "width = { uniform = [0.0, 1.0] }\n");
  EXPECT_NE(refusal([&] { check_shard(path, *other); }).find("belongs to another sweep (it has "), std::string::npos);
  const auto larger_seed = sweep_of("seed = 18\n" + std::string(random_text));
  EXPECT_NE(refusal([&] { check_shard(path, *larger_seed); }).find("seed"), std::string::npos);
  const std::string says_other = refusal([&] { ResultFile(path, *sweep, Shard{1, 3}); });
  EXPECT_NE(says_other.find("shard 2/3, not 1/3"), std::string::npos) << says_other;
  whole_of(scratch, *sweep);
  EXPECT_NE(refusal([&] { check_shard(scratch / "whole.h5", *sweep); }).find("is not a shard"), std::string::npos);
}

// Whatever one byte of a shard is changed to: it is refused, or merged with nothing outside its own tasks touched.
TEST(Shards, that_are_damaged_harm_only_their_own_tasks) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  const std::string path = run_shard(scratch, *sweep, {2, 2}), good = bytes_of(path);
  const TaskRange tasks = shard_tasks(*sweep, {2, 2});
  std::mt19937 random(1);  // NOLINT: any bytes will do
  int refused = 0;
  {
    ResultFile merged(scratch / "all.h5", *sweep);
    for (int i = 0; i < 300; ++i) {
      std::string bad = good;
      bad[random() % bad.size()] ^= static_cast<char>(1 + random() % 255);
      put(path, bad);
      try {
        merge_shard(path, *sweep, merged);
      } catch (const UsageError&) {
        ++refused;
      } catch (const IoError&) {
        ++refused;
      }
    }
    merged.flush();
  }
  const ResultReader merged(scratch / "all.h5");
  for (const std::uint8_t status : merged.statuses({0, tasks.begin})) EXPECT_EQ(status, 0);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace trawl::io
