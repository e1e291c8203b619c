#include "io/result_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "io/hdf5_read.hpp"
#include "io/result_reader.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

void run_to_the_end(const std::string& path, const Sweep& sweep, std::uint64_t range_size) {
  ResultFile file(path, sweep);
  for (const auto& [begin, end] : file.state().pending.ranges())
    for (TaskIndex task = begin; task < end; task += range_size)
      file.write(records_of(sweep, {task, std::min(end, task + range_size)}));
  file.flush();
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  } catch (const BusyError& error) {
    return error.what();
  }
  return "no error";
}

const char* const all_sweeps[] = {grid_text, zip_text, random_text, list_text};

TEST(ResultFile, has_exactly_the_size_that_was_planned) {
  for (const char* text : all_sweeps) {
    const Scratch scratch;
    const auto sweep = sweep_of(text);
    ResultFile file(scratch / "a.h5", *sweep);
    EXPECT_EQ(result_file_size(*sweep), std::filesystem::file_size(scratch / "a.h5")) << text;
  }
}

TEST(ResultFile, has_exactly_the_size_that_was_planned_when_datasets_are_large) {
  for (const std::uint64_t points : {2000, 65536, 65537, 65538, 70001, 200000}) {
    const Scratch scratch;
    const auto sweep = sweep_of("study = 'sample'\ndesign = 'random'\npoints = " + std::to_string(points) +
                                "\n[axes]\nrate = {uniform = [1, 2]}\nmethod = {choice = ['fancy', 'plain']}\n");
    ResultFile file(scratch / "a.h5", *sweep);
    EXPECT_EQ(result_file_size(*sweep), std::filesystem::file_size(scratch / "a.h5")) << points;
  }
}

TEST(ResultFile, stores_large_texts_by_shared_references) {
  const Scratch scratch;
  const auto sweep = sweep_of(
      "study = 'sample'\ndesign = 'random'\npoints = 100000\n[axes]\n"
      "method = {choice = ['fancy', 'größer']}\n");
  { ResultFile file(scratch / "a.h5", *sweep); }
  EXPECT_FALSE(ResultFile(scratch / "a.h5", *sweep).created());  // compares every text
  const FileLayout layout = read_layout(scratch / "a.h5");
  const std::vector<std::string> texts =
      read_texts(RawFile(scratch / "a.h5", O_RDONLY), *layout.find("method"), 0, 100000);
  for (PointIndex point = 0; point < 100000; point += 777) {
    double row[5];
    sweep->design.points(point, 1, row);
    EXPECT_EQ(texts[point], row[3] == 1 ? "fancy" : "größer");
  }
}

TEST(ResultFile, is_planned_for_ten_thousand_million_points_in_little_memory) {
  const auto sweep = sweep_of(
      "study = 'sample'\ndesign = 'random'\npoints = 10000000000\n[axes]\n"
      "rate = {uniform = [1, 2]}\nmethod = {choice = ['fancy', 'größer']}\n");
  struct rusage before {
  }, after{};
  getrusage(RUSAGE_SELF, &before);
  const std::uint64_t size = result_file_size(*sweep);
  getrusage(RUSAGE_SELF, &after);
  // Per point: its number, rate, method's reference, status, and 12 doubles; the rest is a few KiB.
  EXPECT_EQ(size / 10000000000u, 8u + 8u + 16u + 1u + 96u);
  EXPECT_LT(size % 10000000000u, 100000u);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
}

TEST(ResultFile, is_the_same_bytes_whatever_the_size_and_order_of_ranges) {
  for (const char* text : all_sweeps) {
    const Scratch scratch;
    const auto sweep = sweep_of(text);
    run_to_the_end(scratch / "a.h5", *sweep, 1);
    run_to_the_end(scratch / "b.h5", *sweep, 7);
    EXPECT_EQ(bytes_of(scratch / "a.h5"), bytes_of(scratch / "b.h5"));
    std::vector<TaskIndex> order(sweep->design.task_count());
    std::iota(order.begin(), order.end(), TaskIndex{0});
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    {
      ResultFile file(scratch / "c.h5", *sweep);
      for (const TaskIndex task : order) file.write(records_of(*sweep, {task, task + 1}));
      file.flush();
    }
    EXPECT_EQ(bytes_of(scratch / "a.h5"), bytes_of(scratch / "c.h5"));
  }
}

