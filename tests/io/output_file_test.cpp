#include "io/output_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "io/result_file.hpp"
#include "io/scaling_file.hpp"
#include "io/small_file.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

namespace fs = std::filesystem;

const OutputRule table_rule{{FileKind::table}};

void write_new(const std::string& path, const std::string& text, const OutputRule& rule = table_rule) {
  NewFile file(path, rule);
  file.file().write(text.data(), text.size(), 0);
  file.commit();
}

constexpr const char* table = "x,replicate,status,y\n1,0,ok,2\n";

TEST(FileKind, is_told_from_the_contents) {
  const Scratch scratch;
  const std::pair<const char*, FileKind> texts[] = {
      {"", FileKind::empty},
      {table, FileKind::table},
      {"replicate,status\n", FileKind::table},
      {"\"a, b\",replicate,status,\"y[0,1]\"\n\"1, 2\",17,timed_out,nan\n", FileKind::table},
      {"sample,replicate,status\nblood,1,sequenced\n", FileKind::other},
      {"sample,replicate,status\nblood,first,ok\n", FileKind::other},
      {"replicate,x,status\n1,2,ok\n", FileKind::other},
      {"{\"x\":1,\"replicate\":0,\"status\":\"ok\",\"y\":[1,2]}\n", FileKind::table},
      {"{\"x\":1,\"replicate\":0,\"status\":\"good\"}\n", FileKind::other},
      {"[{\"replicate\":0,\"status\":\"ok\"}]\n", FileKind::other},
      {"{\"time\":\"now\",\"event\":\"start\"}\n{\"ev", FileKind::run_log},
      {"{\"event\":3}\n", FileKind::other},
      {"{\n  \"schema\": 1,\n  \"job_id\": \"7\",\n  \"shards\": 1,\n  \"log\": \"a\"\n}\n", FileKind::job_note},
      {"#!/bin/bash -l\n# Written by trawl submit. To queue it again\n", FileKind::job_script},
      {"#!/bin/bash -l\n# Not written by trawl\n", FileKind::other},
      {"# Written by trawl for a job.\nstudy = 'a'\n", FileKind::job_sweep},
      {"study = 'a'\n", FileKind::other},
      {"<!-- Written by trawl scale. -->\n<svg", FileKind::picture},
      {"<svg xmlns=\"\">Written by trawl</svg>", FileKind::other},
      {"\x89HDF\r\n\x1a\n and more", FileKind::hdf5},
      {"pid 3 on host", FileKind::other},
  };
  for (const auto& [text, kind] : texts) {
    put(scratch / "file", text);
    EXPECT_EQ(kind_of(scratch / "file"), kind) << text << ": " << kind_text(kind_of(scratch / "file"));
  }
  EXPECT_EQ(kind_of(scratch / "none"), FileKind::absent);
  EXPECT_EQ(kind_of(scratch / ""), FileKind::directory);
  EXPECT_EQ(kind_of("/dev/null"), FileKind::device);
}

TEST(FileKind, of_hdf5_files_is_told_from_what_is_in_them) {
  const Scratch scratch;
  const auto sweep = sweep_of(grid_text);
  { ResultFile file(scratch / "a.h5", *sweep); }
  EXPECT_EQ(kind_of(scratch / "a.h5"), FileKind::result);
  ScalingData data;
  data.runs = {{.nodes = 1, .wall_s = 1, .tasks = 2, .ranks = {{}}}};
  data.attributes = {{"series", "weak"}};
  write_scaling_file(scratch / "s.h5", data);
  EXPECT_EQ(kind_of(scratch / "s.h5"), FileKind::scaling);
  write_scaling_file(scratch / "s.h5", data);
  EXPECT_THROW(write_scaling_file(scratch / "a.h5", data), UsageError);
  EXPECT_EQ(kind_of(scratch / "a.h5"), FileKind::result);
  EXPECT_EQ(scratch.names(), (std::vector<std::string>{"a.h5", "s.h5"}));
}

TEST(NewFile, appears_whole_or_not_at_all) {
  const Scratch scratch;
  {
    NewFile file(scratch / "a.csv", table_rule);
    file.file().write(table, 5, 0);
    EXPECT_FALSE(fs::exists(scratch / "a.csv"));
  }
  EXPECT_TRUE(scratch.names().empty());
  write_new(scratch / "a.csv", table);
  {
    NewFile file(scratch / "a.csv", table_rule);
    file.file().write("x", 1, 0);
  }
  EXPECT_EQ(bytes_of(scratch / "a.csv"), table);
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"a.csv"});
}

