"""What trawl says: to whom, in how many columns, and with which exit code."""
import fcntl
import json
import os
import pty
import re
import resource
import select
import struct
import subprocess
import termios
import unittest

from command import (COMPLETE, DIFFERENT, FAILED_POINTS, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, TRAWL, USAGE,
                     CommandTest, mpirun)

CONTROL = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]")


class WordsTest(CommandTest):
    def on_terminal(self, columns, *words, stream="stdout", program=TEST_STUDIES):
        """Exit code and what came to a terminal that wide on that stream."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: slave}
        process = subprocess.Popen([program, *map(str, words)], cwd=self.directory, env={**os.environ, "TERM": "xterm"},
                                   **streams)
        os.close(slave)
        seen = b""
        while True:
            if not select.select([master], [], [], 60)[0]:
                process.kill()
                self.fail("nothing happens")
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        os.close(master)
        return process.wait(timeout=60), seen.decode().replace("\r\n", "\n")


class Usage(WordsTest):
    def test_help_in_every_form(self):
        usage = self.expect(COMPLETE, "--help").stdout
        for words in (("-h",), ("help",)):
            self.assertEqual(self.expect(COMPLETE, *words).stdout, usage)
        for verb in ("run", "plan", "list", "merge", "doctor", "version", "help"):
            self.assertEqual(self.expect(COMPLETE, "help", verb).stdout, self.expect(COMPLETE, verb, "--help").stdout)
        self.assertIn("unknown verb nosuch", self.expect(USAGE, "help", "nosuch").stderr)
        self.assertIn("Did you mean run?", self.expect(USAGE, "help", "RUN").stderr)

    def test_the_exit_codes_are_listed(self):
        usage = self.expect(COMPLETE, "--help").stdout
        readme = (os.environ["TRAWL_SOURCE_DIR"] + "/README.md")
        with open(readme, encoding="utf-8") as file:
            table = re.findall(r"^\| (\d+) \| (.*) \|$", file.read(), re.MULTILINE)
        self.assertEqual([code for code, _ in table], ["0", "1", "2", "3", "73", "74", "75"])
        for code, _ in table:
            self.assertRegex(usage, rf"(?m)^ +{code}  ")

    def test_version_in_every_form(self):
        version = self.expect(COMPLETE, "--version").stdout
        self.assertEqual(self.expect(COMPLETE, "version").stdout, version)
        for words in (("--version", "--json"), ("version", "--json")):
            document = json.loads(self.expect(COMPLETE, *words).stdout)
            self.assertEqual(version, f"trawl {document['trawl_version']}\n")
        self.expect(USAGE, "version", "1")

    def test_no_verb_is_a_mistake_and_shows_the_verbs(self):
        done = self.expect(USAGE)
        self.assertEqual(done.stdout, "")
        self.assertIn("trawl run SWEEP", done.stderr)
        self.assertIn("a verb is missing", done.stderr.splitlines()[-1])

    def test_suggestions_do_not_mind_capitals(self):
        for words, said in ((("RUN",), "run"), (("describe", "FRAGILE"), "fragile"), (("run", "Fragle"), "fragile"),
                            (("run", "fragile", "--Axis", "x=1"), "--axis"),
                            (("run", "fragile", "--axis", "SLEEP=1"), "sleep")):
            self.assertIn(f"Did you mean {said}?", self.expect(USAGE, *words).stderr)
        self.assertIn("Did you mean null?", self.expect(USAGE, "run", "NULL", "--axis", "x=1", program=TRAWL).stderr)

    def test_a_stray_word_is_named_wherever_it_stands(self):
        for words in (("run", "fragile", "--axis", "x=1", "2"), ("run", "fragile", "2", "--axis", "x=1"),
                      ("run", "fragile", "--quiet", "2")):
            said = self.expect(USAGE, *words).stderr
            self.assertIn("too many arguments: 2 (only SWEEP is expected)", said)
            self.assertIn("commas", said)
        self.assertIn("too many arguments: x (none is expected)", self.expect(USAGE, "list", "x").stderr)

    def test_replay_says_that_the_point_is_missing(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=1,2,3")
        said = self.expect(USAGE, "replay", "fragile.h5").stderr
        self.assertIn("--point is missing", said)
        self.assertIn("from 0 to 2", said)

    def test_plan_times_nothing_if_told_so(self):
        slow = ("plan", "fragile", "--axis", "x=1,2", "--fix", "fault=never_returns", "--fix", "at=1")
        self.assertIn("not measured", self.expect(COMPLETE, *slow, "--no-timing", timeout=8).stdout)
        document = json.loads(self.expect(COMPLETE, *slow, "--no-timing", "--json").stdout)
        self.assertEqual((document["timed"], document["seconds"]), (False, None))
        self.assertIn("--no-timing", self.expect(COMPLETE, "plan", "--help").stdout)
        self.assertNotIn("without running", self.expect(COMPLETE, "--help").stdout)


class Counting(WordsTest):
    def test_one_of_a_thing_has_no_s(self):
        done = self.expect(COMPLETE, "run", "fragile", "--axis", "x=1", "--threads", 1)
        self.assertIn("1 point x 1 replicate, 1 rank x 1 thread ", done.stderr)
        self.assertIn("1 task computed", done.stderr)
        texts = done.stderr
        for words in (("run", "fragile", "--axis", "x=1"), ("status", "fragile.h5"), ("report", "fragile.h5"),
                      ("plan", "fragile", "--axis", "x=1")):
            done = self.expect(COMPLETE, *words)
            texts += done.stdout + done.stderr
        self.assertNotRegex(texts, r"(?<![\d,.])1 (points|tasks|replicates|ranks|threads|nodes|values)\b")


class Refusals(WordsTest):
    """A file of another sweep: what differs, in the words of a sweep, on one line."""

    def differs(self, *words):
        before = self.sha256("o.h5")
        done = self.expect(USAGE, "run", "fragile", *words, "-o", "o.h5")
        self.assertEqual(self.sha256("o.h5"), before)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn("o.h5: belongs to another sweep (it has ", done.stderr)
        self.assertIn("another --output", done.stderr)
        self.assertIn("trawl status o.h5", done.stderr)
        return done.stderr

    def test_say_what_differs(self):
        axes = ("--axis", "x=1,2,3", "--axis", "at=4,5")
        self.expect(COMPLETE, "run", "fragile", *axes, "--seed", 1, "--replicates", 2, "-o", "o.h5")
        same = ("--seed", 1, "--replicates", 2)
        swapped = ("--axis", "at=4,5", "--axis", "x=1,2,3")
        for words, said in (
                ((*axes, "--seed", 2, "--replicates", 2), ["(it has seed 1, not 2)"]),
                ((*axes, "--seed", 1), ["replicates 2, not 1"]),
                ((*swapped, *same), ["axes x, at, not axes at, x"]),
                (("--axis", "x=1,2", "--axis", "at=4,5", *same), ["axis x with 3 values, not 2"]),
                (("--axis", "x=1,2,4", "--axis", "at=4,5", *same), ["axis x = [1.0, 2.0, 3.0], not [1.0, 2.0, 4.0]"]),
                (("--axis", "x=1,2,3", *same), ["axes x, at, not axis x"]),
                ((*axes, *same, "--fix", "sleep=0.001"), ["sleep = 0.0, not 0.001"]),
                ((*axes, *same, "--where", "x < at"), ['where none, not "x < at"']),
                ((*axes, "--seed", 3, "--replicates", 4), ["seed 1, not 3", "replicates 2, not 4"]),
                (("--axis", "x=uniform:0,1", "--design", "random", "--points", 3, *same), ['design "grid", not "random"'])):
            message = self.differs(*words)
            for text in said:
                self.assertIn(text, message)

    def test_another_study(self):
        self.expect(COMPLETE, "run", "bulky", "-o", "o.h5")
        self.assertIn('study "bulky", not "fragile"', self.differs("--axis", "x=1"))

    def test_another_version(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=1", "-o", "o.h5", "--shard", "1/1")
        os.rename(self.directory / "o.shard-1-of-1.h5", self.directory / "o.h5")
        done = self.expect(USAGE, "run", "fragile", "--axis", "x=1", "-o", "o.h5")
        self.assertIn("shard 1/1, not the whole sweep", done.stderr)


class Quiet(WordsTest):
    def test_says_nothing_but_errors(self):
        failing = ("fragile", "--axis", "x=linspace:0,19,20", "--fix", "fault=throws", "--fix", "at=3")
        for option, prefix in (("-q", ()), ("--quiet", ()), ("-q", mpirun(2, "--enable-recovery"))):
            done = self.command("run", *failing, option, "-o", f"{len(self.files())}.h5", prefix=prefix)
            self.assertEqual((done.stdout, done.stderr), ("", ""))
            if not prefix:
                self.assertEqual(done.returncode, FAILED_POINTS)
        self.expect(FAILED_POINTS, "status", "--exit-code", self.files()[0])
        done = self.expect(COMPLETE, "run", "fragile", "--axis", "x=1,2", "-q", "-o", "c.h5")
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.expect(COMPLETE, "run", "fragile", "--axis", "x=1,2", "-q", "-o", "c.h5").stderr, "")

    def test_errors_are_said(self):
        self.assertIn("unknown study", self.expect(USAGE, "run", "-q", "nosuch").stderr)

    def test_a_stop_is_quiet_too(self):
        done = self.expect(STOPPED_EARLY, "run", "fragile", "--axis", "x=linspace:0,99,100", "--fix", "sleep=0.5", "-q",
                           "--time-limit", "1", "--threads", 1)
        self.assertEqual(done.stderr, "")


class Terminals(WordsTest):
    SLOW = ("run", "fragile", "--axis", "x=linspace:0,99999,120", "--fix", "sleep=0.01", "--threads", 1)

    def test_the_progress_line_is_never_longer_than_the_terminal(self):
        for columns in (0, 1, 2, 9, 20, 37, 80, 300):
            (self.directory / "fragile.h5").unlink(missing_ok=True)
            code, seen = self.on_terminal(columns, *self.SLOW, stream="stderr")
            self.assertEqual(code, COMPLETE, seen)
            pieces = re.split(r"[\r\n]|\x1b\[J", seen)
            drawn = [piece for piece in pieces if piece and not piece.startswith("trawl: ")]
            self.assertTrue(drawn or columns == 1, seen)
            for line in drawn:
                self.assertLess(len(line), columns or 80, line)

    def test_tables_and_lists_stay_inside_the_terminal(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=0,1,2,3,4", "--replicates", "2", "-o", "r.h5")
        for columns in (40, 60, 80, 132):
            for words in (("list",), ("describe", "fragile"), ("report", "r.h5"), ("run", "--help"), ("--help",)):
                code, seen = self.on_terminal(columns, *words)
                self.assertEqual(code, COMPLETE)
                longest = max(seen.splitlines(), key=len)
                if len(longest) > columns:  # a word may be longer than the terminal is wide
                    self.assertGreater(len(longest.split()[-1]) + 30, columns, longest)
                self.assertLess(len(seen.splitlines()), 400)
        code, seen = self.on_terminal(30, "report", "r.h5")
        for text in ("square, x 4", "mean 16", "count 2"):
            self.assertIn(text, seen)

    def test_what_is_piped_is_not_broken(self):
        listing = self.expect(COMPLETE, "list", program=TRAWL).stdout
        self.assertTrue([line for line in listing.splitlines() if len(line) > 90])

    def test_list_of_the_studies_that_ship_in_a_narrow_terminal(self):
        _, seen = self.on_terminal(50, "list", program=TRAWL)
        self.assertLessEqual(max(len(line) for line in seen.splitlines() if " " in line.strip()), 50)
        self.assertIn("importance_sampling", seen)


class ControlCharacters(WordsTest):
    EVIL = "a\x1b[31mred\x07\u009b2J\nb"

    def check(self, done):
        self.assertNotRegex(done.stdout, CONTROL)
        self.assertNotRegex(done.stderr, CONTROL)

    def test_of_the_command_line(self):
        for words in (("describe", self.EVIL), (self.EVIL,), ("help", self.EVIL), ("status", self.EVIL),
                      ("run", self.EVIL), ("run", "fragile", "--axis", self.EVIL + "=1"),
                      ("run", "fragile", "--fix", "fault=" + self.EVIL), ("run", "fragile", "--" + self.EVIL),
                      ("run", "fragile", "--threads", self.EVIL), ("run", "fragile", "--shard", self.EVIL),
                      ("export", "--format", self.EVIL, "x"), ("scale", "fragile", "--nodes", self.EVIL),
                      ("run", "fragile", "-o", "no/" + self.EVIL), ("run", "fragile", self.EVIL),
                      ("submit", "fragile", "-o", self.EVIL)):
            done = self.command(*words)
            self.assertIn(done.returncode, (USAGE, IO_ERROR), done.stderr)
            self.check(done)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        done = subprocess.run([TEST_STUDIES, "describe", b"\x9b31m\xff"], capture_output=True, check=False)
        self.assertIn(rb"\x9b31m\xff", done.stderr)

    def test_of_file_names(self):
        name = "e\x1b[31m\u202egreen.h5"
        self.check(self.expect(COMPLETE, "run", "fragile", "--axis", "x=1,2", "-o", name))
        for verb in ("run fragile --axis x=1,2 -o", "status", "report", "digest", "export", "replay --point 0",
                     "plan fragile -o", "run fragile -o"):
            self.check(self.command(*verb.split(), name))

    def test_of_keys_and_values_in_sweeps(self):
        for text in ('study = "fr\\u001bagile"\n', 'study = "fragile"\n"k\\u001b[31m" = 1\n',
                     'study = "fragile"\n[fixed]\nfault = "\\u001b[31m"\n', 'study = "fragile"\n[axes]\n"\\u009b" = [1]\n'):
            self.write("s.toml", text)
            self.check(self.expect(USAGE, "run", "s.toml"))

    def test_of_damaged_files(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=1,2", "-o", "d.h5")
        content = (self.directory / "d.h5").read_bytes()
        self.assertIn(b"fragile", content)
        self.write("d.h5", content.replace(b"fragile", b"fr\x1b[31m").replace(b"square", b"sq\x9b\x1bre"))
        for words in (("status",), ("report",), ("export",), ("digest",), ("status", "--json"), ("replay", "--point", 0),
                      ("export", "--format", "jsonl")):
            self.check(self.command(words[0], "d.h5", *words[1:]))


class Machines(WordsTest):
    """What the machine refuses is not a bug of trawl, and not a mistake of the command."""

    def test_out_of_memory(self):
        def little():
            resource.setrlimit(resource.RLIMIT_AS, (780 << 20, 780 << 20))
        done = subprocess.run([TEST_STUDIES, "plan", "bulky", "--axis", "x=1", "--fix", "elements=100000000"],
                              cwd=self.directory, capture_output=True, text=True, check=False, preexec_fn=little)
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        self.assertIn("out of memory", done.stderr)
        self.assertNotIn("bug", done.stderr)

    def test_a_difference_has_a_code_of_its_own(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=3", "-o", "r.h5")
        content = (self.directory / "r.h5").read_bytes()
        nine = bytes.fromhex("0000000000002240")
        self.write("r.h5", content.replace(nine, bytes.fromhex("0100000000002240")))
        self.expect(DIFFERENT, "replay", "r.h5", "--point", 0)


if __name__ == "__main__":
    unittest.main()