TEST(ResultFile, knows_what_is_done_when_opened_again) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  const TaskIndex tasks = sweep->design.task_count();
  {
    ResultFile file(scratch / "a.h5", *sweep);
    EXPECT_TRUE(file.created());
    EXPECT_EQ(file.state().pending.count(), tasks);
    EXPECT_EQ(file.state().status_counts[0], tasks);
    file.write(records_of(*sweep, {10, 20}));
    file.write(records_of(*sweep, {50, 51}));
    file.flush();
    file.write(records_of(*sweep, {100, 110}));  // never flushed
  }
  ResultFile file(scratch / "a.h5", *sweep);
  EXPECT_FALSE(file.created());
  EXPECT_EQ(file.state().pending.count(), tasks - 11);
  EXPECT_FALSE(file.state().pending.contains(10));
  EXPECT_FALSE(file.state().pending.contains(50));
  EXPECT_TRUE(file.state().pending.contains(51));
  EXPECT_TRUE(file.state().pending.contains(100));
}

TEST(ResultFile, leaves_nothing_but_itself_behind) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  { ResultFile file(scratch / "a.h5.tmp.99999", *sweep); }
  put(scratch / "a.h5.tmp.99998", std::string(5000, '\0'));
  put(scratch / "a.h5.tmp.99997", "");
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"a.h5"});
}

TEST(ResultFile, removes_part_of_a_file_if_the_lock_that_was_left_names_its_process) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  for (const char* name : {"a.h5.tmp.71", "a.h5.tmp.72"})
    put(scratch / name, bytes_of(scratch / "a.h5").substr(0, 3000));
  std::filesystem::remove(scratch / "a.h5");
  put(scratch / "a.h5.lock", "pid 71 on host");
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"a.h5", "a.h5.tmp.72"}));
}

TEST(ResultFile, leaves_alone_what_only_looks_like_a_leftover) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  run_to_the_end(scratch / "a.h5.tmp.99999", *sweep, 5);
  for (const char* name : {"a.h5.tmp.backup", "a.h5.tmp.99998", "a.h5.tmp.99999999999", "a.h5.tmp.1.h5", "a.h5.tmp.0"})
    put(scratch / name, "somebody's");
  std::filesystem::create_symlink(scratch / "a.h5.tmp.99999", scratch / "a.h5.tmp.5");
  const std::size_t before = scratch.names().size();
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  EXPECT_EQ(scratch.names().size(), before + 1);
}

TEST(ResultFile, is_locked_under_every_name_it_has) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  ResultFile file(scratch / "a.h5", *sweep);
  std::filesystem::create_symlink("a.h5", scratch / "symbolic.h5");
  std::filesystem::create_hard_link(scratch / "a.h5", scratch / "hard.h5");
  for (const char* name : {"a.h5", "symbolic.h5", "hard.h5"})
    EXPECT_THROW(ResultFile(scratch / name, *sweep), BusyError) << name;
}

TEST(ResultFile, can_be_locked_by_readers_that_use_flock_while_it_is_written) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  ResultFile file(scratch / "a.h5", *sweep);
  const RawFile reader(scratch / "a.h5", O_RDONLY);
  EXPECT_EQ(::flock(reader.fd(), LOCK_SH | LOCK_NB), 0);
}

TEST(ResultFile, is_created_at_the_end_of_a_link) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  std::filesystem::create_symlink("a.h5", scratch / "link.h5");
  run_to_the_end(scratch / "link.h5", *sweep, 5);
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "link.h5"));
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"a.h5", "link.h5"}));
}

TEST(ResultFile, says_that_it_was_removed_replaced_or_cut) {
  const auto sweep = sweep_of(grid_text);
  const std::pair<const char*, std::function<void(const std::string&)>> damages[] = {
      {"was removed or moved", [](const std::string& path) { std::filesystem::remove(path); }},
      {"was removed or moved", [](const std::string& path) { std::filesystem::rename(path, path + ".old"); }},
      {"another file took its place",
       [](const std::string& path) {
         std::filesystem::copy(path, path + ".copy");
         std::filesystem::rename(path + ".copy", path);
       }},
      {"was cut", [](const std::string& path) { std::filesystem::resize_file(path, 100); }},
  };
  for (const auto& [text, damage] : damages) {
    const Scratch scratch;
    ResultFile file(scratch / "a.h5", *sweep);
    file.write(records_of(*sweep, {10, 20}));
    file.flush();
    damage(scratch / "a.h5");
    try {
      file.flush();
      FAIL() << text;
    } catch (const IoError& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
}

TEST(ResultFile, is_not_created_beside_a_lock_that_is_not_ours) {
  const auto sweep = sweep_of(grid_text);
  for (const char* text : {"[[package]]", "pid ", "pid 12 on ", "pid 12 on a b", "pid x on y", "12"}) {
    const Scratch scratch;
    put(scratch / "a.h5.lock", text);
    EXPECT_THROW(ResultFile(scratch / "a.h5", *sweep), UsageError) << text;
    EXPECT_EQ(scratch.names(), std::vector<std::string>{"a.h5.lock"});
    EXPECT_EQ(bytes_of(scratch / "a.h5.lock"), text);
  }
}

TEST(ResultFile, takes_over_the_lock_of_a_killed_run_and_keeps_an_empty_one) {
  const auto sweep = sweep_of(grid_text);
  const Scratch scratch;
  put(scratch / "a.h5.lock", "pid 123456 on a-host-of-a-long-name.example.org");
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"a.h5"});
  put(scratch / "b.h5.lock", "");
  run_to_the_end(scratch / "b.h5", *sweep, 5);
  EXPECT_EQ(bytes_of(scratch / "b.h5.lock"), "");
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"a.h5", "b.h5", "b.h5.lock"}));
}

