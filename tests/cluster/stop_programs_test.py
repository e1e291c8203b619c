"""Verbs that start programs: asked to stop, they leave no process and no directory behind."""
import os
import pathlib
import signal
import subprocess
import time
import unittest

from command import STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest

SWEEP = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.1")
STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def started_here(directory):
    """Processes that were started in the directory's name: by a word or variable that holds it."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z" and str(directory).encode() in known:
            found.append(int(entry.name))
    return found


class StopPrograms(CommandTest):
    def setUp(self):
        super().setUp()
        self.bin = self.directory / "bin"
        self.bin.mkdir()
        self.addCleanup(self.kill_leftovers)

    def kill_leftovers(self):
        for pid in started_here(self.directory):
            os.kill(pid, signal.SIGKILL)

    def program(self, name, script):
        """A program in PATH, before those of the machine."""
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def start(self, *words):
        environment = dict(os.environ, PATH=f"{self.bin}:{os.environ['PATH']}", TRAWL_TEST_DIRECTORY=str(self.directory))
        process = subprocess.Popen([TEST_STUDIES, *words], cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(process.stderr.close)
        return process

    def wait_until(self, condition, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.02)

    def check_end(self, process, code, timeout=60):
        _, errors = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, errors)
        self.assertEqual(started_here(self.directory), [], errors)
        return errors

    def check_nothing_left(self):
        self.assertEqual(self.files(), ["bin"])

    def test_scale_ends_mpirun_and_its_ranks(self):
        for stop in STOPS:
            process = self.start("scale", *SWEEP, "--nodes", "2", "--repeats", "1", "-o", "s.h5")
            self.wait_until(lambda: list(self.directory.glob("s.h5*/**/*.run.jsonl")), "does not run")
            self.assertGreaterEqual(len(started_here(self.directory)), 4)
            process.send_signal(stop)
            self.assertIn(stop.name, self.check_end(process, STOPPED_EARLY))
            self.check_nothing_left()

    def test_scale_kills_a_launcher_that_does_not_go(self):
        self.program("mpirun", "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 500; sleep 500' & "
                               f"touch {self.bin}/started; wait; wait")
        process = self.start("scale", *SWEEP, "--nodes", "1", "-o", "s.h5")
        self.wait_until((self.bin / "started").exists, "does not start")
        process.send_signal(signal.SIGTERM)
        time.sleep(2.2)
        process.send_signal(signal.SIGTERM)
        self.check_end(process, STOPPED_EARLY, timeout=20)
        self.check_nothing_left()

    def test_scale_refuses_numbers_of_nodes_that_tell_nothing(self):
        for nodes in ("100000", "1,1000"):
            done = self.expect(USAGE, "scale", *SWEEP, "--nodes", nodes, "-o", "s.h5")
            self.assertIn("processors", done.stderr)
        inside = ("env", "SLURM_JOB_ID=1", "SLURM_JOB_NUM_NODES=4")
        done = self.expect(USAGE, "scale", *SWEEP, "--nodes", "8", "--launcher", "srun", prefix=inside)
        self.assertIn("allocation", done.stderr)
        self.check_nothing_left()

    def test_following_a_job_ends_and_the_job_goes_on(self):
        self.program("sbatch", "echo 17")
        self.program("scancel", f"touch {self.bin}/cancelled")
        self.program("squeue", "echo '17|RUNNING|0:10|1:00|1|None'")
        for option, stop in zip(("--follow", "--wait", "--follow"), STOPS):
            process = self.start("submit", *SWEEP, option, "-o", "j.h5")
            self.wait_until((self.directory / "j.h5.job.json").exists, "is not queued")
            time.sleep(0.3)
            process.send_signal(stop)
            errors = self.check_end(process, STOPPED_EARLY, timeout=20)
            self.assertIn("job 17 stays queued or goes on", errors)
            self.assertFalse((self.bin / "cancelled").exists())
            (self.directory / "j.h5.job.json").unlink()

    def test_a_queue_that_does_not_answer_is_ended_with_the_verb(self):
        self.program("sbatch", "echo 17")
        self.program("squeue", f"touch {self.bin}/asked; sleep 500")
        process = self.start("submit", *SWEEP, "--wait", "-o", "j.h5")
        self.wait_until((self.bin / "asked").exists, "is not asked")
        process.send_signal(signal.SIGTERM)
        self.assertIn("job 17 stays queued", self.check_end(process, STOPPED_EARLY, timeout=30))
        (self.bin / "asked").unlink()
        process = self.start("submit", *SWEEP, "-o", "j.h5")  # asks about the job it noted
        self.wait_until((self.bin / "asked").exists, "is not asked")
        process.send_signal(signal.SIGINT)
        self.check_end(process, STOPPED_EARLY, timeout=30)

    def test_doctor_ends_what_it_launched(self):
        self.program("mpirun", f"touch {self.bin}/started; sleep 500")
        process = self.start("doctor")
        self.wait_until((self.bin / "started").exists, "does not start")
        process.send_signal(signal.SIGHUP)
        self.check_end(process, STOPPED_EARLY, timeout=30)
        self.check_nothing_left()


if __name__ == "__main__":
    unittest.main()
