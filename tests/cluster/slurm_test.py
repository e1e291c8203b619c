"""Sweeps as jobs of a real SLURM of four virtual nodes: however they are run, the finished file has the same bytes."""
import unittest

from command import COMPLETE, FAILED_POINTS, STOPPED_EARLY, USAGE
from submission import OUTPUT, SubmissionTest, slurm, sweep

SHORT = sweep(400, 0.01)  # four seconds on one thread
LONG = sweep(600, 0.1)    # a minute


class Slurm(SubmissionTest):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(slurm.Cluster(nodes=4))

    def ranks_at_work(self):
        return {event["rank"] for event in self.events("worker")}

    def test_srun_alone_gives_the_same_bytes_as_one_process(self):
        expected = self.whole(SHORT)
        self.expect(COMPLETE, "run", *SHORT, "-o", OUTPUT,
                    prefix=("srun", "-N4", "-n4", "--mpi=pmix", "--no-kill", "--kill-on-bad-exit=0"))
        self.assertEqual(self.sha256(OUTPUT), expected)
        self.assertEqual(self.ranks_at_work(), {0, 1, 2, 3})

    def test_jobs_on_any_nodes_give_the_same_bytes_as_one_process(self):
        expected = self.whole(SHORT)
        for options, ranks in (("--nodes", 2), 2), (("--nodes", 4), 4), (("--nodes", 2, "--ntasks-per-node", 2), 4), \
                (("--nodes", 2, "--cpus-per-task", 1), 2), (("--nodes", 2, "--launcher", "mpirun"), 2):
            self.submit(SHORT, "--wait", "--time", 5, *options)
            self.assertEqual(self.sha256(OUTPUT), expected, f"{options}\n{self.log()}")
            self.assertEqual(self.ranks_at_work(), set(range(ranks)), options)
            for path in self.directory.glob(OUTPUT + "*"):
                path.unlink()

    def test_a_job_in_a_directory_with_a_space_shows_its_log(self):
        (self.directory / "my data").mkdir()
        done = self.expect(COMPLETE, "submit", *SHORT, "-o", f"my data/{OUTPUT}", "--follow")
        self.assertIn("complete: 400 tasks", done.stderr)
        self.assertIn("my data/out.h5", done.stderr)

    def test_a_cancelled_job_stays_so_until_it_is_submitted_again(self):
        expected = self.whole(LONG)
        job = self.submit(LONG, "--nodes", 2, "--time", 5).stdout.strip()
        self.wait_for_results()
        status = self.status()
        self.assertEqual(status["job"]["id"], job)
        self.assertEqual(self.job_states(), {"RUNNING"})
        self.assertGreater(status["rate_per_s"], 1)
        self.assertLess(status["job"]["states"][0]["left_s"], 300)
        text = self.expect(COMPLETE, "status", OUTPUT).stdout
        self.assertRegex(text, rf"job {job}: RUNNING, 2 nodes, for .* of its time limit left")
        self.assertIn(f"job {job} already computes this file", self.submit(LONG, code=USAGE).stderr)
        self.assertEqual(self.expect(COMPLETE, "cancel", OUTPUT).stdout.strip(), job)
        self.wait_until(lambda: self.job_states() == {"CANCELLED"}, "the job is not cancelled")
        self.expect(STOPPED_EARLY, "status", OUTPUT, "--exit-code")
        self.submit(LONG, "--nodes", 4, "--wait")
        self.assertEqual(self.sha256(OUTPUT), expected)
        self.assertGreater(self.events("start")[-1]["done_before"], 0)
        self.expect(COMPLETE, "status", OUTPUT, "--exit-code", "--watch")

    def test_an_array_of_three_jobs_merges_into_the_same_bytes(self):
        expected = self.whole(SHORT)
        self.submit(SHORT, "--array", 3, "--wait")
        status = self.status()
        self.assertTrue(status["complete"], status)
        self.assertEqual((status["tasks"], len(status["job"]["states"])), (400, 3))
        self.expect(COMPLETE, "merge", OUTPUT)
        self.assertEqual(self.sha256(OUTPUT), expected)

    def test_the_exit_code_of_a_job_is_that_of_its_sweep(self):
        failing = (*SHORT, "--fix", "fault=throws", "--fix", "at=17")
        self.submit(failing, "--wait", code=FAILED_POINTS)
        self.assertEqual(self.status()["failed"], 1)

    def test_what_slurm_refuses_is_said(self):
        done = self.submit(SHORT, "--partition", "nosuch", code=USAGE)
        self.assertRegex(done.stderr, "SLURM refuses the job .*invalid partition")

    def test_a_job_that_waits_for_another_runs_after_it(self):
        first = self.submit(SHORT, "--nodes", 1).stdout.strip()
        self.submit(SHORT, "--wait", "--dependency", f"afterany:{first}")
        self.assertTrue(self.status()["complete"])
        self.assertEqual(len(self.events("start")), 1)


if __name__ == "__main__":
    unittest.main()
