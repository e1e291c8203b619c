"""trawl failures: which tasks failed, where, and why."""
import json
import os
import shlex
import subprocess
import unittest

from command import COMPLETE, FAILED_POINTS, STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest

# x = at = 1 and 2 fail, each twice: tasks 0 and 1 of 12, and 10 and 11, at each of three faults.
SWEEP = ("fragile", "--axis", "fault=none,throws,infinity", "--axis", "x=1,2,3", "--axis", "at=1,2", "--replicates", "2")
FAILED = [12, 13, 18, 19, 24, 25, 30, 31]


class FailuresTest(CommandTest):
    def run_sweep(self, *words, code=FAILED_POINTS, output="a.h5"):
        self.expect(code, "run", *words, "-o", output)

    def failures(self, *options, name="a.h5"):
        return json.loads(self.expect(COMPLETE, "failures", name, "--json", *options).stdout)

    def lines(self, *options, name="a.h5"):
        return self.expect(COMPLETE, "failures", name, *options).stdout.splitlines()


class Listing(FailuresTest):
    def test_each_failed_task_has_its_parameters_and_what_happened(self):
        self.run_sweep(*SWEEP)
        document = self.failures()
        self.assertEqual((document["schema"], document["tasks"], document["failed"], document["left_out"]), (1, 36, 8, 0))
        self.assertEqual(document["status"], {"non_finite": 4, "threw": 4, "timed_out": 0, "crashed": 0})
        listed = document["failures"]
        self.assertEqual([failure["task"] for failure in listed], FAILED)
        for failure in listed:
            self.assertEqual((failure["point"], failure["replicate"]), divmod(failure["task"], 2))
            values = failure["parameters"]
            self.assertEqual(set(values), {"fault", "x", "at", "sleep"})
            self.assertEqual(values["x"], values["at"])
            self.assertEqual({"throws": "threw", "infinity": "non_finite"}[values["fault"]], failure["status"])
            self.assertEqual(failure["host"], os.uname().nodename)
            self.assertRegex(failure["time"], r"^\d{4}-\d\d-\d\dT")
            self.assertEqual(failure["attempts"], 1)
        self.assertIn("told to throw", listed[0]["message"])
        self.assertIn("square", listed[-1]["message"])

    def test_people_get_the_same_as_text(self):
        self.run_sweep(*SWEEP)
        lines = self.lines()
        self.assertEqual(lines[0], "a.h5: 8 of 36 tasks failed (4 non_finite, 4 threw)")
        self.assertEqual([line for line in lines if line.startswith("task ")][0],
                         "task 12 (point 6, replicate 0) threw: x is where the study was told to throw")
        self.assertIn("    fault = throws, x = 1, at = 1", lines)
        self.assertIn("    trawl replay a.h5 --point 6 --replicate 1", lines)

    def test_the_replay_line_computes_that_task(self):
        (self.directory / "a dir").mkdir()
        self.run_sweep(*SWEEP, output="a dir/a.h5")
        for failure in self.failures(name="a dir/a.h5")["failures"]:
            words = shlex.split(failure["replay"])
            self.assertEqual(words[0], "trawl")
            said = self.expect(COMPLETE, *words[1:]).stdout
            self.assertIn(f"status = {failure['status']}  equal", said)
            self.assertIn(f"x = {failure['parameters']['x']:g}", said)

    def test_the_newest_line_of_a_task_counts(self):
        sweep = ("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=throws", "--fix", "sleep=0.4")
        self.run_sweep(*sweep)
        self.run_sweep(*sweep, "--retry", "failed", "--point-timeout", 0.1)
        failure, = self.failures()["failures"]
        self.assertEqual((failure["status"], failure["attempts"]), ("timed_out", 2))
        self.assertIn("time", failure["message"])

    def test_a_message_of_another_failure_is_not_shown(self):
        self.run_sweep("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=throws")
        log = self.directory / "a.h5.run.jsonl"
        log.write_text(log.read_text().replace('"status":"threw"', '"status":"timed_out"'))
        self.assertIsNone(self.failures()["failures"][0]["message"])

    def test_a_file_without_failures_has_none(self):
        self.run_sweep("fragile", code=COMPLETE)
        self.assertEqual(self.lines(), ["a.h5: 0 of 1 tasks failed"])
        self.assertEqual(self.failures()["failures"], [])

    def test_the_log_is_not_needed(self):
        self.run_sweep(*SWEEP)
        log = self.directory / "a.h5.run.jsonl"
        log.unlink()
        for make in (lambda: None, log.mkdir):
            make()
            failures = self.failures()["failures"]
            self.assertEqual([failure["task"] for failure in failures], FAILED)
            self.assertEqual({failure[key] for failure in failures for key in ("message", "host", "time", "attempts")}, {None})
            self.lines()

    def test_the_log_may_hold_anything(self):
        self.run_sweep(*SWEEP)
        log = self.directory / "a.h5.run.jsonl"
        lines = [b"", b"{", b"[" * 200000, b"\xff\xfe", b"x" * (3 << 20), os.urandom(1000), b'{"event":"failure","task":12}',
                 b'{"event":"failure","task":12,"status":[],"message":{"a":1}}', b'{"event":"failure","task":-1}',
                 b'{"event":"failure","task":1e300,"message":"m"}', b'{"event":"failure","task":99999999999999999999}',
                 b'{"event":"failure","task":13,"status":"threw","host":"h\\u001b[2J","message":"one\\ntwo\\u001b[31m\\u0000"}']
        log.write_bytes(b"\n".join(lines))
        text = self.expect(COMPLETE, "failures", "a.h5").stdout
        self.assertNotIn("\x1b", text)
        self.assertIn("one\\x0atwo\\x1b[31m", text)
        self.assertEqual(self.failures()["failures"][1]["message"], "one\ntwo\x1b[31m\0")

    def test_an_unfinished_file_lists_what_has_failed_so_far(self):
        sweep = ("fragile", "--axis", "x=linspace:0,199,200", "--fix", "at=0", "--fix", "fault=throws", "--fix", "sleep=0.05")
        self.run_sweep(*sweep, "--time-limit", 3, code=STOPPED_EARLY)
        document = self.failures()
        self.assertGreater(document["pending"], 0)
        self.assertEqual([failure["task"] for failure in document["failures"]], [0])
        self.assertIn("are pending", self.lines()[0])

    def test_shards_and_what_they_are_merged_to(self):
        for number in (1, 2, 3):
            code = COMPLETE if number == 1 else FAILED_POINTS
            self.run_sweep(*SWEEP, "--shard", f"{number}/3", code=code)
        listed = [failure for number in (2, 3) for failure in self.failures(name=f"a.shard-{number}-of-3.h5")["failures"]]
        self.assertEqual([failure["task"] for failure in listed], FAILED)
        for failure in listed:
            self.assertEqual(failure["parameters"]["x"], failure["parameters"]["at"])
            self.assertNotIn("point", failure["parameters"])
            self.assertTrue(failure["message"])
            self.assertIn("equal", self.expect(COMPLETE, *shlex.split(failure["replay"])[1:]).stdout)
        self.assertIn("another shard", self.expect(USAGE, "replay", "a.shard-2-of-3.h5", "--point", 0).stderr)
        self.expect(FAILED_POINTS, "merge", "a.h5")
        merged = self.failures()["failures"]
        for failure in merged + listed:
            del failure["replay"]
        self.assertEqual(merged, listed)

    def test_other_designs(self):
        self.write("zip.toml", 'study = "fragile"\nzip = [["x", "at"]]\n[axes]\nx = [1, 2, 3]\nat = [1, 0, 3]\n'
                               'fault = ["throws"]\n')
        self.run_sweep("zip.toml")
        self.assertEqual([(f["task"], f["parameters"]) for f in self.failures()["failures"]],
                         [(i, {"x": i + 1, "at": i + 1, "fault": "throws", "sleep": 0}) for i in (0, 2)])
        self.run_sweep("fragile", "--design", "random", "--points", "16", "--axis", "fault=choice:nan,none", "--axis",
                       "sleep=uniform:0,0.001", "--fix", "x=0.5", "--fix", "at=0.5", output="b.h5")
        document = self.failures(name="b.h5")
        self.assertGreater(document["failed"], 0)
        self.assertEqual({f["parameters"]["fault"] for f in document["failures"]}, {"nan"})
        self.assertEqual(len({f["parameters"]["sleep"] for f in document["failures"]}), document["failed"])
        values = self.failures("--by", "fault", name="b.h5")["values"]
        self.assertEqual(sum(value["tasks"] for value in values), 16)
        self.assertEqual({value["value"]: value["failed"] for value in values}["none"], 0)


