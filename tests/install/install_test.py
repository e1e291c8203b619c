"""A user's own study, built against the installed package, runs a sweep."""

import math
import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy

SOURCE_DIR = pathlib.Path(os.environ["TRAWL_SOURCE_DIR"])
BINARY_DIR = pathlib.Path(os.environ["TRAWL_BINARY_DIR"])


def run(*command, **options):
    """Output of a command; its whole output in the error if it fails."""
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if result.returncode:
        raise AssertionError(f"{command} exited {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


class InstalledPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.prefix = cls.folder / "prefix"
        run("cmake", "--install", BINARY_DIR, "--prefix", cls.prefix)
        build = cls.folder / "build"
        run("cmake", "-S", SOURCE_DIR / "tests/install/consumer", "-B", build, "-G", "Ninja",
            "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={cls.prefix}")
        run("cmake", "--build", build)
        cls.pendulum = build / "pendulum"

    def sweep(self, name, *launcher):
        file = self.folder / name
        run(*launcher, self.pendulum, "run", "pendulum", "--axis", "amplitude=linspace:0.5,3,6", "--axis", "length=1,2",
            "-o", file)
        return file

    def test_the_installed_command_lists_the_studies(self):
        self.assertIn("importance_sampling", run(self.prefix / "bin/trawl", "list"))

    def test_an_own_study_is_described(self):
        self.assertIn("length of the rod", run(self.pendulum, "describe", "pendulum"))

    def test_an_own_study_fills_a_result_file(self):
        with h5py.File(self.sweep("local.h5")) as file:
            periods = file["period"][..., 0]
            amplitudes = file["amplitude"][:]
            self.assertEqual(periods.shape, (6, 2))
            # The complete elliptic integral as a mean over equidistant nodes, exponentially exact for a period.
            t = numpy.linspace(0, 2 * math.pi, 2001)[:-1]
            for amplitude, row in zip(amplitudes, periods):
                k = math.sin(amplitude / 2)
                mean = numpy.mean(1 / numpy.sqrt(1 - (k * numpy.sin(t)) ** 2))
                expected = 2 * math.pi * numpy.sqrt(numpy.array([1, 2]) / 9.81) * mean
                numpy.testing.assert_allclose(row, expected, rtol=1e-12)

    def test_an_own_study_gives_the_same_bytes_under_mpirun(self):
        alone = self.sweep("alone.h5")
        spread = self.sweep("spread.h5", "mpirun", "-n", 2, "--oversubscribe", "--bind-to", "none")
        self.assertEqual(alone.read_bytes(), spread.read_bytes())


if __name__ == "__main__":
    unittest.main()