TEST(NewFile, replaces_its_kind_alone_and_keeps_the_permissions) {
  const Scratch scratch;
  put(scratch / "a.csv", table);
  chmod((scratch / "a.csv").c_str(), 0600);
  write_new(scratch / "a.csv", "replicate,status\n");
  EXPECT_EQ(bytes_of(scratch / "a.csv"), "replicate,status\n");
  EXPECT_EQ(fs::status(scratch / "a.csv").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  put(scratch / "thesis.txt", "chapter 1");
  EXPECT_THROW(write_new(scratch / "thesis.txt", table), UsageError);
  EXPECT_EQ(bytes_of(scratch / "thesis.txt"), "chapter 1");
}

TEST(NewFile, does_not_replace_what_came_meanwhile) {
  const Scratch scratch;
  NewFile file(scratch / "a.csv", table_rule);
  put(scratch / "a.csv", "chapter 1");
  EXPECT_THROW(file.commit(), UsageError);
  EXPECT_EQ(bytes_of(scratch / "a.csv"), "chapter 1");
}

TEST(NewFile, leaves_names_like_its_temporary_alone) {
  const Scratch scratch;
  const std::string taken = "a.csv.tmp." + std::to_string(getpid());
  put(scratch / taken, "somebody's");
  write_new(scratch / "a.csv", table);
  EXPECT_EQ(bytes_of(scratch / taken), "somebody's");
  EXPECT_EQ(bytes_of(scratch / "a.csv"), table);
  EXPECT_EQ(scratch.names().size(), 2U);
}

TEST(NewFile, follows_links_and_leaves_them) {
  const Scratch scratch;
  fs::create_directory(scratch / "data");
  fs::create_symlink("second", scratch / "first");
  fs::create_symlink("data/a.csv", scratch / "second");
  EXPECT_EQ(final_path(scratch / "first"), scratch / "data/a.csv");
  write_new(scratch / "first", table);
  write_new(scratch / "first", table);
  EXPECT_EQ(bytes_of(scratch / "data/a.csv"), table);
  EXPECT_TRUE(fs::is_symlink(scratch / "second"));
  fs::create_symlink("circle", scratch / "circle");
  EXPECT_THROW(final_path(scratch / "circle"), UsageError);
}

TEST(Output, is_no_input_under_any_name) {
  const Scratch scratch;
  put(scratch / "a.csv", table);
  fs::create_symlink("a.csv", scratch / "symbolic");
  fs::create_hard_link(scratch / "a.csv", scratch / "hard");
  for (const char* name : {"a.csv", "symbolic", "hard"})
    EXPECT_THROW(check_output(scratch / name, {{FileKind::table}, {scratch / "a.csv"}}), UsageError) << name;
  EXPECT_NO_THROW(check_output(scratch / "symbolic", {{FileKind::table}, {scratch / "other.csv"}}));
}

TEST(Output, has_a_name_that_can_be) {
  const Scratch scratch;
  EXPECT_THROW(check_place(""), UsageError);
  EXPECT_THROW(check_place(scratch / "new/"), UsageError);
  EXPECT_THROW(check_place(scratch / std::string(300, 'a')), UsageError);
  EXPECT_THROW(check_place(scratch / ""), UsageError);
  EXPECT_THROW(check_place("/dev/null"), UsageError);
  EXPECT_THROW(check_place(scratch / "none/a.h5"), IoError);
  put(scratch / "file", "");
  EXPECT_THROW(check_place(scratch / "file/a.h5"), IoError);
  EXPECT_NO_THROW(check_place(scratch / std::string(200, 'a')));
}

TEST(Stream, is_a_terminal_a_pipe_or_an_open_descriptor) {
  const Scratch scratch;
  put(scratch / "file", "");
  EXPECT_TRUE(open_stream("/dev/null").is_open());
  EXPECT_TRUE(open_stream("/dev/stdout").is_open());
  EXPECT_FALSE(open_stream(scratch / "file").is_open());
  EXPECT_FALSE(open_stream(scratch / "none").is_open());
  EXPECT_THROW(open_stream("/dev/fd/999"), IoError);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_TRUE(open_stream("/dev/fd/" + std::to_string(ends[1])).is_open());
  close(ends[0]);
  close(ends[1]);
}

TEST(SmallFile, that_holds_the_text_is_left_alone_even_as_an_input) {
  const Scratch scratch;
  const OutputRule rule{{FileKind::job_sweep}, {scratch / "a"}};
  put(scratch / "a", "# Written by trawl\n");
  struct stat before {
  }, after{};
  stat((scratch / "a").c_str(), &before);
  write_small_file(scratch / "a", "# Written by trawl\n", rule);
  stat((scratch / "a").c_str(), &after);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_THROW(write_small_file(scratch / "a", "# Written by trawl, again\n", rule), UsageError);
  write_small_file(scratch / "b", "#!/bin/bash\n", rule, 0755);
  EXPECT_NE(fs::status(scratch / "b").permissions() & fs::perms::owner_exec, fs::perms::none);
}

}  // namespace
}  // namespace trawl::io
