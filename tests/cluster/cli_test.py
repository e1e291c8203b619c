"""Every verb as a user meets it, and everything a user can get wrong."""
import csv
import io
import json
import os
import signal
import subprocess
import time
import unittest

from command import (BUSY, COMPLETE, DIFFERENT, FAILED_POINTS, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, TRAWL, USAGE,
                     CommandTest)

SQUARES = ("fragile", "--axis", "x=0,1,2,3,4", "--replicates", "2")


class Verbs(CommandTest):
    def test_list_names_every_study_under_its_group(self):
        listing = self.expect(COMPLETE, "list").stdout
        self.assertLess(listing.index("tests\n"), listing.index("  fragile"))
        studies = json.loads(self.expect(COMPLETE, "list", "--json").stdout)
        self.assertEqual(studies["schema"], 1)
        self.assertEqual([study["name"] for study in studies["studies"]], ["fragile", "bulky"])

    def test_the_studies_that_ship_are_all_described(self):
        studies = json.loads(self.expect(COMPLETE, "list", "--json", program=TRAWL).stdout)["studies"]
        names = {study["name"] for study in studies}
        self.assertLessEqual({"importance_sampling", "gelu_factor", "diffusion", "fairness"}, names)
        for name in names:
            text = self.expect(COMPLETE, "describe", name, program=TRAWL).stdout
            study = json.loads(self.expect(COMPLETE, "describe", name, "--json", program=TRAWL).stdout)["study"]
            for named in study["parameters"] + study["outputs"]:
                self.assertIn(named["name"], text)
                self.assertTrue(named["description"] and named["unit"], named)
            for key in ("summary", "maths", "source"):
                self.assertIn(study[key], text)
                self.assertTrue(study[key])

    def test_describe_says_kinds_domains_and_defaults(self):
        study = json.loads(self.expect(COMPLETE, "describe", "fragile", "--json").stdout)["study"]
        parameters = {parameter["name"]: parameter for parameter in study["parameters"]}
        self.assertEqual(parameters["fault"]["kind"], "choice")
        self.assertEqual(parameters["fault"]["default"], "none")
        self.assertIn("segfaults", parameters["fault"]["choices"])
        self.assertEqual(parameters["sleep"]["unit"], "s")
        self.assertEqual(parameters["sleep"]["domain"]["upper"], 3600)
        self.assertIsNone(parameters["x"]["domain"]["upper"])
        self.assertEqual([output["name"] for output in study["outputs"]], ["square", "draw"])

    def test_plan_counts_points_tasks_and_bytes_exactly(self):
        plan = json.loads(self.expect(COMPLETE, "plan", *SQUARES, "--axis", "at=1,2,3", "--json").stdout)
        self.assertEqual((plan["points"], plan["replicates"], plan["tasks"]), (15, 2, 30))
        self.assertEqual(plan["dimensions"], [{"name": "x", "size": 5}, {"name": "at", "size": 3}])
        self.assertEqual(self.files(), [])
        self.expect(COMPLETE, "run", *SQUARES, "--axis", "at=1,2,3")
        self.assertEqual(plan["file_bytes"], (self.directory / plan["file"]).stat().st_size)

    def test_plan_estimates_the_time(self):
        plan = json.loads(self.expect(COMPLETE, "plan", *SQUARES, "--fix", "sleep=0.05", "--json").stdout)
        self.assertGreater(plan["tasks_timed"], 1)
        self.assertGreaterEqual(plan["seconds_per_task"], 0.05)
        self.assertLess(plan["seconds_per_task"], 0.2)
        self.assertAlmostEqual(plan["thread_seconds"], 10 * plan["seconds_per_task"])
        self.assertAlmostEqual(plan["seconds"] * plan["threads"], plan["thread_seconds"])
        self.assertIn("time ", self.expect(COMPLETE, "plan", *SQUARES).stdout)

    def test_plan_of_a_thousand_million_points_takes_no_memory_for_them(self):
        plan = json.loads(self.expect(COMPLETE, "plan", "fragile", "--axis", "x=linspace:0,1,1000000000", "--json").stdout)
        self.assertEqual(plan["points"], 10**9)
        self.assertGreater(plan["file_bytes"], 17 * 10**9)
        self.assertLess(plan["memory_bytes_master"], 64 << 20)

    def test_plan_says_so_when_a_task_does_not_return(self):
        plan = self.expect(COMPLETE, "plan", "fragile", "--axis", "x=1,1.5", "--fix", "fault=never_returns", "--fix", "at=1")
        self.assertIn("unknown", plan.stdout)

    def test_run_writes_the_file_and_says_how_it_went(self):
        done = self.expect(COMPLETE, "run", *SQUARES)
        self.assertEqual(done.stdout, "")
        self.assertIn("complete: 10 tasks", done.stderr)
        self.assertEqual(self.files(), ["fragile.h5", "fragile.h5.run.jsonl"])
        for line in (self.directory / "fragile.h5.run.jsonl").read_text().splitlines():
            self.assertIn("event", json.loads(line))

    def test_run_of_a_finished_file_does_nothing(self):
        self.expect(COMPLETE, "run", *SQUARES)
        before = self.sha256("fragile.h5")
        again = self.expect(COMPLETE, "run", *SQUARES)
        self.assertIn("is complete", again.stderr)
        self.assertEqual(self.sha256("fragile.h5"), before)

    def test_run_takes_a_file_and_changes_to_it(self):
        self.write("mine.toml", 'study = "fragile"\nseed = 4\n[axes]\nx = [1, 2]\n')
        self.expect(COMPLETE, "run", "mine.toml", "--axis", "at=7,8,9")
        status = json.loads(self.expect(COMPLETE, "status", "mine.h5", "--json").stdout)
        self.assertEqual(status["tasks"], 6)

    def test_run_gives_the_same_bytes_from_the_sweep_kept_in_the_file(self):
        self.expect(COMPLETE, "run", *SQUARES, "--seed", 9)
        sweep = json.loads(self.expect(COMPLETE, "status", "fragile.h5", "--json").stdout)["sweep"]
        self.write("again.toml", sweep)
        self.expect(COMPLETE, "run", "again.toml")
        self.assertEqual(self.sha256("again.h5"), self.sha256("fragile.h5"))

    def test_status_counts_what_is_done(self):
        self.expect(FAILED_POINTS, "run", *SQUARES, "--fix", "fault=throws", "--fix", "at=3")
        status = json.loads(self.expect(COMPLETE, "status", "fragile.h5", "--json").stdout)
        self.assertEqual(status["schema"], 1)
        self.assertTrue(status["complete"])
        self.assertEqual((status["status"]["ok"], status["status"]["threw"], status["status"]["pending"]), (8, 2, 0))
        self.assertIn("complete", self.expect(COMPLETE, "status", "fragile.h5").stdout)

    def test_replay_finds_the_same_bits(self):
        self.expect(COMPLETE, "run", *SQUARES)
        done = self.expect(COMPLETE, "replay", "fragile.h5", "--point", 3, "--replicate", 1)
        self.assertIn("square = 9  equal", done.stdout)
        self.assertIn("draw = ", done.stdout)

    def test_replay_finds_a_bit_that_differs(self):
        self.expect(COMPLETE, "run", *SQUARES)
        path = self.directory / "fragile.h5"
        content = path.read_bytes()
        nine = bytes.fromhex("0000000000002240")
        self.assertGreaterEqual(content.count(nine), 2)
        path.write_bytes(content.replace(nine, bytes.fromhex("0100000000002240")))
        done = self.expect(DIFFERENT, "replay", "fragile.h5", "--point", 3)
        self.assertIn("square = 9  DIFFERENT", done.stdout)

    def test_replay_wants_a_point_of_the_sweep(self):
        self.expect(COMPLETE, "run", *SQUARES)
        for words in ((), ("--point", 5), ("--point", -1), ("--point", 0, "--replicate", 2), ("--point", "x")):
            self.expect(USAGE, "replay", "fragile.h5", *words)

    def test_digest_is_what_sha256sum_prints(self):
        self.expect(COMPLETE, "run", *SQUARES)
        lines = self.expect(COMPLETE, "digest", "fragile.h5").stdout.splitlines()
        self.assertEqual(lines[0], f"{self.sha256('fragile.h5')}  fragile.h5")
        self.assertIn("fragile.h5:/square", lines[-2] + lines[-1])

    def test_export_gives_a_row_for_each_task(self):
        self.expect(COMPLETE, "run", *SQUARES)
        rows = list(csv.DictReader(io.StringIO(self.expect(COMPLETE, "export", "fragile.h5", "--format", "csv").stdout)))
        self.assertEqual([float(row["square"]) for row in rows], [0, 0, 1, 1, 4, 4, 9, 9, 16, 16])
        self.expect(COMPLETE, "export", "fragile.h5", "--format", "jsonl", "-o", "out.jsonl")
        lines = (self.directory / "out.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line)["x"] for line in lines], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
        self.expect(USAGE, "export", "fragile.h5", "--format", "xml")
        self.expect(IO_ERROR, "export", "fragile.h5", "-o", "no/such/directory/out.csv")

    def test_report_is_a_short_table(self):
        self.expect(COMPLETE, "run", *SQUARES)
        table = self.expect(COMPLETE, "report", "fragile.h5").stdout
        self.assertIn("square", table)
        self.assertLess(len(table.splitlines()), 30)

    def test_every_verb_has_help(self):
        usage = self.expect(COMPLETE, "--help").stdout
        for verb in ("list", "describe", "plan", "run", "status", "failures", "replay", "digest", "export", "report"):
            self.assertIn(f"trawl {verb}", usage)
            self.assertIn(f"trawl {verb}", self.expect(COMPLETE, verb, "--help").stdout)
        self.assertRegex(self.expect(COMPLETE, "--version").stdout, r"^trawl \d+\.\d+\.\d+\n$")

    def test_a_full_disk_behind_stdout_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([TEST_STUDIES, "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)


class Misuse(CommandTest):
    """Each mistake gives one clear line on stderr, the right exit code, and leaves no file behind."""

    def refuse(self, code, *words, said=""):
        before = self.files()
        done = self.expect(code, *words)
        self.assertEqual(done.stdout, "")
        self.assertIn(said, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertLess(len(done.stderr), 500)
        self.assertEqual(self.files(), before)

    def refuse_sweep(self, text, said=""):
        self.write("sweep.toml", text)
        for verb in ("run", "plan"):
            self.refuse(USAGE, verb, "sweep.toml", said=said)

    def test_verbs_and_options(self):
        self.refuse(USAGE, "rum", said="run")
        self.refuse(USAGE, "run", said="SWEEP is missing")
        self.refuse(USAGE, "run", "fragile", "--axs", "x=1", said="--axis")
        self.refuse(USAGE, "run", "fragile", "--thread", "1", said="--threads")
        self.refuse(USAGE, "run", "fragile", "bulky", said="too many")
        self.refuse(USAGE, "run", "fragile", "--threads", "many")
        self.refuse(USAGE, "run", "fragile", "--threads", "-1")
        self.refuse(USAGE, "run", "fragile", "--point-timeout", "nan")
        self.refuse(USAGE, "run", "fragile", "--heartbeat", "10", "--lease", "11")
        self.refuse(USAGE, "list", "fragile", said="too many")

    def test_unknown_names(self):
        self.refuse(USAGE, "describe", "fragle", said="fragile")
        self.refuse(USAGE, "run", "fragle", said="fragile")
        self.refuse(USAGE, "run", "fragile", "--axis", "y=1,2", said="y")
        self.refuse(USAGE, "run", "fragile", "--fix", "slep=1", said="sleep")
        self.refuse(USAGE, "run", "fragile", "--fix", "fault=thows", said="throws")
        self.refuse_sweep('study = "fragle"\n', said="fragile")
        self.refuse_sweep('study = "fragile"\n[axes]\nz = [1]\n', said="sweep.toml:3:")
        self.refuse_sweep('study = "fragile"\nsed = 3\n', said="seed")
        self.refuse_sweep('study = "fragile"\n[fixed]\nfault = "thows"\n', said="throws")

    def test_values_outside_their_domain(self):
        self.refuse(USAGE, "run", "fragile", "--axis", "sleep=0,-1", said="sleep")
        self.refuse(USAGE, "run", "fragile", "--fix", "sleep=1e9", said="sleep")
        self.refuse(USAGE, "run", "fragile", "--fix", "x=nan")
        self.refuse(USAGE, "run", "bulky", "--fix", "elements=1.5", said="elements")
        self.refuse_sweep('study = "fragile"\n[axes]\nsleep = { linspace = [-1.0, 1.0, 3] }\n', said="sweep.toml:3:")
        self.refuse_sweep('study = "fragile"\nseed = -1\n', said="seed")
        self.refuse_sweep('study = "fragile"\nseed = "one"\n', said="seed")

    def test_no_points(self):
        self.refuse(USAGE, "run", "fragile", "--axis", "x=linspace:0,1,0")
        self.refuse(USAGE, "run", "fragile", "--replicates", "0")
        self.refuse(USAGE, "run", "fragile", "--axis", "x=uniform:0,1", "--design", "random", "--points", "0")
        self.refuse_sweep('study = "fragile"\n[axes]\nx = []\n', said="sweep.toml:3:")

    def test_more_points_than_2_to_the_63(self):
        many = "linspace:0,1,4000000000"
        self.refuse(USAGE, "run", "fragile", "--axis", f"x={many}", "--axis", f"at={many}")
        self.refuse(USAGE, "run", "fragile", "--axis", f"x={many}", "--replicates", "4000000000")
        self.refuse(USAGE, "run", "fragile", "--replicates", "99999999999999999999")
        self.refuse_sweep(f'study = "fragile"\nreplicates = {2**62}\n[axes]\nx = [1, 2, 3]\n')

    def test_more_bytes_than_the_disk_has(self):
        self.refuse(IO_ERROR, "run", "bulky", "--axis", "x=linspace:0,1,1000000000", "--fix", "elements=1000000")

    def test_text_that_is_no_sweep(self):
        self.refuse_sweep("study = ", said="sweep.toml:1:")
        self.refuse_sweep("[&", said="sweep.toml:1:")
        self.refuse_sweep("[" * 5000)
        self.refuse_sweep("")
        self.refuse_sweep(b"\xff\xfe\x00study")
        self.refuse_sweep(os.urandom(1 << 20))
        self.refuse_sweep(b"a" * (1 << 20))
        self.refuse_sweep(b'study = "fragile"\n' + b"#" * (65 << 20))
        self.refuse(USAGE, "run", "missing.toml", said="missing.toml")
        self.refuse(USAGE, "run", "/tmp/")

    def test_directories_that_cannot_be_written(self):
        self.refuse(IO_ERROR, "run", "fragile", "-o", "/proc/fragile.h5", said="/proc")
        self.refuse(IO_ERROR, "run", "fragile", "-o", "no/such/directory/fragile.h5", said="no/such")
        self.write("file", "")
        self.refuse(IO_ERROR, "run", "fragile", "-o", "file/fragile.h5", said="file")


class DamagedFiles(CommandTest):
    """A file that is not the sweep's is refused and left as it is."""

    def refuse(self, said=""):
        before = self.sha256("fragile.h5")
        done = self.expect(USAGE, "run", *SQUARES)
        self.assertIn(said, done.stderr)
        self.assertEqual(self.sha256("fragile.h5"), before)

    def test_of_another_sweep(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=0,1,2,3,5", "--replicates", "2")
        self.refuse(said="axis x = [0.0, 1.0, 2.0, 3.0, 5.0], not [0.0, 1.0, 2.0, 3.0, 4.0]")

    def test_of_another_study(self):
        self.expect(COMPLETE, "run", "bulky", "-o", "fragile.h5")
        self.refuse(said="bulky")

    def test_not_hdf5(self):
        for content in (b"", b"hello\n", os.urandom(5000), b"\x89HDF\r\n\x1a\n" + bytes(3000)):
            self.write("fragile.h5", content)
            self.refuse(said="fragile.h5")
            for verb in (("status",), ("replay", "--point", "0"), ("digest",), ("export",), ("report",)):
                self.expect(USAGE, verb[0], "fragile.h5", *verb[1:])

    def test_truncated_anywhere(self):
        self.expect(COMPLETE, "run", *SQUARES)
        whole = (self.directory / "fragile.h5").read_bytes()
        for size in (1, 100, 1000, len(whole) // 2, len(whole) - 1):
            self.write("fragile.h5", whole[:size])
            self.refuse(said="fragile.h5")
            self.assertIn(self.command("status", "fragile.h5").returncode, (USAGE, IO_ERROR))

    def test_missing(self):
        for verb in (("status",), ("replay", "--point", "0"), ("digest",), ("export",), ("report",)):
            done = self.command(verb[0], "fragile.h5", *verb[1:])
            self.assertIn(done.returncode, (USAGE, IO_ERROR), done.stderr)
            self.assertIn("fragile.h5", done.stderr)
        self.assertEqual(self.files(), [])


class BadPoints(CommandTest):
    """One bad point harms no other."""

    def run_with(self, fault, *options):
        done = self.expect(FAILED_POINTS, "run", "fragile", "--axis", "x=linspace:0,99,100", "--fix", f"fault={fault}",
                           "--fix", "at=17", *options)
        rows = list(csv.DictReader(io.StringIO(self.expect(COMPLETE, "export", "fragile.h5").stdout)))
        for row in rows:
            if row["x"] != "17":
                self.assertEqual((row["status"], float(row["square"])), ("ok", float(row["x"]) ** 2))
        again = self.expect(FAILED_POINTS, "run", "fragile", "--axis", "x=linspace:0,99,100", "--fix", f"fault={fault}",
                            "--fix", "at=17", *options)
        self.assertIn("is complete", again.stderr)
        return done, rows[17]

    def test_a_point_that_throws(self):
        done, row = self.run_with("throws")
        self.assertEqual(row["status"], "threw")
        self.assertIn("x is where the study was told to throw", done.stderr)
        self.assertIn("told to throw", (self.directory / "fragile.h5.run.jsonl").read_text())

    def test_points_that_are_not_finite(self):
        for fault in ("nan", "infinity"):
            _, row = self.run_with(fault, "-o", "fragile.h5")
            self.assertEqual(row["status"], "non_finite")
            os.remove(self.directory / "fragile.h5")

    def test_a_point_that_never_returns(self):
        _, row = self.run_with("never_returns", "--point-timeout", "0.5")
        self.assertEqual((row["status"], row["square"]), ("timed_out", "nan"))

    def test_points_that_kill_the_process_are_given_up_after_three_times(self):
        for fault in ("segfaults", "aborts"):
            _, row = self.run_with(fault)
            self.assertEqual((row["status"], row["square"]), ("crashed", "nan"))
            os.remove(self.directory / "fragile.h5")


class Stopping(CommandTest):
    SLOW = ("fragile", "--axis", "x=linspace:0,399,400", "--fix", "sleep=0.01")

    def start(self, *words):
        process = subprocess.Popen([TEST_STUDIES, "run", *words], cwd=self.directory, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 30
        while not (self.directory / "fragile.h5.inflight.0").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        return process

    def stop(self, process, number):
        process.send_signal(number)
        _, message = process.communicate(timeout=30)
        return process.returncode, message

    def test_each_signal_stops_and_the_same_command_continues(self):
        self.expect(COMPLETE, "run", *self.SLOW, "-o", "whole.h5")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
            code, message = self.stop(self.start(*self.SLOW), number)
            self.assertEqual(code, STOPPED_EARLY, message)
            status = json.loads(self.expect(COMPLETE, "status", "fragile.h5", "--json").stdout)
            self.assertFalse(status["complete"])
            self.assertGreater(status["status"]["ok"], 0)
            self.assertIn("continuing", self.expect(COMPLETE, "run", *self.SLOW).stderr)
            self.assertEqual(self.sha256("fragile.h5"), self.sha256("whole.h5"))
            os.remove(self.directory / "fragile.h5")

    def test_a_second_signal_leaves_at_once(self):
        process = self.start("fragile", "--axis", "x=1,2", "--fix", "sleep=60", "--grace", "60")
        process.send_signal(signal.SIGTERM)
        time.sleep(2.2)  # what comes sooner is the same request
        self.assertIsNone(process.poll())
        code, message = self.stop(process, signal.SIGTERM)
        self.assertEqual(code, STOPPED_EARLY)
        self.assertIn("asked to stop again", message)

    def test_a_point_that_does_not_end_does_not_hold_up_a_stop(self):
        process = self.start("fragile", "--axis", "x=1,2", "--fix", "sleep=60", "--grace", "0.5")
        self.assertEqual(self.stop(process, signal.SIGTERM)[0], STOPPED_EARLY)

    def test_a_second_process_on_the_same_file_is_sent_away(self):
        process = self.start(*self.SLOW)
        self.assertIn("fragile.h5", self.expect(BUSY, "run", *self.SLOW).stderr)
        _, message = process.communicate(timeout=60)
        self.assertEqual(process.returncode, COMPLETE, message)

    def test_the_file_can_be_read_while_it_is_written(self):
        process = self.start(*self.SLOW, "--flush-interval", "0.1")
        for verb in (("status",), ("export",), ("report",), ("replay", "--point", "0")):
            self.expect(COMPLETE, verb[0], "fragile.h5", *verb[1:])
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, COMPLETE)


if __name__ == "__main__":
    unittest.main()
