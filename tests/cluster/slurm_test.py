"""Sweeps on a real SLURM of four virtual nodes: whatever happens to a job, the finished file has the same bytes."""
import pathlib
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).parent / "testbed"))

import slurm
from command import COMPLETE, TEST_STUDIES, CommandTest

# About four seconds on one thread.
SWEEP = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.004", "--seed", "5", "--flush-interval", "0.5")


class Slurm(CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(slurm.Cluster(nodes=4))

    def test_srun_on_four_nodes_gives_the_same_bytes_as_one_process(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        self.cluster.run("srun", "-N4", "-n4", "--mpi=pmix", "--no-kill", "--kill-on-bad-exit=0", TEST_STUDIES, "run",
                         *SWEEP, "-o", "four.h5", cwd=self.directory)
        self.assertEqual(self.sha256("four.h5"), self.sha256("alone.h5"))


if __name__ == "__main__":
    unittest.main()
