"""Results of several builds of a program: another build continues a file only if it gives the same bits."""
import json
import subprocess
import time
import unittest

import h5py

from command import (BINARY_DIR, COMPLETE, FAILED_POINTS, STOPPED_EARLY, USAGE, CommandTest, mpirun)

# Builds whose study has the same version. `again` gives the results of `first`, `other` does not, `faulty` faults at
# every point, `slow` returns from none.
FIRST, AGAIN, OTHER, FAULTY, SLOW = (str(BINARY_DIR / f"tests/cluster/trawl_variant_{name}")
                                     for name in ("first", "again", "other", "faulty", "slow"))
SWEEP = ("variant", "--axis", "x=linspace:1,100,100", "--fix", "sleep=0.04", "--threads", "1")
QUICK = ("variant", "--axis", "x=linspace:1,100,100")


class BuildTest(CommandTest):
    def run_sweep(self, code, program, *words, output="a.h5", sweep=SWEEP, **keywords):
        return self.expect(code, "run", *sweep, "-o", output, *words, program=program, **keywords)

    def begin(self, program=FIRST):
        """A run that stops when some points are done."""
        self.run_sweep(STOPPED_EARLY, program, "--time-limit", 2)
        done = json.loads(self.expect(COMPLETE, "status", "a.h5", "--json", program=program).stdout)["done"]
        self.assertGreater(done, 3)

    def whole(self, program=FIRST):
        self.run_sweep(COMPLETE, program, output="whole.h5")
        return self.sha256("whole.h5")

    def events(self, kind):
        lines = (self.directory / "a.h5.run.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def state(self):
        return {path.name: path.read_bytes() for path in self.directory.iterdir()}

    def refuse(self, program, *words, verb="run", said="--accept-code", **keywords):
        before = self.state()
        if verb == "run":
            done = self.run_sweep(USAGE, program, *words, **keywords)
        else:
            done = self.expect(USAGE, verb, *words, program=program, **keywords)
        self.assertIn(said, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(self.state(), before)
        return done.stderr


class Builds(BuildTest):
    def test_the_log_names_the_build(self):
        self.begin()
        self.run_sweep(COMPLETE, FIRST)
        readelf = subprocess.run(["readelf", "-n", FIRST], capture_output=True, text=True, check=True).stdout
        ids = {event["program"] for event in self.events("start")}
        self.assertEqual(len(ids), 1)
        self.assertIn(f"Build ID: {ids.pop()}", readelf)

    def test_the_same_build_compares_nothing(self):
        self.begin()
        done = self.run_sweep(COMPLETE, FIRST)
        self.assertNotIn("computed again", done.stderr)
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_build_with_the_same_results_goes_on_and_says_so(self):
        self.begin()
        done = self.run_sweep(COMPLETE, AGAIN)
        self.assertIn("all bits equal", done.stderr)
        self.assertRegex(done.stderr, r"\d+ of its tasks computed again")
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_build_with_other_results_is_refused_and_nothing_is_touched(self):
        self.begin()
        message = self.refuse(OTHER)
        for advice in ("a.h5", "version", "trawl replay a.h5 --point"):
            self.assertIn(advice, message)
        words = message.split("(trawl ")[1].split(" shows")[0].split()
        self.assertIn("DIFFERENT", self.expect(1, *words, program=OTHER).stdout)
        self.run_sweep(COMPLETE, FIRST)
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_build_that_faults_where_another_did_not_is_refused(self):
        self.begin()
        self.refuse(FAULTY)

    def test_accept_code_mixes_them(self):
        self.begin()
        done = self.run_sweep(COMPLETE, OTHER, "--accept-code")
        self.assertIn("--accept-code", done.stderr)
        self.assertNotIn(self.sha256("a.h5"), (self.whole(FIRST), self.whole(OTHER)))

    def test_of_several_builds_the_last_one_counts(self):
        self.begin()
        self.run_sweep(STOPPED_EARLY, AGAIN, "--time-limit", 2)
        self.assertNotIn("computed again", self.run_sweep(STOPPED_EARLY, AGAIN, "--time-limit", 2).stderr)
        self.refuse(OTHER)
        self.assertIn("all bits equal", self.run_sweep(COMPLETE, FIRST).stderr)
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_build_that_was_mixed_in_is_found_by_the_first_one(self):
        self.begin()
        self.run_sweep(STOPPED_EARLY, OTHER, "--accept-code", "--time-limit", 2)
        self.refuse(FIRST)

    def test_a_file_without_a_log_or_with_a_log_that_makes_no_sense_is_compared(self):
        self.begin()
        log = self.directory / "a.h5.run.jsonl"
        for content in (None, "", "nonsense\n", '{"event":"start","program":7}\n', '{"event":"start"}\n'):
            log.unlink(missing_ok=True)
            if content is not None:
                log.write_text(content)
            self.refuse(OTHER)
        self.assertIn("all bits equal", self.run_sweep(COMPLETE, FIRST).stderr)
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_complete_file_is_not_compared_but_a_retry_is(self):
        sweep = ("variant", "--axis", "sleep=0,0.5", "--axis", "x=1,2")
        self.run_sweep(FAILED_POINTS, FIRST, "--point-timeout", 0.2, sweep=sweep)
        self.assertIn("is complete", self.run_sweep(FAILED_POINTS, OTHER, sweep=sweep).stderr)
        self.refuse(OTHER, "--retry", "failed", sweep=sweep)
        self.run_sweep(COMPLETE, AGAIN, "--retry", "failed", sweep=sweep)

    def test_a_file_in_which_nothing_is_done_is_continued(self):
        sweep = ("variant", "--fix", "sleep=60")
        with subprocess.Popen([FIRST, "run", *sweep, "-o", "a.h5"], cwd=self.directory, stderr=subprocess.DEVNULL) as process:
            while not (self.directory / "a.h5.inflight.0").exists():
                time.sleep(0.01)
            process.kill()
        done = self.run_sweep(STOPPED_EARLY, OTHER, "--time-limit", 1, "--grace", 0, sweep=sweep)
        self.assertNotIn("bits equal", done.stderr)

    def test_long_tasks_are_compared_within_bounds(self):
        sweep = ("variant", "--axis", "x=linspace:1,8,8", "--fix", "sleep=4", "--threads", "8", "--oversubscribe",
                 "--range-size", "1")
        self.run_sweep(COMPLETE, FIRST, sweep=sweep)
        path = self.directory / "a.h5"
        self.mark_pending(path, 7)
        start = time.monotonic()
        done = self.run_sweep(COMPLETE, AGAIN, sweep=sweep)
        self.assertLess(time.monotonic() - start, 40)
        self.assertRegex(done.stderr, "[23] of its tasks computed again")

    def mark_pending(self, path, task):
        """A task that is to be computed again."""
        with h5py.File(path, "r") as file:
            offset = file["status"].id.get_offset()
        with open(path, "r+b") as file:
            file.seek(offset + task)
            file.write(b"\0")

    def test_a_stop_ends_the_comparison(self):
        self.begin()
        before = self.state()
        with subprocess.Popen([SLOW, "run", *SWEEP, "-o", "a.h5"], cwd=self.directory, stderr=subprocess.PIPE,
                              text=True) as process:
            time.sleep(1.5)
            process.terminate()
            _, message = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED_EARLY, message)
        self.assertEqual(self.state(), before)


class Shards(BuildTest):
    def test_each_shards_log_is_consulted(self):
        for program, number in ((FIRST, 1), (AGAIN, 2), (FIRST, 3)):
            self.run_sweep(COMPLETE, program, "--shard", f"{number}/3", sweep=QUICK)
        done = self.expect(COMPLETE, "merge", "a.h5", program=FIRST)
        self.assertIn("a.shard-2-of-3.h5", done.stderr)
        self.assertNotIn("a.shard-1-of-3.h5", done.stderr)
        self.run_sweep(COMPLETE, FIRST, output="whole.h5", sweep=QUICK)
        self.assertEqual(self.sha256("a.h5"), self.sha256("whole.h5"))
        (self.directory / "a.h5").unlink()
        (self.directory / "a.h5.run.jsonl").unlink()
        self.refuse(OTHER, "a.h5", verb="merge")

    def test_a_shard_of_another_build_is_refused(self):
        self.run_sweep(COMPLETE, FIRST, "--shard", "1/2", sweep=QUICK)
        self.run_sweep(COMPLETE, OTHER, "--shard", "2/2", sweep=QUICK)
        self.refuse(FIRST, "a.h5", verb="merge", said="a.shard-2-of-2.h5")
        self.refuse(OTHER, "a.h5", verb="merge", said="a.shard-1-of-2.h5")
        self.expect(COMPLETE, "merge", "a.h5", "--accept-code", program=FIRST)
        self.assertEqual(self.events("merge")[-1]["event"], "merge")

    def test_the_merged_file_is_of_the_build_that_merged(self):
        self.run_sweep(COMPLETE, FIRST, "--shard", "1/2", sweep=QUICK)
        self.expect(STOPPED_EARLY, "merge", "a.h5", program=FIRST)
        self.assertNotIn("computed again", self.run_sweep(COMPLETE, FIRST, sweep=QUICK).stderr)
        (self.directory / "a.h5").unlink()
        self.expect(STOPPED_EARLY, "merge", "a.h5", program=FIRST)
        self.refuse(OTHER, sweep=QUICK)


class Ranks(BuildTest):
    def test_rank_0_compares_before_the_others_start(self):
        self.begin()
        before = self.state()
        done = self.run_sweep(USAGE, OTHER, prefix=mpirun(3))
        self.assertIn("--accept-code", done.stderr)
        self.assertEqual(self.state(), before)
        self.assertIn("all bits equal", self.run_sweep(COMPLETE, AGAIN, prefix=mpirun(2)).stderr)
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_a_rank_with_another_build_takes_no_part(self):
        words = ["run", *SWEEP, "-o", "a.h5", "--lease", "5"]
        done = subprocess.run([*mpirun(2), FIRST, *words, ":", "-n", "1", OTHER, *words, ":", "-n", "1", FIRST, *words],
                              cwd=self.directory, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, COMPLETE, done.stderr)
        self.assertIn("rank 2", done.stderr)
        self.assertIn("another build", done.stderr)
        self.assertEqual({event["rank"] for event in self.events("worker")}, {0, 1, 3})
        self.assertEqual(self.sha256("a.h5"), self.whole())

    def test_sub_masters_of_several_builds_are_refused(self):
        words = ["run", *SWEEP, "-o", "a.h5", "--sub-masters", "2"]
        done = subprocess.run([*mpirun(2), FIRST, *words, ":", "-n", "2", OTHER, *words], cwd=self.directory,
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertIn("different builds", done.stderr)
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
