"""System calls that fail and processes that are killed leave a file that opens and can be continued to the same bytes."""
import errno
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

import h5py

BINARIES = os.path.join(os.environ["TRAWL_BINARY_DIR"], "tests", "io")
WRITE_SAMPLE = os.path.join(BINARIES, "write_sample")
FAIL_CALLS = os.path.join(BINARIES, "libfail_calls.so")


class Faults(unittest.TestCase):
    def setUp(self):
        # In memory if there is such a place: hundreds of fsyncs are slow on a disk.
        self.directory = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.path = os.path.join(self.directory.name, "a.h5")
        self.marker = os.path.join(self.directory.name, "failed")

    def tearDown(self):
        self.directory.cleanup()

    def write(self, sample, environment=None, range_size=7, flush_every=5):
        command = [WRITE_SAMPLE, sample, self.path, str(range_size), str(flush_every)]
        result = subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True)
        return result.returncode, result.stderr

    def untouched(self, sample):
        self.assertEqual(self.write(sample), (0, ""))
        return self.take_bytes()

    def take_bytes(self):
        """The finished file's bytes; the directory is empty afterwards."""
        with open(self.path, "rb") as file:
            data = file.read()
        os.remove(self.path)
        self.assertEqual(os.listdir(self.directory.name), [])
        return data

    def check_opens_if_there(self):
        if os.path.exists(self.path):
            with h5py.File(self.path, "r") as file:
                self.assertIn("status", file)

    def fail_every(self, sample, call, number):
        """Fails the first, second, third ... call until a run has fewer; returns how many there were."""
        whole = self.untouched(sample)
        k = 0
        while True:
            k += 1
            failure = {"LD_PRELOAD": FAIL_CALLS, "FAIL_CALL": call, "FAIL_AT": str(k), "FAIL_ERRNO": str(number),
                       "FAIL_MARKER": self.marker}
            code, message = self.write(sample, failure)
            if not os.path.exists(self.marker):
                self.assertEqual(code, 0)
                self.assertEqual(self.take_bytes(), whole)
                return k - 1
            os.remove(self.marker)
            if number == 0:
                self.assertEqual((code, message), (0, ""))
            else:
                self.assertEqual(code, 74, f"{call} number {k}: {message}")
                self.assertEqual(message.count("\n"), 1, message)
            self.assertLessEqual(set(os.listdir(self.directory.name)), {"a.h5"})
            self.check_opens_if_there()
            self.assertEqual(self.write(sample), (0, ""))
            self.assertEqual(self.take_bytes(), whole, f"after {call} number {k} failed")

    def test_every_pwrite_may_find_the_disk_full(self):
        self.assertGreater(self.fail_every("grid", "pwrite", errno.ENOSPC), 20)

    def test_every_pwrite_may_hit_a_bad_disk(self):
        self.assertGreater(self.fail_every("list", "pwrite", errno.EIO), 10)

    def test_every_pwrite_may_be_short(self):
        self.assertGreater(self.fail_every("zip", "pwrite", 0), 10)

    def test_every_fdatasync_may_fail(self):
        self.assertGreater(self.fail_every("grid", "fdatasync", errno.EIO), 4)

    def test_every_fsync_may_fail(self):
        self.assertEqual(self.fail_every("zip", "fsync", errno.EIO), 2)

    def test_the_rename_may_fail(self):
        self.assertEqual(self.fail_every("list", "rename", errno.ENOSPC), 1)

    def test_every_ftruncate_may_fail(self):
        self.assertGreater(self.fail_every("random", "ftruncate", errno.ENOSPC), 0)

    def test_a_kill_at_any_moment_loses_nothing_that_was_flushed(self):
        started = time.monotonic()
        whole = self.untouched("grid")
        duration = time.monotonic() - started
        generator = random.Random(5)
        for trial in range(60):
            process = subprocess.Popen([WRITE_SAMPLE, "grid", self.path, "1", "4"])
            time.sleep(generator.uniform(0, 4 * duration))
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.check_opens_if_there()
            if trial % 3 == 2:  # some are killed several times
                self.assertEqual(self.write("grid"), (0, ""))
                self.assertEqual(self.take_bytes(), whole, f"trial {trial}")


if __name__ == "__main__":
    unittest.main()
