"""Runs the built commands, alone and under mpirun, each in a directory of its own."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARY_DIR = pathlib.Path(os.environ["TRAWL_BINARY_DIR"])
TRAWL = str(BINARY_DIR / "trawl")
TEST_STUDIES = str(BINARY_DIR / "tests/cluster/trawl_test_studies")

COMPLETE, DIFFERENT, USAGE, FAILED_POINTS, BUSY, IO_ERROR, STOPPED_EARLY = 0, 1, 2, 3, 73, 74, 75


def mpirun(ranks, *options):
    """Words that put a command under mpirun."""
    return ["mpirun", "-n", str(ranks), "--oversubscribe", "--bind-to", "none", *options]


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="trawl_test_"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def command(self, *words, program=TEST_STUDIES, prefix=(), timeout=120):
        """Runs the program; returns the finished process with its texts."""
        return subprocess.run([*prefix, program, *map(str, words)], cwd=self.directory, capture_output=True, text=True,
                              timeout=timeout, check=False)

    def expect(self, code, *words, **keywords):
        done = self.command(*words, **keywords)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def files(self):
        return sorted(path.name for path in self.directory.iterdir())

    def sha256(self, name):
        return hashlib.sha256((self.directory / name).read_bytes()).hexdigest()

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
