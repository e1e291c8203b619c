"""Jobs on a SLURM of the test's own."""
import json
import os
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).parent / "testbed"))

import slurm
from command import COMPLETE, TEST_STUDIES, CommandTest

OUTPUT = "out.h5"


def sweep(points, sleep):
    """Words for a sweep of `points` points of `sleep` seconds each. A dead rank is noticed within three seconds."""
    return ("fragile", "--axis", f"x=linspace:0,{points - 1},{points}", "--fix", f"sleep={sleep}", "--seed", "5",
            "--flush-interval", "0.5", "--heartbeat", "0.2", "--lease", "3")


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


class SubmissionTest(CommandTest):
    cluster: slurm.Cluster

    def command(self, *words, program=TEST_STUDIES, prefix=(), timeout=150):
        return self.cluster.run(*prefix, program, *words, check=False, cwd=self.directory, timeout=timeout)

    def submit(self, words, *options, code=COMPLETE):
        """Submits a sweep; the finished command."""
        return self.expect(code, "submit", *words, "-o", OUTPUT, *options)

    def whole(self, words):
        """The digest that a single process gives."""
        self.expect(COMPLETE, "run", *words, "--threads", 8, "--oversubscribe", "-o", "whole.h5")
        return self.sha256("whole.h5")

    def log(self):
        path = self.directory / f"{OUTPUT}.job.log"
        return path.read_text() if path.exists() else ""

    def events(self, kind):
        path = self.directory / f"{OUTPUT}.run.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def status(self):
        return json.loads(self.expect(COMPLETE, "status", OUTPUT, "--json").stdout)

    def wait_until(self, condition, what, seconds=120):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what}\n{self.log()}")
            time.sleep(0.2)

    def wait_for_results(self):
        """Until the job has written something, and has more to do."""
        self.wait_until(lambda: (self.directory / OUTPUT).exists() and self.status()["done"] > 0, "nothing is done")
        self.assertFalse(self.status()["complete"], "the sweep is too short for this test")

    def job_states(self):
        return {job["state"] for job in self.status()["job"]["states"]}


class LossTest(SubmissionTest):
    """A cluster for each test, since nodes of it die."""

    def setUp(self):
        super().setUp()
        self.cluster = self.enterContext(slurm.Cluster(nodes=4))

    def finish(self, expected):
        self.wait_until(lambda: self.job_states() == {"COMPLETED"}, "the job does not complete")
        self.assertEqual(self.sha256(OUTPUT), expected, self.log())
