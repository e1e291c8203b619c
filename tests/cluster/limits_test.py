"""A machine's limits on threads, memory and files: no hang, no signal, a line, and never a failure held against a point."""
import json
import os
import resource
import signal
import subprocess
import time
import unittest

import h5py

from command import BINARY_DIR, COMPLETE, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest, mpirun

FAIL_RESOURCES = str(BINARY_DIR / "tests/cluster/libfail_resources.so")
OTHER_USER = 12345
SOON = 60  # seconds; a run takes well under one
NO_LIBRARIES = 127  # the dynamic loader's own code
POINTS = 6


def limiting(limits):
    """Sets limits in the child; as another user if we are root, for whom there is no limit on processes."""
    def apply():
        for name, value in limits.items():
            number = getattr(resource, "RLIMIT_" + name)
            resource.setrlimit(number, (value, value))
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(OTHER_USER)
            os.setuid(OTHER_USER)
    return apply


class LimitsTest(CommandTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.directory, 0o777)

    def words(self, *more, threads=3):
        return ["run", "fragile", "--axis", f"x=linspace:0,{POINTS - 1},{POINTS}", "--threads", str(threads),
                "--oversubscribe", "-o", "a.h5", *more]

    def start(self, words, environment=None, prefix=(), **limits):
        """Runs a command that must end soon and by itself."""
        return subprocess.run([*prefix, TEST_STUDIES, *words], cwd=self.directory, capture_output=True, text=True,
                              timeout=SOON, check=False, env={**os.environ, **(environment or {})},
                              preexec_fn=limiting(limits) if limits else None)

    def statuses(self):
        with h5py.File(self.directory / "a.h5", "r") as file:
            return file["status"][()].ravel().tolist()

    def remove_all(self):
        for path in self.directory.iterdir():
            path.unlink()

    def bytes_undisturbed(self, *more):
        self.remove_all()
        self.expect(COMPLETE, *self.words(*more))
        data = self.sha256("a.h5")
        self.remove_all()
        return data

    def check(self, done, whole, *more):
        """After a run that lacked something: the exit code is in the table, no point is blamed, and the same command
        without limits gives the bytes of an undisturbed run."""
        text = f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        self.assertIn(done.returncode, (COMPLETE, IO_ERROR, STOPPED_EARLY), text)
        self.assertNotIn("a bug", text)
        if done.returncode == IO_ERROR:
            self.assertTrue(any(line.startswith("trawl: ") for line in done.stderr.splitlines()), text)
        self.assertEqual([name for name in self.files() if ".tmp." in name or ".inflight" in name], [], text)
        if (self.directory / "a.h5").exists():
            self.assertLessEqual(set(self.statuses()), {0, 1}, text)
        again = self.command(*self.words(*more))
        self.assertEqual(again.returncode, COMPLETE, f"{text}\n{again.stderr}")
        self.assertEqual(self.sha256("a.h5"), whole, text)
        self.remove_all()


class EveryFailure(LimitsTest):
    def fail(self, call, k, later):
        """The k-th call fails; returns the run and whether there were as many."""
        marker = self.directory / "failed"
        done = self.start(self.words(), environment={
            "LD_PRELOAD": FAIL_RESOURCES, "FAIL_CALL": call, "FAIL_AT": str(k), "FAIL_MARKER": str(marker),
            **({"FAIL_FROM": "1"} if later else {})})
        failed = marker.exists()
        if failed:
            marker.unlink()
        else:
            self.assertEqual(done.returncode, COMPLETE, done.stderr)
            self.remove_all()
        return done, failed

    def test_of_a_thread_creation_means_fewer_threads(self):
        whole = self.bytes_undisturbed()
        for later in (False, True):
            for k in range(1, 4):
                done, failed = self.fail("pthread_create", k, later)
                self.assertTrue(failed)
                left = k - 1
                self.assertEqual(done.returncode, COMPLETE if left else IO_ERROR, done.stderr)
                said = f"only {left} of 3 threads" if left else "no thread can be started"
                self.assertEqual(done.stderr.count(said), 1, done.stderr)
                self.check(done, whole)
            self.assertFalse(self.fail("pthread_create", 4, later)[1], "threads are started once")

    def test_of_an_allocation_is_held_against_no_point(self):
        whole = self.bytes_undisturbed()
        for later in (False, True):
            k, failed = 1, True
            while True:
                done, failed = self.fail("new", k, later)
                if not failed:
                    break
                with self.subTest(k=k, later=later):
                    self.check(done, whole)
                k += 1 + k // 3
            self.assertGreater(k, 500)