class Counting(FailuresTest):
    def test_failures_are_counted_along_an_axis(self):
        self.run_sweep(*SWEEP)
        document = self.failures("--by", "fault")
        self.assertEqual(document["by"], "fault")
        self.assertEqual([(v["value"], v["tasks"], v["failed"], v["threw"], v["non_finite"]) for v in document["values"]],
                         [("none", 12, 0, 0, 0), ("throws", 12, 4, 4, 0), ("infinity", 12, 4, 0, 4)])
        self.assertEqual([(v["value"], v["failed"]) for v in self.failures("--by", "x")["values"]], [(1, 4), (2, 4), (3, 0)])
        self.assertEqual([v["failed"] for v in self.failures("--by", "replicate")["values"]], [4, 4])
        self.assertEqual([v["failed"] for v in self.failures("--by", "sleep")["values"]], [8])
        table = [line.split() for line in self.lines("--by", "fault")]
        self.assertEqual(table[1:], [["fault", "tasks", "failed", "non_finite", "threw"], ["none", "12", "0", "0", "0"],
                                     ["throws", "12", "4", "0", "4"], ["infinity", "12", "4", "4", "0"]])

    def test_an_axis_that_is_none_is_refused(self):
        self.run_sweep(*SWEEP)
        self.assertIn("fault", self.expect(USAGE, "failures", "a.h5", "--by", "falt").stderr)
        self.assertIn("axis", self.expect(USAGE, "failures", "a.h5", "--by", "square").stderr)


