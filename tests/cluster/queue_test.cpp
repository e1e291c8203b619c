#include "cluster/slurm/queue.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "cluster/slurm/job_note.hpp"
#include "engine/error.hpp"
#include "io/run_history.hpp"
#include "tests/cluster/scratch_file.hpp"

namespace trawl::cluster {
namespace {

TEST(Squeue, is_read_line_by_line) {
  const auto jobs = parse_squeue(
      "17|RUNNING|1-02:03:04|5:00|4|None\n18_2|PENDING|0:00|1:00:00|2|Priority\n19|RUNNING|1:00|UNLIMITED|1|None\n");
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0].id, "17");
  EXPECT_EQ(jobs[0].state, "RUNNING");
  EXPECT_EQ(jobs[0].reason, "");
  EXPECT_EQ(jobs[0].elapsed_s, 93784);
  EXPECT_EQ(jobs[0].left_s, 300);
  EXPECT_EQ(jobs[0].nodes, 4);
  EXPECT_EQ(jobs[1].id, "18_2");
  EXPECT_EQ(jobs[1].reason, "Priority");
  EXPECT_TRUE(std::isnan(jobs[1].left_s));  // it does not run
  EXPECT_TRUE(std::isnan(jobs[2].left_s));
}

TEST(Squeue, that_makes_no_sense_says_nothing) {
  EXPECT_TRUE(parse_squeue("").empty());
  EXPECT_TRUE(parse_squeue("squeue: error\n17|RUNNING\n\n||\n").empty());
  EXPECT_EQ(parse_squeue("1\x1b[2J|A|B|C|D|E\n").at(0).id, "1\\x1b[2J");  // does not drive a terminal
}

TEST(Sacct, names_who_cancelled_beside_the_state) {
  const auto jobs = parse_sacct("17|CANCELLED by 1000|00:01:30|4\n");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].state, "CANCELLED");
  EXPECT_EQ(jobs[0].elapsed_s, 90);
}

TEST(JobState, has_ended_unless_slurm_may_go_on_with_the_job) {
  for (const char* state : {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"})
    EXPECT_TRUE(has_ended(state)) << state;
  for (const char* state : {"PENDING", "RUNNING", "COMPLETING", "REQUEUED", "SUSPENDED", "CONFIGURING"})
    EXPECT_FALSE(has_ended(state)) << state;
}

class JobNoteTest : public ::testing::Test {
 protected:
  void TearDown() override { unlink((output.path() + ".job.json").c_str()); }

  test::ScratchFile output{""};
};

TEST_F(JobNoteTest, is_read_as_it_was_written) {
  EXPECT_FALSE(read_job_note(output.path()));
  write_job_note(output.path(), {"17", 3, "/a/b.log"});
  write_job_note(output.path(), {"18", 4, "/a/c.log"});
  const auto note = read_job_note(output.path());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->job_id, "18");
  EXPECT_EQ(note->shards, 4u);
  EXPECT_EQ(note->log, "/a/c.log");
}

TEST_F(JobNoteTest, that_is_damaged_is_refused) {
  write_job_note(output.path(), {"--all", 1, ""});
  EXPECT_THROW(read_job_note(output.path()), UsageError);
  write_job_note(output.path(), {"17", 0, ""});
  EXPECT_THROW(read_job_note(output.path()), UsageError);
}

TEST(RunHistory, knows_the_last_run_and_the_longest_task_of_all) {
  const test::ScratchFile log(
      "{\"time\":\"2026-01-31T12:00:00.000Z\",\"event\":\"start\",\"ranks\":2,\"done_before\":5}\n"
      "{\"time\":\"2026-01-31T12:00:10.000Z\",\"event\":\"end\",\"longest_task_s\":2.5}\n"
      "{\"event\":\"start\" damaged\n"
      "{\"time\":\"2026-01-31T13:00:00.500Z\",\"event\":\"start\",\"ranks\":4,\"done_before\":7}\n"
      "{\"time\":\"2026-01-31T13:00:05.000Z\",\"event\":\"progress\",\"remaining_s\":70.5}\n"
      "{\"time\":\"2026-01-31T13:01:05.000Z\",\"event\":\"progress\",\"remaining_s\":12.5}\n"
      "{\"time\":\"2026-01-31T13:02:05.000Z\",\"event\":\"progress\",\"remaining_s\":null}\n");
  const io::RunHistory history = io::read_run_history(log.path());
  EXPECT_EQ(history.longest_task_s, 2.5);
  ASSERT_TRUE(history.last);
  EXPECT_EQ(history.last->started, 1769864400);  // date -u -d 2026-01-31T13:00:00 +%s
  EXPECT_EQ(history.last->done_before, 7u);
  EXPECT_EQ(history.last->ranks, 4);
  EXPECT_EQ(history.last->remaining_s, 12.5);
  EXPECT_EQ(history.last->said, 1769864465);
  EXPECT_FALSE(history.last->ended);
  EXPECT_FALSE(io::read_run_history("/no such file").last);
}

}  // namespace
}  // namespace trawl::cluster
