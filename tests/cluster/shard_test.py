"""One sweep computed as independent shards, merged into the file that one job would have written."""
import json
import random
import subprocess
import time
import unittest

import numpy
import xarray

from command import COMPLETE, FAILED_POINTS, STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest, mpirun

SWEEP = ("fragile", "--axis", "x=linspace:0,999,1000", "--replicates", "2", "--seed", "3")


class Shards(CommandTest):
    def run_shards(self, count, *words, only=None, code=COMPLETE, **keywords):
        for number in only or range(1, count + 1):
            self.expect(code, "run", *(words or SWEEP), "-o", "all.h5", "--shard", f"{number}/{count}", **keywords)

    def run_whole(self, *words, code=COMPLETE):
        self.expect(code, "run", *(words or SWEEP), "-o", "whole.h5")
        return self.sha256("whole.h5")

    def test_merge_to_the_bytes_of_a_single_run(self):
        whole = self.run_whole()
        for count in (1, 3, 7):
            self.run_shards(count)
            done = self.expect(COMPLETE, "merge", "all.h5", *[f"all.shard-{i}-of-{count}.h5" for i in range(1, count + 1)])
            self.assertEqual(done.stdout, "")
            self.assertEqual(self.sha256("all.h5"), whole)
            (self.directory / "all.h5").unlink()

    def test_run_under_mpirun_and_are_found_beside_the_file(self):
        self.run_shards(2, prefix=mpirun(2))
        self.expect(COMPLETE, "merge", "all.h5")
        self.assertEqual(self.sha256("all.h5"), self.run_whole())

    def test_open_in_xarray_with_their_own_points(self):
        self.run_shards(4, only=[3])
        with xarray.open_dataset(self.directory / "all.shard-3-of-4.h5") as shard:
            self.assertEqual(shard.sizes, {"point": 250, "replicate": 2})
            numpy.testing.assert_array_equal(shard.point, numpy.arange(500, 750))
            numpy.testing.assert_array_equal(shard.square.isel(replicate=0), shard.x**2)
            self.assertEqual(shard.attrs["shard"], "3/4")
        status = json.loads(self.expect(COMPLETE, "status", "all.shard-3-of-4.h5", "--json").stdout)
        self.assertEqual((status["tasks"], status["status"]["ok"]), (500, 500))

    def test_that_are_missing_are_named_and_the_merged_file_continues(self):
        self.run_shards(4, only=[1, 3])
        done = self.expect(STOPPED_EARLY, "merge", "all.h5")
        self.assertEqual(done.stdout.splitlines(), ["shard 2/4: not given; 500 of 500 tasks missing, points 250-499",
                                                    "shard 4/4: not given; 500 of 500 tasks missing, points 750-999"])
        self.run_shards(4, only=[4])
        self.expect(STOPPED_EARLY, "merge", "all.h5")
        self.expect(COMPLETE, "run", *SWEEP, "-o", "all.h5")
        self.assertEqual(self.sha256("all.h5"), self.run_whole())

    def test_with_failed_points_merge_with_exit_code_3(self):
        words = (*SWEEP, "--fix", "fault=throws", "--fix", "at=700")
        self.run_shards(2, *words, only=[1])
        self.run_shards(2, *words, only=[2], code=FAILED_POINTS)
        self.expect(FAILED_POINTS, "merge", "all.h5")
        self.assertEqual(self.sha256("all.h5"), self.run_whole(*words, code=FAILED_POINTS))

    def test_that_do_not_belong_together_are_refused_and_nothing_is_created(self):
        self.run_shards(2)
        self.run_shards(3)
        self.expect(COMPLETE, "run", *SWEEP[:-1], "4", "-o", "other.h5", "--shard", "2/2")
        self.write("text.h5", "no file of ours")
        one = "all.shard-1-of-2.h5"
        before = self.files()
        for paths, problem in (((one, "other.shard-2-of-2.h5"), "seed"), ((one, "all.shard-2-of-3.h5"), "one of 3 shards"),
                               ((one, one), "once"), ((one, "text.h5"), "not a result file"), ((one, "none.h5"), "no such file")):
            done = self.command("merge", "merged.h5", *paths)
            self.assertEqual(done.returncode, USAGE)
            self.assertIn(problem, done.stderr)
        self.assertIn("Leave it out", self.expect(USAGE, "merge", "merged.h5", self.whole_file()).stderr)
        self.assertIn("has no shards", self.expect(USAGE, "merge", "nothing.h5").stderr)
        self.assertEqual(self.files(), sorted(before + ["whole.h5", "whole.h5.run.jsonl"]))

    def whole_file(self):
        self.run_whole()
        return "whole.h5"

    def test_refuse_numbers_that_make_no_sense(self):
        for shard in ("0/3", "4/3", "3", "1/3/5", "", "a/b", "1/2000"):
            self.expect(USAGE, "run", *SWEEP, "--shard", shard)
        self.assertEqual(self.files(), [])

    def test_merge_survives_being_killed_at_any_moment(self):
        words = ("bulky", "--axis", "x=linspace:0,1999,2000", "--fix", "elements=4000")  # 64 MB
        whole = self.run_whole(*words)
        self.run_shards(3, *words)
        start = time.monotonic()
        self.expect(COMPLETE, "merge", "all.h5")
        duration = time.monotonic() - start
        rng = random.Random(11)
        (self.directory / "all.h5").unlink()
        for _ in range(10):
            with subprocess.Popen([TEST_STUDIES, "merge", "all.h5"], cwd=self.directory, stderr=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL) as process:
                time.sleep(rng.uniform(0, duration))
                process.kill()
            if (self.directory / "all.h5").exists():
                self.expect(COMPLETE, "status", "all.h5")
        self.expect(COMPLETE, "merge", "all.h5")
        self.assertEqual(self.sha256("all.h5"), whole)
        self.assertEqual([name for name in self.files() if ".tmp." in name or name.endswith(".lock")], [])


if __name__ == "__main__":
    unittest.main()
