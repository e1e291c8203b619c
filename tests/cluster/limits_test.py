"""A machine's limits on threads, memory and files: no hang, no signal, one line, and never a failure held against a point."""
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import h5py

from command import BINARY_DIR, COMPLETE, FAILED_POINTS, IO_ERROR, STOPPED_EARLY, CommandTest, mpirun

FAIL_RESOURCES = str(BINARY_DIR / "tests/cluster/libfail_resources.so")
OTHER_USER = 12345
SOON = 30  # seconds; a run takes well under one
POINTS = 6


def limits(**values):
    """Sets limits in the child, as another user if we are root, for whom there is no limit on processes."""
    def apply():
        for name, value in values.items():
            number = getattr(resource, "RLIMIT_" + name)
            resource.setrlimit(number, (value, value))
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(OTHER_USER)
            os.setuid(OTHER_USER)
    return apply


class Limits(CommandTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.directory, 0o777)
        self.undisturbed = None

    def words(self, *more, sleep=0):
        return ["run", "fragile", "--axis", f"x=linspace:0,{POINTS - 1},{POINTS}", "--fix", f"sleep={sleep}",
                "--threads", "3", "--oversubscribe", "-o", "a.h5", *more]

    def start(self, *words, program=None, environment=None, prefix=(), **limited):
        """Runs a command that must end soon and by itself."""
        from command import TEST_STUDIES
        command = [*prefix, program or TEST_STUDIES, *map(str, words)]
        return subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=SOON, check=False,
                              env={**os.environ, **(environment or {})},
                              preexec_fn=limits(**limited) if limited else None)

    def statuses(self, name="a.h5"):
        with h5py.File(self.directory / name, "r") as file:
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
        if done.returncode == IO_ERROR:
            own = [line for line in done.stderr.splitlines() if line.startswith("trawl: ")]
            self.assertGreaterEqual(len(own), 1, text)
            self.assertNotIn("this is a bug", text)
        left = [name for name in self.files() if ".tmp." in name or ".inflight" in name]
        if (self.directory / "a.h5").exists():
            self.assertLessEqual(set(self.statuses()), {0, 1}, text)
        if done.returncode != COMPLETE:
            self.assertEqual(left, [], text)
        self.expect(COMPLETE, *self.words(*more))
        self.assertEqual(self.sha256("a.h5"), whole, text)
        self.remove_all()

    def test_every_thread_creation_may_fail(self):
        whole = self.bytes_undisturbed()
        failed = 0
        for every_later in ({}, {"FAIL_FROM": "1"}):
            for k in range(1, 9):
                marker = self.directory / "failed"
                done = self.start(*self.words(), environment={
                    "LD_PRELOAD": FAIL_RESOURCES, "FAIL_CALL": "pthread_create", "FAIL_AT": str(k),
                    "FAIL_MARKER": str(marker), **every_later})
                if not marker.exists():
                    self.assertEqual(done.returncode, COMPLETE, done.stderr)
                    self.remove_all()
                    break
                failed += 1
                marker.unlink()
                self.assertEqual(done.returncode, IO_ERROR if every_later and k == 1 else COMPLETE, done.stderr)
                self.assertIn("thread", done.stderr)
                self.check(done, whole)
        self.assertGreaterEqual(failed, 6)

    def test_every_allocation_may_fail(self):
        whole = self.bytes_undisturbed()
        for every_later in ({}, {"FAIL_FROM": "1"}):
            k = 1
            while True:
                marker = self.directory / "failed"
                done = self.start(*self.words(), environment={
                    "LD_PRELOAD": FAIL_RESOURCES, "FAIL_CALL": "malloc", "FAIL_AT": str(k),
                    "FAIL_MARKER": str(marker), **every_later})
                if not marker.exists():
                    self.assertEqual(done.returncode, COMPLETE, done.stderr)
                    self.remove_all()
                    break
                marker.unlink()
                with self.subTest(k=k, every_later=every_later):
                    self.check(done, whole)
                k = k + 1 + k * 2 // 5
        self.assertGreater(k, 1000)

    def test_few_threads(self):
        """Other processes of this user count, so that only the oracle is the same everywhere."""
        whole = self.bytes_undisturbed()
        for number in (1, 2, 3, 4, 6, 10):
            with self.subTest(number=number):
                self.check(self.start(*self.words(sleep=0.01), NPROC=number), None or self.slow_whole())

    def slow_whole(self):
        if self.undisturbed is None:
            aside = {path.name: path.read_bytes() for path in self.directory.iterdir()}
            self.remove_all()
            self.expect(COMPLETE, *self.words(sleep=0.01))
            self.undisturbed = self.sha256("a.h5")
            self.remove_all()
            for name, data in aside.items():
                self.write(name, data)
        return self.undisturbed


if __name__ == "__main__":
    unittest.main()
