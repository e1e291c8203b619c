"""Jobs on a real SLURM that have to start again: they continue, and the file has the same bytes."""
import os
import signal
import unittest

from submission import LossTest, rank_process, sweep


class Requeues(LossTest):
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
