#include "io/run_log.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "io/failure_log.hpp"
#include "io/log_lines.hpp"
#include "io/run_history.hpp"
#include "tests/io/sample_sweeps.hpp"

namespace trawl::io {
namespace {

using namespace testing;

using Notes = std::unordered_map<TaskIndex, FailureNote>;

Notes notes_of(const std::string& path, std::initializer_list<TaskIndex> tasks) {
  Notes notes;
  for (const TaskIndex task : tasks) notes[task];
  read_failure_notes(path, notes);
  return notes;
}

TEST(RunLog, names_the_program_that_wrote_last) {
  const Scratch scratch;
  const std::string path = scratch / "log";
  EXPECT_EQ(read_run_history(path).program, "");
  const auto sweep = sweep_of(grid_text);
  RunLog log(path, *sweep);
  log.start("trawl run", "abc", 1, 2, 0);
  EXPECT_EQ(read_run_history(path).program, "abc");
  log.end({}, 0);
  log.merge("trawl merge", "def");
  EXPECT_EQ(read_run_history(path).program, "def");
  log.start("trawl run", "", 1, 2, 0);
  EXPECT_EQ(read_run_history(path).program, "");
}

TEST(FailureNotes, hold_the_newest_line_of_a_task) {
  const Scratch scratch;
  const std::string path = scratch / "log";
  const auto sweep = sweep_of(grid_text);
  RunLog log(path, *sweep);
  log.start("trawl run", "", 1, 2, 0);
  log.on_failure({7, Status::threw, "first"});
  log.on_failure({8, Status::threw, "other"});
  log.start("trawl run", "", 4, 2, 0);
  log.on_failure({7, Status::timed_out, "second"});
  const Notes notes = notes_of(path, {7, 8, 9});
  EXPECT_EQ(notes.size(), 3);
  EXPECT_EQ(notes.at(7).message, "second");
  EXPECT_EQ(notes.at(7).status, "timed_out");
  EXPECT_EQ(notes.at(7).times, 2);
  EXPECT_EQ(notes.at(7).host, "") << "of four ranks nobody knows which it was";
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  EXPECT_EQ(notes.at(8).host, host);
  EXPECT_EQ(notes.at(8).time.size(), std::string("2026-01-31T12:00:00.000Z").size());
  EXPECT_EQ(notes.at(9).times, 0);
}

TEST(FailureNotes, pass_over_lines_that_make_no_sense) {
  const Scratch scratch;
  const std::string path = scratch / "log";
  const std::string good = R"({"event":"failure","task":1,"status":"threw","message":"said"})";
  std::string text = "\n{\n[]\n5\n\"x\"\n" + std::string(100000, '[') + "\n" + std::string(3 << 20, 'x') + "\n";
  text += R"({"event":"failure","task":-1,"message":"no"})"
          "\n";
  text += R"({"event":"failure","task":"1","message":"no"})"
          "\n";
  text += R"({"event":["failure"],"task":1,"message":"no"})"
          "\n";
  text += "{\"event\":\"failure\",\"task\":1,\"message\":\"\xff\"}\n" + good + "\n" + good.substr(0, 40);
  put(path, text);
  const Notes notes = notes_of(path, {1});
  EXPECT_EQ(notes.at(1).message, "said");
  EXPECT_EQ(notes.at(1).times, 1);
  put(path, R"({"event":"failure","task":1,"status":7,"message":{},"host":[],"time":null})"
            "\n");
  EXPECT_EQ(notes_of(path, {1}).at(1).message, "");
}

TEST(FailureNotes, are_short_whatever_the_message) {
  const Scratch scratch;
  const std::string path = scratch / "log";
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "ü";
  const auto sweep = sweep_of(grid_text);
  RunLog(path, *sweep).on_failure({1, Status::threw, text});
  const std::string message = notes_of(path, {1}).at(1).message;
  EXPECT_LT(message.size(), 2100);
  EXPECT_EQ(message.substr(message.size() - 5), "ü...");
}

TEST(LogLines, are_those_of_regular_files_alone) {
  const Scratch scratch;
  const auto never = [](const std::string&) { FAIL(); };
  for_each_log_line(scratch / "none", never);
  for_each_log_line(scratch / "", never);
  const std::string pipe = scratch / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for_each_log_line(pipe, never);
  std::vector<std::string> lines;
  put(scratch / "log", "a\n\nbc\nlast");
  for_each_log_line(scratch / "log", [&](const std::string& line) { lines.push_back(line); });
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "bc", "last"}));
}

}  // namespace
}  // namespace trawl::io
