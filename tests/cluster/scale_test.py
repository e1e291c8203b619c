"""Runs of one sweep on more and more ranks: their times, the laws fitted to them, the picture."""
import json
import os
import time
import unittest
import xml.etree.ElementTree

import numpy
import xarray

from command import COMPLETE, IO_ERROR, TEST_STUDIES, USAGE, CommandTest, mpirun
from submission import slurm

SWEEP = ("fragile", "--axis", "x=linspace:0,59,60", "--fix", "sleep=0.01")  # sleeping ranks share a core


class Scale(CommandTest):
    def test_stores_times_and_laws_for_xarray(self):
        done = self.expect(COMPLETE, "scale", *SWEEP, "--nodes", "1,2,4", "--repeats", "2", "-o", "s.h5", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(self.files(), ["s.h5", "s.svg"])
        with xarray.open_dataset(self.directory / "s.h5") as times:
            self.assertEqual(dict(times.sizes), {"nodes": 3, "repeat": 2, "rank": 4, "bound": 3})
            numpy.testing.assert_array_equal(times.nodes, [1, 2, 4])
            numpy.testing.assert_array_equal(times.tasks, [60, 60, 60])
            self.assertGreater(float(times.wall_time.sel(nodes=1).min()), 0.6)
            self.assertGreaterEqual(float(times.busy_time.sum("rank").min()), 0.6)
            absent = numpy.isnan(times.idle_time.sel(nodes=2))
            numpy.testing.assert_array_equal(absent, [[False, False, True, True]] * 2)
            self.assertLessEqual(float((times.communication_time + times.io_time).max()), float(times.wall_time.max()))
            alpha = times.usl_alpha.sel(bound="value").item()
            self.assertLessEqual(times.usl_alpha.sel(bound="lower").item(), alpha)
            for law in ("usl_alpha", "usl_beta", "amdahl_alpha"):
                self.assertGreaterEqual(float(times[law].min()), 0)
            self.assertEqual(report["laws"]["usl_alpha"]["value"], alpha)
            self.assertEqual(times.attrs["series"], "strong")
            self.assertIn("scale fragile", times.attrs["command"])
        points = {point["nodes"]: point for point in report["points"]}
        self.assertEqual(points[1]["speedup"], 1)
        self.assertGreater(points[2]["speedup"], 1.2)
        self.assertAlmostEqual(points[4]["efficiency"], points[4]["speedup"] / 4)
        for point in points.values():
            self.assertTrue(0 < point["busy"] <= 1 and point["metg_50_s"] > 0, point)
        picture = xml.etree.ElementTree.parse(self.directory / "s.svg").getroot()
        circles = picture.findall("{http://www.w3.org/2000/svg}circle")
        self.assertEqual(len(circles), 6 + 1, "each run, and one in the legend")

    def test_weak_series_grow_the_sweep_with_the_nodes(self):
        done = self.expect(COMPLETE, "scale", *SWEEP, "--nodes", "1,2", "--repeats", "1", "--weak", "-o", "w.h5")
        with xarray.open_dataset(self.directory / "w.h5") as times:
            numpy.testing.assert_array_equal(times.tasks, [60, 120])
            self.assertEqual(times.attrs["series"], "weak")
            self.assertIn("amdahl_alpha", times)
            self.assertNotIn("usl_alpha", times)
        self.assertIn("give more --repeats", done.stdout)
        self.assertIn("not fitted: it takes runs on 3 different numbers of nodes, and there are 2", done.stdout)
        picture = (self.directory / "w.svg").read_text()
        self.assertIn("Amdahl", picture)
        self.assertNotIn("Universal", picture)

    def test_runs_as_one_job_on_the_nodes_of_slurm(self):
        self.write("site.toml", 'time = "10:00"\n')
        with slurm.Cluster(nodes=2) as cluster:
            done = cluster.run(TEST_STUDIES, "scale", *SWEEP, "--nodes", "1,2", "--repeats", "1", "-o", "j.h5", "--submit",
                               "--site", "site.toml", cwd=self.directory)
            self.assertTrue(done.stdout.strip().isdigit(), done.stdout)
            deadline = time.monotonic() + 120
            while not (self.directory / "j.svg").exists() and time.monotonic() < deadline:
                time.sleep(0.2)
        log = (self.directory / "j.h5.job.log").read_text()
        self.assertTrue((self.directory / "j.svg").exists(), log)
        self.assertIn("speed-up", log)
        with xarray.open_dataset(self.directory / "j.h5") as times:
            numpy.testing.assert_array_equal(times.nodes, [1, 2])
        self.assertIn("#SBATCH --time=", (self.directory / "j.h5.job.sh").read_text())

    def test_of_one_number_of_nodes_no_law_is_claimed(self):
        done = self.expect(COMPLETE, "scale", *SWEEP, "--nodes", "1", "--repeats", "2", "-o", "o.h5", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["laws"], {})
        self.assertEqual(set(report["laws_not_fitted"]), {"amdahl", "usl"})
        self.assertIn("2 different numbers of nodes, and there is 1", report["laws_not_fitted"]["amdahl"])
        with xarray.open_dataset(self.directory / "o.h5") as times:
            self.assertFalse([name for name in times if name.startswith(("usl", "amdahl"))])

    def test_what_a_run_says_is_passed_on(self):
        launcher = self.directory / "bin/mpirun"
        launcher.parent.mkdir()
        launcher.write_text("#!/bin/sh\necho 'trawl: 1.h5: cannot write (the disk is on fire)' >&2\nexit 74\n")
        launcher.chmod(0o755)
        path = ("env", f"PATH={launcher.parent}:{os.environ['PATH']}")
        done = self.expect(IO_ERROR, "scale", *SWEEP, "--nodes", "1", "--repeats", "1", "-o", "h.h5", prefix=path)
        lines = done.stderr.splitlines()
        self.assertIn("trawl: 1.h5: cannot write (the disk is on fire)", lines)
        self.assertIn("as said above", lines[-1])
        self.assertEqual(self.files(), ["bin"])

    def test_what_the_disk_cannot_take_is_refused_before_anything_runs(self):
        huge = ("bulky", "--axis", "x=linspace:0,1,1000000000", "--fix", "elements=1000000")
        done = self.expect(IO_ERROR, "scale", *huge, "--nodes", "1", "--repeats", "1", "-o", "h.h5")
        self.assertRegex(done.stderr, r"needs \d+ bytes, only \d+ are free")
        self.assertEqual(self.files(), [])

    def test_refuses_what_makes_no_sense_and_leaves_nothing_behind(self):
        for nodes in ("", "0", "1,", "1,1", "a", "1;2", "-1", "1000001"):
            self.assertIn("--nodes", self.expect(USAGE, "scale", *SWEEP, "--nodes", nodes).stderr)
        self.expect(USAGE, "scale", *SWEEP, "--launcher", "rsh")
        self.expect(USAGE, "scale", *SWEEP, "--launcher", "srun")
        self.expect(USAGE, "scale", "nothing")
        self.expect(USAGE, "scale", *SWEEP, prefix=mpirun(1))
        self.expect(IO_ERROR, "scale", *SWEEP, "-o", "none/s.h5", "--nodes", "1")
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