class Limits(LimitsTest):
    def test_on_processes(self):
        whole = self.bytes_undisturbed("--fix", "sleep=0.01")
        for number in (1, 2, 3, 4, 10):
            done = self.start(self.words("--fix", "sleep=0.01"), NPROC=number)
            with self.subTest(number=number):
                self.check(done, whole, "--fix", "sleep=0.01")

    def test_on_memory(self):
        whole = self.bytes_undisturbed()
        codes = set()
        for mib in range(20, 72, 3):
            done = self.start(self.words(), AS=mib << 20)
            if done.returncode == NO_LIBRARIES:
                continue
            codes.add(done.returncode)
            with self.subTest(mib=mib):
                self.check(done, whole)
        self.assertEqual(codes, {COMPLETE, IO_ERROR})

    def test_on_files(self):
        whole = self.bytes_undisturbed()
        for number in range(4, 12):
            done = self.start(self.words(), NOFILE=number)
            with self.subTest(number=number):
                if done.returncode != NO_LIBRARIES:
                    self.check(done, whole)

    def test_on_the_other_verbs(self):
        self.expect(COMPLETE, *self.words())
        verbs = [["list"], ["describe", "fragile"], ["plan", "fragile", "--axis", "x=1,2"], ["status", "a.h5"],
                 ["digest", "a.h5"], ["replay", "a.h5", "--point", "1"], ["export", "a.h5"], ["report", "a.h5"]]
        for limits in ({"NPROC": 1}, {"NPROC": 3}, {"AS": 40 << 20}, {"AS": 48 << 20}, {"NOFILE": 4}, {"NOFILE": 6}):
            for words in verbs:
                done = self.start(words, **limits)
                with self.subTest(limits=limits, words=words):
                    if done.returncode == NO_LIBRARIES:
                        continue
                    self.assertIn(done.returncode, (COMPLETE, USAGE, IO_ERROR), done.stderr)
                    self.assertLessEqual(len(done.stderr.splitlines()), 1, done.stderr)
                    self.assertNotIn("a bug", done.stderr)

    def test_under_mpi(self):
        whole = self.bytes_undisturbed()
        for limit in (60000, 100000, 300000):
            limited = ["bash", "-c", f"ulimit -v {limit}; exec \"$@\"", "-"]
            done = self.start(self.words(), prefix=[*mpirun(2), *limited])
            with self.subTest(limit=limit):
                self.check(done, whole)


class ShortPoints(LimitsTest):
    """Points that fail because the machine lacks something are no results."""

    def check_pending(self, fault, lacking, prefix=()):
        words = self.words("--fix", f"fault={fault}", "--fix", "at=2")
        done = self.start(words, prefix=prefix)
        self.assertEqual(done.returncode, STOPPED_EARLY, done.stderr)
        self.assertEqual(self.statuses(), [1, 1, 0, 1, 1, 1])
        self.assertIn(f"task 2 (x = 2) stays pending: for want of {lacking}", done.stderr)
        self.assertIn("not complete, 1 task failed for want of a resource: 5 tasks computed", done.stderr)
        log = [json.loads(line) for line in (self.directory / "a.h5.run.jsonl").read_text().splitlines()]
        failures = [line for line in log if line["event"] == "failure"]
        self.assertEqual([(f["task"], f["status"], f["parameters"]) for f in failures], [(2, "pending", {"x": 2.0})] * 2)
        self.assertEqual([f["message"].rpartition("; ")[2] for f in failures],
                         ["tried once more, alone, at the end", "left to another run"])
        self.assertEqual(log[-1]["exit_code"], STOPPED_EARLY)
        again = self.start(words)
        self.assertEqual((again.returncode, self.statuses()), (STOPPED_EARLY, [1, 1, 0, 1, 1, 1]))
        self.assertEqual([name for name in self.files() if "inflight" in name], [])

    def test_of_memory(self):
        self.check_pending("no_memory", "memory")

    def test_of_threads(self):
        self.check_pending("no_threads", "threads or processes")

    def test_of_memory_on_another_rank(self):
        self.check_pending("no_memory", "memory", prefix=mpirun(3))


class Leaving(LimitsTest):
    """The process leaves at once, whatever a thread holds that never returns."""

    def check_leaves(self, fault, prefix=()):
        started = time.monotonic()
        done = self.start(self.words("--fix", f"fault={fault}", "--fix", "at=2", "--point-timeout", "1"), prefix=prefix)
        self.assertLess(time.monotonic() - started, 25, done.stderr)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(self.statuses(), [1, 1, 4, 1, 1, 1])
        self.assertIn("1 timed_out", done.stderr)
        self.remove_all()

    def test_a_point_that_reads_a_pipe(self):
        self.check_leaves("reads_a_pipe")

    def test_a_point_that_holds_the_locks_of_stdout_and_stderr(self):
        self.check_leaves("holds_stdio")

    def test_under_mpi(self):
        self.check_leaves("holds_stdio", mpirun(2))

    def test_a_stop_waits_no_longer_than_the_grace(self):
        words = self.words("--fix", "fault=holds_stdio", "--fix", "at=2", "--grace", "0.5")
        process = subprocess.Popen([TEST_STUDIES, *words], cwd=self.directory, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        _, text = process.communicate(timeout=20)
        self.assertEqual(process.returncode, STOPPED_EARLY, text)

    def test_plan_leaves_too(self):
        done = self.start(["plan", "fragile", "--axis", "x=2", "--fix", "fault=reads_a_pipe", "--fix", "at=2"])
        self.assertEqual(done.returncode, COMPLETE, done.stderr)

    def test_a_thread_that_cannot_be_replaced_ends_the_run(self):
        done = self.start(self.words("--fix", "fault=never_returns", "--fix", "at=2", "--point-timeout", "0.5", threads=1),
                          environment={"LD_PRELOAD": FAIL_RESOURCES, "FAIL_CALL": "pthread_create", "FAIL_AT": "2",
                                       "FAIL_FROM": "1"})
        self.assertEqual(done.returncode, STOPPED_EARLY, done.stderr)
        self.assertEqual(self.statuses(), [1, 1, 4, 0, 0, 0])


if __name__ == "__main__":
    unittest.main()
