#include "cluster/process.hpp"

#include <signal.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

TEST(Process, gives_the_exit_code_and_both_outputs) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_EQ(result.errors, "err\n");
}

TEST(Process, passes_arguments_as_they_are) {
  const ProcessResult result = run_process({"printf", "%s|", "a b", "$(id)", "'; rm x", ""});
  EXPECT_EQ(result.output, "a b|$(id)|'; rm x||");
}

TEST(Process, tells_which_signal_ended_it) {
  EXPECT_EQ(run_process({"sh", "-c", "kill -TERM $$"}).code, 128 + 15);
}

TEST(Process, has_an_empty_standard_input) {
  EXPECT_EQ(run_process({"cat"}).output, "");
}

TEST(Process, takes_more_output_than_a_pipe_holds_on_both) {
  const ProcessResult result = run_process({"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"});
  EXPECT_EQ(result.output.size(), 1000000u);
  EXPECT_EQ(result.errors.size(), 1000000u);
}

TEST(Process, sets_and_takes_away_variables) {
  const ProcessResult result = run_process({"sh", "-c", "echo ${HOME-none} $TRAWL_TEST"}, 10, WhenStopped::wait_for_it,
                                           {"TRAWL_TEST=a b", "HOME"});
  EXPECT_EQ(result.output, "none a b\n");
}

TEST(Process, says_which_program_is_missing) {
  try {
    run_process({"trawl-no-such-program"});
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("cannot start trawl-no-such-program"), std::string::npos);
  }
}

bool lives(const std::string& pid) {
  const std::string stat = run_process({"sh", "-c", "cat /proc/" + pid + "/stat 2>/dev/null"}).output;
  return !stat.empty() && stat.substr(stat.rfind(')') + 2, 1) != "Z";
}

/// Each ignores SIGTERM, as does its child, which is in a session of its own.
constexpr const char* stubborn =
    "trap '' TERM; setsid sh -c 'echo $$ >&2; sleep 60; sleep 60' & echo $$ >&2; wait; wait";

TEST(Process, is_killed_with_its_children_when_it_takes_too_long) {
  const std::string file = ::testing::TempDir() + "trawl_process_test_pids";
  EXPECT_THROW(run_process({"sh", "-c", "exec 2>" + file + "; " + stubborn}, 0.5), IoError);
  std::ifstream pids(file);
  int seen = 0;
  for (std::string pid; pids >> pid; ++seen) EXPECT_FALSE(lives(pid)) << pid;
  EXPECT_EQ(seen, 2);
  std::remove(file.c_str());
}

TEST(Process, is_not_waited_for_longer_than_it_runs) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_process({"sh", "-c", "sleep 30 & echo started"}).output, "started\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "its child holds the outputs open";
}

TEST(Process, does_not_inherit_what_we_ignore) {
  signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(run_process({"sh", "-c", "kill -PIPE $$; echo alive"}).code, 128 + SIGPIPE);
  signal(SIGPIPE, SIG_DFL);
}

TEST(Process, is_killed_when_it_takes_too_long) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run_process({"sleep", "60"}, 0.1), IoError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace trawl::cluster
