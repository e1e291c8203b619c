"""A run that knows its time limit starts nothing that would not end in time, and the next run continues."""
import json
import time
import unittest

from command import COMPLETE, STOPPED_EARLY, USAGE, CommandTest, mpirun

SWEEP = ("fragile", "--axis", "x=linspace:0,59,60", "--fix", "sleep=0.2", "--threads", "2", "--oversubscribe")  # 6 s


class TimeLimit(CommandTest):
    def last_end(self, name):
        lines = (self.directory / f"{name}.run.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == "end"][-1]

    def test_ends_the_run_in_time_and_the_next_runs_continue(self):
        start = time.monotonic()
        done = self.expect(STOPPED_EARLY, "run", *SWEEP, "-o", "a.h5", "--time-limit", "4")
        self.assertLess(time.monotonic() - start, 5)
        self.assertIn("out of time with", done.stderr)
        end = self.last_end("a.h5")
        self.assertGreaterEqual(end["longest_task_s"], 0.2)
        self.assertLess(end["longest_task_s"], 2)
        self.assertGreater(end["computed"], 4)
        self.expect(COMPLETE, "run", *SWEEP, "-o", "a.h5", "--time-limit", "1:00:00")
        self.expect(COMPLETE, "run", *SWEEP, "-o", "b.h5", prefix=mpirun(2))
        self.assertEqual(self.sha256("a.h5"), self.sha256("b.h5"))

    def test_that_is_too_short_for_any_point_starts_no_second_one(self):
        words = ("fragile", "--axis", "x=0,1,2,3,4,5", "--fix", "sleep=3", "--threads", "1", "-o", "a.h5")
        done = self.expect(STOPPED_EARLY, "run", *words, "--time-limit", "6")
        self.assertIn("5 tasks to do", done.stderr)

    def test_is_that_of_the_slurm_job_unless_told_otherwise(self):
        job = {"SLURM_JOB_ID": "1", "SLURM_JOB_END_TIME": str(int(time.time()) + 4)}
        prefix = ("env", *(f"{name}={value}" for name, value in job.items()))
        self.assertIn("out of time", self.expect(STOPPED_EARLY, "run", *SWEEP, "-o", "a.h5", prefix=prefix).stderr)
        self.expect(COMPLETE, "run", *SWEEP, "-o", "a.h5", "--time-limit", "0", prefix=prefix)

    def test_says_where_it_comes_from_when_it_ends_a_run(self):
        prefix = ("env", "SLURM_JOB_ID=4711", f"SLURM_JOB_END_TIME={int(time.time()) + 4}")
        done = self.expect(STOPPED_EARLY, "run", *SWEEP, "-o", "a.h5", prefix=prefix)
        self.assertIn("the time limit is that of SLURM_JOB_END_TIME, of job 4711", done.stderr)
        done = self.expect(STOPPED_EARLY, "run", *SWEEP, "-o", "b.h5", "--time-limit", "1")
        self.assertIn("the time limit is that of --time-limit", done.stderr)

    def test_of_an_earlier_job_is_ignored(self):
        prefix = ("env", "SLURM_JOB_ID=4711", f"SLURM_JOB_END_TIME={int(time.time()) - 100}")
        done = self.expect(COMPLETE, "run", "fragile", "--axis", "x=0,1", "-o", "a.h5", prefix=prefix)
        self.assertIn("SLURM_JOB_END_TIME, of job 4711 is past", done.stderr)

    def test_is_refused_if_it_is_no_time(self):
        for limit in ("soon", "-1", "1:2:3:4", "", "5m"):
            self.expect(USAGE, "run", *SWEEP, "--time-limit", limit)
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