class Limits(FailuresTest):
    def test_a_limit_says_how_many_more_there_are(self):
        self.run_sweep(*SWEEP)
        lines = self.lines("--limit", 3)
        self.assertEqual(len([line for line in lines if line.startswith("task ")]), 3)
        self.assertTrue(lines[-1].startswith("... and 5 more"), lines[-1])
        self.assertEqual(len([line for line in self.lines("--limit", 8) if line.startswith("...")]), 0)
        document = self.failures("--limit", 3)
        self.assertEqual((len(document["failures"]), document["left_out"]), (3, 5))
        lines = self.lines("--by", "x", "--limit", 1)
        self.assertTrue(lines[-1].startswith("... and 2 more"), lines[-1])
        self.expect(USAGE, "failures", "a.h5", "--limit", "x")

    def test_memory_does_not_grow_with_the_failures(self):
        count = 200_000
        self.run_sweep("fragile", "--fix", "x=1", "--fix", "at=1", "--fix", "fault=infinity", "--replicates", count)
        self.assertTrue(self.lines()[-1].startswith("... and 199,900 more"))
        with open(self.directory / "out.json", "w", encoding="utf-8") as out:
            process = subprocess.Popen([TEST_STUDIES, "failures", "a.h5", "--json"], cwd=self.directory, stdout=out)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss, 150_000, "KiB")
        document = json.loads((self.directory / "out.json").read_text())
        self.assertEqual([failure["task"] for failure in document["failures"]], list(range(count)))

    def test_what_is_no_result_file_is_refused(self):
        self.write("text", "no file of ours")
        self.expect(USAGE, "failures", "text")
        self.expect(USAGE, "failures")


if __name__ == "__main__":
    unittest.main()