TEST(ResultFile, is_checked_as_for_a_run_without_being_created) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  EXPECT_EQ(check_result_file(scratch / "a.h5", *sweep).pending.count(), sweep->design.task_count());
  EXPECT_TRUE(scratch.names().empty());
  EXPECT_THROW(check_result_file(scratch / "missing/a.h5", *sweep), IoError);
  ResultFile file(scratch / "a.h5", *sweep);
  EXPECT_THROW(check_result_file(scratch / "a.h5", *sweep), BusyError);
}

struct Interruption {};

TEST(ResultFile, leaves_nothing_behind_wherever_its_creation_is_interrupted) {
  const auto sweep = sweep_of("study = 'sample'\nreplicates = 300000\n[axes]\nrate = [1, 2]\n");
  int blocks = 0;
  for (bool interrupted = true; interrupted; ++blocks) {
    const Scratch scratch;
    std::uint64_t last = 0;
    int left = blocks;
    interrupted = false;
    try {
      ResultFile file(scratch / "a.h5", *sweep, {}, [&](const char*, std::uint64_t done, std::uint64_t total) {
        EXPECT_LE(last, done);
        EXPECT_LE(done, total);
        EXPECT_LE(done - last, std::uint64_t{1} << 20) << "a stop waits for a block";
        last = done;
        if (left-- == 0) throw Interruption();
      });
    } catch (const Interruption&) {
      interrupted = true;
      EXPECT_TRUE(scratch.names().empty()) << blocks;
    }
  }
  EXPECT_GT(blocks, 20);
}

TEST(ResultFile, says_that_results_were_filled_at_allocation) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  { ResultFile file(scratch / "a.h5", *sweep); }
  const hid_t file = H5Fopen((scratch / "a.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  for (const auto& [name, expected] :
       {std::pair{"score", H5D_FILL_TIME_ALLOC}, std::pair{"status", H5D_FILL_TIME_ALLOC},
        std::pair{"rate", H5D_FILL_TIME_NEVER}}) {
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), properties = H5Dget_create_plist(dataset);
    H5D_fill_time_t time = H5D_FILL_TIME_ERROR;
    H5Pget_fill_time(properties, &time);
    EXPECT_EQ(time, expected) << name;
    H5Pclose(properties);
    H5Dclose(dataset);
  }
  H5Fclose(file);
}

TEST(ResultFile, is_written_by_one_process_at_a_time) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  ResultFile file(scratch / "a.h5", *sweep);
  const std::string message = message_of([&] { ResultFile other(scratch / "a.h5", *sweep); });
  EXPECT_NE(message.find("another run is writing it (pid " + std::to_string(::getpid())), std::string::npos) << message;
}

TEST(ResultFile, is_refused_when_it_belongs_to_another_sweep) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  { ResultFile file(scratch / "a.h5", *sweep); }
  std::string other_text = grid_text;
  other_text.replace(other_text.find("seed = 7"), 8, "seed = 8");
  const auto other = sweep_of(other_text);
  const std::string message = message_of([&] { ResultFile file(scratch / "a.h5", *other); });
  EXPECT_NE(message.find("seed 7, not 8"), std::string::npos) << message;
}

TEST(ResultFile, is_refused_when_it_is_no_result_file) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  put(scratch / "text.h5", "hello");
  put(scratch / "empty.h5", "");
  std::filesystem::create_directory(scratch / "directory.h5");
  for (const auto& [name, problem] :
       {std::pair("text.h5", "is not a result file"), std::pair("empty.h5", "is not a result file"),
        std::pair("directory.h5", "is a directory")}) {
    const std::string message = message_of([&] { ResultFile file(scratch / name, *sweep); });
    EXPECT_NE(message.find(problem), std::string::npos) << message;
  }
  EXPECT_EQ(bytes_of(scratch / "text.h5"), "hello");
}

