"""Jobs that lose their time, a node or their master on a real SLURM: they go on and give the same bytes."""
import os
import pathlib
import signal
import unittest

from command import COMPLETE
from submission import OUTPUT, SubmissionTest, slurm, sweep


def rank_process(cluster, rank):
    """The process that is a rank of a job."""
    for pid in slurm.descendants(os.getpid()):
        try:
            variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"run" in words[1:2] and f"PMIX_RANK={rank}".encode() in variables:
            return pid
    raise LookupError(f"rank {rank} does not run")


class Losses(SubmissionTest):
    def setUp(self):
        super().setUp()
        self.cluster = self.enterContext(slurm.Cluster(nodes=4))

    def finish(self, expected):
        self.wait_until(lambda: self.job_states() == {"COMPLETED"}, "the job does not complete")
        self.assertEqual(self.sha256(OUTPUT), expected, self.log())

    def test_a_job_whose_time_is_up_starts_again_and_continues(self):
        """SLURM's shortest limit is a minute; its warning comes 30 to 45 seconds before."""
        words = sweep(640, 0.4)  # half a minute for four nodes
        expected = self.whole(words)
        self.submit(words, "--nodes", 4, "--time", 1)
        self.finish(expected)
        starts, ends = self.events("start"), self.events("end")
        self.assertEqual([end["exit_code"] for end in ends[:-1]], [75] * (len(starts) - 1))
        self.assertGreaterEqual(len(starts), 2)
        self.assertGreater(starts[1]["done_before"], 0)
        self.assertIn("starts again", self.log())

    def test_a_node_that_dies_costs_only_its_ranges(self):
        words = sweep(600, 0.1)
        expected = self.whole(words)
        self.submit(words, "--nodes", 3)
        self.wait_for_results()
        self.cluster.kill_node("n3")
        self.wait_until(lambda: self.status()["complete"], "the sweep does not complete")
        self.cluster.declare_down("n3")
        self.finish(expected)
        self.assertEqual([event["rank"] for event in self.events("worker_lost")], [2])
        self.assertEqual(len(self.events("start")), 1)

    def test_a_rank_that_is_killed_or_stopped_costs_only_its_ranges(self):
        words = sweep(600, 0.1)
        expected = self.whole(words)
        self.submit(words, "--nodes", 4)
        self.wait_for_results()
        os.kill(rank_process(self.cluster, 1), signal.SIGKILL)
        os.kill(rank_process(self.cluster, 2), signal.SIGSTOP)
        self.wait_until(lambda: self.status()["complete"], "the sweep does not complete")
        self.assertEqual(self.sha256(OUTPUT), expected, self.log())
        self.assertEqual({event["rank"] for event in self.events("worker_lost")}, {1, 2})
        self.assertEqual(self.events("end")[-1]["exit_code"], COMPLETE)
        self.finish(expected)

    def test_a_job_that_loses_its_master_starts_again(self):
        words = sweep(600, 0.1)
        expected = self.whole(words)
        self.submit(words, "--nodes", 3)
        self.wait_for_results()
        os.kill(rank_process(self.cluster, 0), signal.SIGKILL)
        self.finish(expected)
        self.assertEqual(len(self.events("start")), 2)

    def test_a_job_that_loses_the_node_of_its_script_starts_again_elsewhere(self):
        words = sweep(600, 0.1)
        expected = self.whole(words)
        self.submit(words, "--nodes", 3)
        self.wait_for_results()
        self.cluster.kill_node("n1")
        self.wait_until(lambda: self.job_states() == {"COMPLETING"}, "nobody ends the job without a script")
        self.cluster.declare_down("n1")
        self.finish(expected)
        self.assertEqual(len(self.events("start")), 2)


if __name__ == "__main__":
    unittest.main()
