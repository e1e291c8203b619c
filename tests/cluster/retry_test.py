"""Failed points tried again: the finished file is that of a run in which they turned out so at once."""
import errno
import json
import os
import random
import shlex
import signal
import subprocess
import time
import unittest

import h5py
import numpy

from command import (BINARY_DIR, COMPLETE, FAILED_POINTS, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest,
                     mpirun)

FAIL_CALLS = str(BINARY_DIR / "tests/io/libfail_calls.so")
CALM = {"TRAWL_TEST_CALM": "1"}  # nothing fails
SEED = 20261125

# x = at = 1 and 2 fail, in every way, twice.
EVERY_WAY = ("fragile", "--axis", "x=1,2,3", "--axis", "at=1,2", "--axis",
             "fault=none,throws,nan,infinity,segfaults,never_returns", "--replicates", "2")
SHORT = ("--point-timeout", "0.3")
TRIED = {"threw": 4, "timed_out": 4, "crashed": 4, "non_finite": 8}


class RetryTest(CommandTest):
    def command(self, *words, environment=None, **keywords):
        saved = dict(os.environ)
        os.environ.update(environment or {})
        try:
            return super().command(*words, **keywords)
        finally:
            os.environ.clear()
            os.environ.update(saved)

    def run_sweep(self, code, *words, output="a.h5", **keywords):
        return self.expect(code, "run", *words, "-o", output, **keywords)

    def calm(self, *words):
        """The digest of a run in which nothing fails."""
        self.run_sweep(COMPLETE, *words, output="calm.h5", environment=CALM)
        return self.sha256("calm.h5")

    def counts(self, name="a.h5"):
        status = json.loads(self.expect(COMPLETE, "status", name, "--json").stdout)["status"]
        return {kind: count for kind, count in status.items() if count}

    def events(self, kind, name="a.h5"):
        lines = (self.directory / f"{name}.run.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]


class Outcomes(RetryTest):
    def test_each_kind_is_tried_again_and_no_other(self):
        expected = self.calm(*EVERY_WAY)
        self.run_sweep(FAILED_POINTS, *EVERY_WAY, *SHORT)
        counts = self.counts()
        self.assertEqual({kind: counts[kind] for kind in TRIED}, TRIED)
        for kind in ("threw", "timed_out", "non_finite", "crashed"):
            last = kind == "crashed"
            self.run_sweep(COMPLETE if last else FAILED_POINTS, *EVERY_WAY, "--retry", kind, environment=CALM)
            counts["ok"] += counts.pop(kind)
            self.assertEqual(self.counts(), counts)
            self.assertEqual(self.events("end")[-1]["computed"], TRIED[kind])
        self.assertEqual(self.sha256("a.h5"), expected)
        self.assertEqual(self.files(), ["a.h5", "a.h5.run.jsonl", "calm.h5", "calm.h5.run.jsonl"])

    def test_several_kinds_are_given_with_commas_or_one_by_one(self):
        expected = self.calm(*EVERY_WAY)
        for words in (("--retry", "failed"), ("--retry=threw,non_finite", "--retry", "timed_out,crashed")):
            self.run_sweep(FAILED_POINTS, *EVERY_WAY, *SHORT)
            self.run_sweep(COMPLETE, *EVERY_WAY, *words, environment=CALM)
            self.assertEqual(self.sha256("a.h5"), expected)
            (self.directory / "a.h5").unlink()

    def test_what_times_out_again_is_nan_again_and_with_more_time_it_is_done(self):
        sweep = ("fragile", "--axis", "sleep=0,0.6", "--axis", "x=1,2")
        self.run_sweep(FAILED_POINTS, *sweep, "--point-timeout", 0.2)
        before = self.sha256("a.h5")
        self.run_sweep(FAILED_POINTS, *sweep, "--point-timeout", 0.2, "--retry", "timed_out")
        self.assertEqual(self.sha256("a.h5"), before)
        self.assertEqual(len(self.events("failure")), 4)
        self.run_sweep(COMPLETE, *sweep, "--point-timeout", 100, "--retry", "timed_out")
        self.run_sweep(COMPLETE, *sweep, output="whole.h5")
        self.assertEqual(self.sha256("a.h5"), self.sha256("whole.h5"))

    def test_another_failure_takes_the_place_of_the_first(self):
        """A point that gives an infinity with time enough has no result without it."""
        sweep = ("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=infinity", "--fix", "sleep=0.5")
        self.run_sweep(FAILED_POINTS, *sweep)
        self.assertEqual(self.counts(), {"non_finite": 1})
        self.run_sweep(FAILED_POINTS, *sweep, "--point-timeout", 0.1, "--retry", "failed")
        self.run_sweep(FAILED_POINTS, *sweep, "--point-timeout", 0.1, output="fresh.h5")
        self.assertEqual(self.counts(), {"timed_out": 1})
        self.assertEqual(self.sha256("a.h5"), self.sha256("fresh.h5"))

    def test_the_last_line_of_a_finished_sweep_is_the_command_that_tries_again(self):
        sweep = ("fragile", "--axis", "x=1,2", "--fix", "fault=throws", "--fix", "at=2")
        (self.directory / "a dir").mkdir()
        for _ in range(2):  # when it has run, and when there is nothing to do
            done = self.run_sweep(FAILED_POINTS, *sweep, output="a dir/a.h5")
            self.assertIn("trawl failures 'a dir/a.h5'" if "'" in done.stderr.splitlines()[-2] else "trawl failures",
                          done.stderr.splitlines()[-2])
            command = done.stderr.splitlines()[-1].split("try them again: ")[1]
            self.assertEqual(shlex.split(command)[-2:], ["--retry", "failed"])
        before = (self.directory / "a dir/a.h5").read_bytes()
        again = subprocess.run(command, shell=True, cwd=self.directory, capture_output=True, text=True, check=False)
        self.assertEqual(again.returncode, FAILED_POINTS, again.stderr)
        self.assertEqual(again.stderr.splitlines()[-1].split("try them again: ")[1], command)
        self.assertEqual((self.directory / "a dir/a.h5").read_bytes(), before)
        calm = subprocess.run(command, shell=True, cwd=self.directory, capture_output=True, text=True, check=False,
                              env={**os.environ, **CALM})
        self.assertEqual(calm.returncode, COMPLETE, calm.stderr)
        self.assertNotIn("again:", calm.stderr)

    def test_without_such_failures_there_is_nothing_to_do(self):
        sweep = ("fragile", "--axis", "x=1,2", "--fix", "fault=throws", "--fix", "at=2")
        self.run_sweep(FAILED_POINTS, *sweep)
        before = self.sha256("a.h5")
        done = self.run_sweep(FAILED_POINTS, *sweep, "--retry", "timed_out,crashed")
        self.assertIn("is complete", done.stderr)
        self.assertEqual(self.sha256("a.h5"), before)
        self.assertEqual(self.files(), ["a.h5", "a.h5.run.jsonl"])
        self.run_sweep(COMPLETE, "fragile", "--retry", "failed", output="new.h5")
        self.assertNotIn("new.h5.retry", self.files())

    def test_pending_tasks_are_computed_as_well(self):
        sweep = ("fragile", "--axis", "x=linspace:0,199,200", "--fix", "fault=throws", "--fix", "at=0", "--fix", "sleep=0.05")
        self.run_sweep(STOPPED_EARLY, *sweep, "--time-limit", 3)
        self.assertEqual(self.counts()["threw"], 1)
        self.run_sweep(COMPLETE, *sweep, "--retry", "threw", environment=CALM)
        self.assertEqual(self.sha256("a.h5"), self.calm(*sweep))

    def test_ranks_and_shards_try_again_too(self):
        sweep = ("fragile", "--axis", "x=linspace:0,9,10", "--fix", "fault=throws", "--axis", "at=linspace:0,9,10")
        expected = self.calm(*sweep)
        self.run_sweep(FAILED_POINTS, *sweep, prefix=mpirun(2))
        self.assertEqual(self.counts()["threw"], 10)
        self.run_sweep(COMPLETE, *sweep, "--retry", "failed", prefix=mpirun(3), environment=CALM)
        self.assertEqual(self.sha256("a.h5"), expected)
        for number in (1, 2):
            self.run_sweep(FAILED_POINTS, *sweep, "--shard", f"{number}/2", output="s.h5")
        self.run_sweep(COMPLETE, *sweep, "--shard", "2/2", "--retry", "threw", output="s.h5", environment=CALM)
        self.assertEqual(self.counts("s.shard-2-of-2.h5"), {"ok": 50})
        self.assertEqual(self.counts("s.shard-1-of-2.h5"), {"ok": 45, "threw": 5})

    def test_submit_passes_it_on(self):
        script = self.expect(COMPLETE, "submit", "fragile", "-o", "a.h5", "--dry-run", "--retry", "crashed",
                             "--retry", "threw").stdout
        self.assertIn("--retry threw,crashed", script)
        done = self.expect(USAGE, "submit", "fragile", "-o", "a.h5", "--dry-run", "--retry", "$(touch pwned)")
        self.assertEqual(done.stdout, "")


class Merging(RetryTest):
    SWEEP = ("fragile", "--axis", "x=1,2,3,4", "--fix", "at=3", "--fix", "fault=infinity", "--fix", "sleep=0.3")

    def run_shard(self, number, code, *words, **keywords):
        self.run_sweep(code, *self.SWEEP, "--shard", f"{number}/2", *words, **keywords)

    def test_what_a_shard_has_got_further_with_is_taken_over(self):
        self.run_shard(1, COMPLETE)
        self.run_shard(2, FAILED_POINTS, "--point-timeout", 0.1)
        self.expect(FAILED_POINTS, "merge", "a.h5")
        self.assertEqual(self.counts(), {"ok": 2, "timed_out": 2})
        self.run_shard(2, FAILED_POINTS, "--retry", "timed_out")
        self.expect(FAILED_POINTS, "merge", "a.h5")
        self.run_sweep(FAILED_POINTS, *self.SWEEP, output="whole.h5")
        self.assertEqual(self.counts(), {"ok": 3, "non_finite": 1})
        self.assertEqual(self.sha256("a.h5"), self.sha256("whole.h5"))
        self.run_shard(2, COMPLETE, "--retry", "failed", environment=CALM)
        self.expect(COMPLETE, "merge", "a.h5")
        self.assertEqual(self.sha256("a.h5"), self.calm(*self.SWEEP))

    def test_what_the_file_has_got_further_with_stays(self):
        self.run_shard(1, COMPLETE)
        self.run_shard(2, FAILED_POINTS, "--point-timeout", 0.1)
        self.expect(FAILED_POINTS, "merge", "a.h5")
        self.run_sweep(FAILED_POINTS, *self.SWEEP, "--retry", "failed")
        whole = self.sha256("a.h5")
        self.expect(FAILED_POINTS, "merge", "a.h5")
        self.assertEqual(self.sha256("a.h5"), whole)
        self.assertEqual(self.counts(), {"ok": 3, "non_finite": 1})


class Misuse(RetryTest):
    def test_an_unknown_kind_is_refused(self):
        for kind in ("time_out", "", "ok", "excluded", "pending", "threw,,crashed", "threw;crashed"):
            done = self.expect(USAGE, "run", "fragile", "--retry", kind)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn("--retry", done.stderr)
        self.assertIn("timed_out", self.expect(USAGE, "run", "fragile", "--retry", "time_out").stderr)
        self.assertEqual(self.files(), [])

    def test_a_foreign_file_in_the_place_of_the_note_stays(self):
        sweep = ("fragile", "--axis", "x=1,2", "--fix", "fault=throws", "--fix", "at=2")
        self.run_sweep(FAILED_POINTS, *sweep)
        before = self.sha256("a.h5")
        self.write("a.h5.retry", "mine")
        done = self.run_sweep(USAGE, *sweep, "--retry", "failed")
        self.assertIn("a.h5.retry", done.stderr)
        self.run_sweep(FAILED_POINTS, *sweep)
        self.assertEqual((self.directory / "a.h5.retry").read_text(), "mine")
        self.assertEqual(self.sha256("a.h5"), before)
        self.write("new.h5.retry", "mine")
        self.run_sweep(USAGE, *sweep, "--retry", "failed", output="new.h5")
        self.assertNotIn("new.h5", self.files())


class Crashes(RetryTest):
    """Processes die or calls fail while points are tried again."""

    def test_a_point_that_crashes_again_is_given_up_again(self):
        sweep = ("fragile", "--axis", "x=1,2,3", "--fix", "fault=segfaults", "--fix", "at=2")
        self.run_sweep(FAILED_POINTS, *sweep)
        self.assertEqual(len(self.events("start")), 4)
        before = self.sha256("a.h5")
        self.run_sweep(FAILED_POINTS, *sweep, "--retry", "crashed")
        self.assertEqual(self.sha256("a.h5"), before)
        self.assertEqual(len(self.events("start")), 8, "three more crashes")
        self.assertEqual(self.files(), ["a.h5", "a.h5.run.jsonl"])
        self.run_sweep(COMPLETE, *sweep, "--retry", "crashed", environment=CALM)
        self.assertEqual(self.sha256("a.h5"), self.calm(*sweep))

    def test_a_point_that_ends_every_job_is_given_up_again(self):
        sweep = ("fragile", "--axis", "x=linspace:0,9,10", "--fix", "fault=segfaults", "--fix", "at=7")
        self.run_sweep(FAILED_POINTS, *sweep)
        codes = []
        while len(codes) < 8 and FAILED_POINTS not in codes:
            codes.append(self.command("run", *sweep, "-o", "a.h5", "--retry", "crashed", prefix=mpirun(2)).returncode)
        self.assertEqual(codes[-1], FAILED_POINTS, codes)
        self.assertEqual(len(codes), 4, codes)
        self.assertEqual(self.counts(), {"ok": 9, "crashed": 1})

    def test_crashes_that_are_remembered_are_forgotten_with_the_status(self):
        sweep = ("fragile", "--axis", "x=1,2,3", "--fix", "fault=segfaults", "--fix", "at=2")
        self.run_sweep(FAILED_POINTS, *sweep)
        with h5py.File(self.directory / "a.h5", "r") as file:
            offset = file["status"].id.get_offset()
        with open(self.directory / "a.h5", "r+b") as file:
            file.seek(offset)
            file.write(b"\0")  # task 0 is pending, so what is known of crashes has been kept
        self.write("a.h5.inflight.faults", 3 * "1 2\n")
        self.run_sweep(COMPLETE, *sweep, "--retry", "crashed", environment=CALM)
        self.assertEqual(self.sha256("a.h5"), self.calm(*sweep))
        self.assertNotIn("a.h5.inflight.faults", self.files())

    def test_a_retry_that_was_stopped_is_continued_and_not_begun_anew(self):
        sweep = ("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=throws", "--fix", "sleep=0.01",
                 "--replicates", 300, "--threads", 1)
        self.run_sweep(FAILED_POINTS, *sweep)
        self.run_sweep(STOPPED_EARLY, *sweep, "--retry", "failed", "--time-limit", 2)
        done = self.counts()["threw"]
        self.assertGreater(done, 0)
        self.assertIn("a.h5.retry", self.files())
        again = self.run_sweep(FAILED_POINTS, *sweep, "--retry", "failed")
        self.assertIn("continuing to try", again.stderr)
        self.assertEqual(self.events("end")[-1]["computed"], 300 - done)
        self.assertNotIn("a.h5.retry", self.files())
        self.run_sweep(FAILED_POINTS, *sweep, "--retry", "failed")
        self.assertEqual(self.events("end")[-1]["computed"], 300)

    def test_a_run_without_retry_ends_one_that_was_stopped(self):
        sweep = ("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=nan", "--fix", "sleep=0.01",
                 "--replicates", 300, "--threads", 1)
        self.run_sweep(FAILED_POINTS, *sweep)
        self.run_sweep(STOPPED_EARLY, *sweep, "--retry", "failed", "--time-limit", 2)
        self.run_sweep(FAILED_POINTS, *sweep)
        self.assertNotIn("a.h5.retry", self.files())
        self.assertEqual(self.counts(), {"non_finite": 300})

    def check_file(self):
        with h5py.File(self.directory / "a.h5", "r") as file:
            status, square, draw = (file[name][...].ravel() for name in ("status", "square", "draw"))
        self.assertTrue((square[status == 1] == 25).all())
        self.assertTrue(numpy.isinf(square[status == 2]).all())
        self.assertTrue(numpy.isfinite(draw[status > 0]).all())
        return status

    def test_kills_at_any_moment_lose_nothing(self):
        sweep = ("fragile", "--fix", "x=5", "--fix", "at=5", "--fix", "fault=infinity", "--fix", "sleep=0.002",
                 "--replicates", 400, "--flush-interval", 0.05)
        expected = {"calm": self.calm(*sweep)}
        self.run_sweep(FAILED_POINTS, *sweep)
        expected["wild"] = self.sha256("a.h5")
        choose = random.Random(SEED)
        killed = 0
        for mood in ("wild", "wild", "calm") * 4:
            if mood == "wild" and self.sha256("a.h5") == expected["calm"]:
                (self.directory / "a.h5").unlink()
                self.run_sweep(FAILED_POINTS, *sweep)
            environment = {**os.environ, **(CALM if mood == "calm" else {})}
            words = [TEST_STUDIES, "run", *map(str, sweep), "-o", "a.h5", "--retry", "failed"]
            for _ in range(choose.randint(1, 4)):
                with subprocess.Popen(words, cwd=self.directory, env=environment, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL) as process:
                    time.sleep(choose.uniform(0, 0.7))
                    process.send_signal(signal.SIGKILL)
                    killed += process.wait() == -signal.SIGKILL
                self.check_file()
            code = self.command("run", *sweep, "-o", "a.h5", "--retry", "failed", environment=environment).returncode
            self.assertEqual(code, COMPLETE if mood == "calm" else FAILED_POINTS)
            if mood == "calm" and self.counts() != {"ok": 400}:  # killed when all was done but the note
                self.run_sweep(COMPLETE, *sweep, "--retry", "failed", environment=CALM)
            self.assertEqual(self.sha256("a.h5"), expected[mood])
        self.assertGreater(killed, 5)
        self.assertEqual(self.files(), ["a.h5", "a.h5.run.jsonl", "calm.h5", "calm.h5.run.jsonl"])

    def fail_every(self, call, number):
        sweep = ("fragile", "--fix", "x=5", "--fix", "at=5", "--fix", "fault=infinity", "--replicates", 40)
        expected = self.calm(*sweep)
        self.run_sweep(FAILED_POINTS, *sweep)
        wild = (self.directory / "a.h5").read_bytes()
        failed = 0
        for k in range(1, 60):
            environment = {**CALM, "LD_PRELOAD": FAIL_CALLS, "FAIL_CALL": call, "FAIL_AT": str(k),
                           "FAIL_ERRNO": str(number), "FAIL_MARKER": str(self.directory / "failed")}
            code = self.command("run", *sweep, "-o", "a.h5", "--retry", "failed", environment=environment).returncode
            if not (self.directory / "failed").exists():
                self.assertEqual(code, COMPLETE)
                self.assertEqual(self.sha256("a.h5"), expected)
                return failed
            failed += 1
            (self.directory / "failed").unlink()
            self.assertIn(code, (IO_ERROR, COMPLETE) if number else (COMPLETE,))
            self.check_file()
            self.run_sweep(COMPLETE, *sweep, "--retry", "failed", environment=CALM)
            self.assertEqual(self.sha256("a.h5"), expected, f"after {call} number {k} failed")
            (self.directory / "a.h5").write_bytes(wild)
        self.fail("the calls do not end")

    def test_every_write_may_fail(self):
        self.assertGreater(self.fail_every("pwrite", errno.ENOSPC), 5)

    def test_every_fdatasync_may_fail(self):
        self.assertGreater(self.fail_every("fdatasync", errno.EIO), 2)

    def test_every_rename_may_fail(self):
        self.assertEqual(self.fail_every("rename", errno.ENOSPC), 1)


if __name__ == "__main__":
    unittest.main()