TEST(ResultFile, is_refused_when_truncated_anywhere) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  const std::string whole = bytes_of(scratch / "a.h5");
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
    put(scratch / "a.h5", whole.substr(0, size));
    EXPECT_THROW(ResultFile(scratch / "a.h5", *sweep), UsageError) << size;
    EXPECT_EQ(bytes_of(scratch / "a.h5").size(), size);
  }
}

TEST(ResultFile, is_refused_or_harmless_when_any_byte_of_its_metadata_is_changed) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  const std::string whole = bytes_of(scratch / "a.h5");
  std::mt19937 random(3);
  int refused = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string changed = whole;
    changed[random() % changed.size()] = static_cast<char>(random());
    put(scratch / "a.h5", changed);
    try {
      ResultFile file(scratch / "a.h5", *sweep);
    } catch (const UsageError& error) {
      EXPECT_EQ(std::string(error.what()).find('\0'), std::string::npos);
      ++refused;
    }
    EXPECT_EQ(bytes_of(scratch / "a.h5"), changed);
  }
  EXPECT_GT(refused, 300);
}

TEST(ResultFile, is_continued_when_a_link_and_a_dataset_were_added) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  { ResultFile file(scratch / "a.h5", *sweep); }
  const hid_t file = H5Fopen((scratch / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  H5Lcreate_soft("/nowhere", file, "link", H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR);
  H5Dclose(H5Dcreate2(file, "mine", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Fclose(file);
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  const ResultReader reader(scratch / "a.h5");
  EXPECT_EQ(reader.status_counts()[0], 0u);
  EXPECT_EQ(reader.output("score", {0, 1})[0], made_up(0, 0, 0));
}

TEST(ResultFile, of_an_older_layout_says_in_a_line_that_it_is_read_but_not_continued) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  { ResultFile file(scratch / "a.h5", *sweep); }
  const hid_t file = H5Fopen((scratch / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t version = H5Aopen(file, "layout_version", H5P_DEFAULT);
  const std::int64_t older = 1;
  H5Awrite(version, H5T_NATIVE_INT64, &older);
  H5Aclose(version);
  H5Fclose(file);
  const std::string message = message_of([&] { ResultFile again(scratch / "a.h5", *sweep); });
  EXPECT_NE(message.find("layout version 1"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_EQ(ResultReader(scratch / "a.h5").study(), "sample");
}

TEST(ResultFile, is_readable_with_nan_and_pending_while_it_grows) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  ResultFile file(scratch / "a.h5", *sweep);
  file.write(records_of(*sweep, {40, 60}));
  file.flush();
  const ResultReader reader(scratch / "a.h5");
  EXPECT_EQ(reader.status_counts()[0], 124u);
  EXPECT_TRUE(std::isnan(reader.output("score", {39, 40})[0]));
  EXPECT_EQ(reader.output("score", {41, 42})[0], made_up(41, 0, 0));
  EXPECT_EQ(reader.statuses({59, 61}), (std::vector<std::uint8_t>{1, 0}));
  file.write(records_of(*sweep, {60, 144}));
  file.flush();
  EXPECT_EQ(reader.status_counts()[0], 40u);
}

TEST(ResultFile, is_refused_when_a_status_is_none) {
  const Scratch scratch;
  const auto sweep = sweep_of(list_text);
  run_to_the_end(scratch / "a.h5", *sweep, 5);
  std::string bytes = bytes_of(scratch / "a.h5");
  bytes[read_layout(scratch / "a.h5").find("status")->offset] = 9;
  put(scratch / "a.h5", bytes);
  const std::string message = message_of([&] { ResultFile file(scratch / "a.h5", *sweep); });
  EXPECT_NE(message.find("the status of task 0 is 9"), std::string::npos) << message;
}

TEST(ResultFile, is_not_created_where_it_cannot_be) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  EXPECT_THROW(ResultFile(scratch / "missing/a.h5", *sweep), IoError);
  EXPECT_THROW(ResultFile("/proc/a.h5", *sweep), IoError);
  put(scratch / "file", "");
  EXPECT_THROW(ResultFile(scratch / "file/a.h5", *sweep), IoError);
}

TEST(ResultFile, is_not_created_when_the_disk_is_too_small) {
  const Scratch scratch;
  const auto sweep =
      sweep_of("study = 'sample'\n[axes]\nrate = {linspace = [1, 2, 1000000]}\nlevel = {arange = [1, 1000001, 1]}\n");
  const std::uint64_t size = result_file_size(*sweep);
  EXPECT_GT(size, std::uint64_t{97} * 1000000000000u);
  try {
    ResultFile file(scratch / "a.h5", *sweep);
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("needs " + std::to_string(size) + " bytes"), std::string::npos);
  }
  EXPECT_TRUE(scratch.names().empty());
}

}  // namespace
}  // namespace trawl::io
