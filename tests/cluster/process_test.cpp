#include "cluster/process.hpp"

#include <chrono>
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
  const ProcessResult result =
      run_process({"sh", "-c", "echo ${HOME-none} $TRAWL_TEST"}, 10, {"TRAWL_TEST=a b", "HOME"});
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

TEST(Process, is_killed_when_it_takes_too_long) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW(run_process({"sleep", "60"}, 0.1), IoError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

}  // namespace
}  // namespace trawl::cluster
