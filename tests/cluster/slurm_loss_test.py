"""Jobs on a real SLURM that lose ranks and nodes: the rest does the work, and the file has the same bytes."""
import os
import signal
import unittest

from command import COMPLETE
from submission import OUTPUT, LossTest, rank_process, sweep


class Losses(LossTest):
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


if __name__ == "__main__":
    unittest.main()
