"""What a sweep may say, on the command line and in files, and what is refused before anything is created."""
import subprocess
import unittest

import h5py
import numpy

from command import COMPLETE, TRAWL, USAGE, CommandTest, mpirun


class Grammar(CommandTest):
    def trawl(self, code, *words, **keywords):
        return self.expect(code, *words, program=TRAWL, **keywords)

    def refuse(self, *words, **keywords):
        """The message of a command that ends with exit code 2 and creates nothing."""
        before = self.files()
        done = self.trawl(USAGE, *words, **keywords)
        self.assertEqual(self.files(), before, words)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertNotRegex(done.stderr[:-1], r"[\x00-\x1f\x7f-\x9f]")
        return done.stderr

    def values(self, name, axis):
        with h5py.File(self.directory / name, "r") as file:
            return file[axis][...]

    def sweep_text(self, name):
        """The sweep that status prints, which can be run as it stands."""
        text = self.trawl(COMPLETE, "status", name).stdout
        return text[text.index("study = "):]


class Canonical(Grammar):
    def test_an_integer_has_one_zero(self):
        self.trawl(COMPLETE, "run", "adam_2d", "--axis", "steps=-0,5", "-o", "a.h5", "-q")
        text = self.sweep_text("a.h5")
        self.assertIn("steps = [0, 5]\n", text)
        self.write("back.toml", text)
        self.assertIn("is complete", self.trawl(COMPLETE, "run", "back.toml", "-o", "a.h5").stderr)
        self.trawl(COMPLETE, "run", "back.toml", "-o", "b.h5", "-q")
        self.assertEqual(self.sha256("a.h5"), self.sha256("b.h5"))
        for shard in ("1/2", "2/2"):
            self.trawl(COMPLETE, "run", "adam_2d", "--axis", "steps=-0,5", "--shard", shard, "-o", "m.h5", "-q")
        self.trawl(COMPLETE, "merge", "m.h5")
        self.assertEqual(self.sha256("a.h5"), self.sha256("m.h5"))

    def test_sixty_thousand_values_are_swept_continued_and_sent_to_every_rank(self):
        doses = numpy.sort(numpy.random.default_rng(1).lognormal(size=60_000))
        self.write("doses.csv", "patient,dose\n" + "".join(f"{i},{dose!r}\n" for i, dose in enumerate(doses.tolist())))
        numpy.save(self.directory / "doses.npy", doses)
        self.write("csv.toml", 'study = "null"\n[axes]\nx = { csv = "doses.csv", column = "dose" }\n')
        self.write("list.toml", f'study = "null"\n[axes]\nx = {doses.tolist()}\n')
        self.trawl(COMPLETE, "run", "csv.toml", "-o", "csv.h5", "-q")
        self.trawl(COMPLETE, "run", "list.toml", "-o", "list.h5", "-q")
        self.trawl(COMPLETE, "run", "null", "--axis", "x=npy:doses.npy", "-o", "npy.h5", "-q",
                   prefix=mpirun(2))
        numpy.testing.assert_array_equal(self.values("csv.h5", "x"), doses)
        self.assertEqual(self.sha256("csv.h5"), self.sha256("list.h5"))
        self.assertEqual(self.sha256("csv.h5"), self.sha256("npy.h5"))
        self.write("back.toml", self.sweep_text("csv.h5"))
        self.assertIn("is complete", self.trawl(COMPLETE, "run", "back.toml", "-o", "csv.h5").stderr)
        self.write("doses.csv", "patient,dose\n0,1\n")
        self.trawl(USAGE, "run", "csv.toml", "-o", "csv.h5")  # its content is part of the sweep

    def test_values_are_sought_beside_the_sweep_file(self):
        (self.directory / "inner").mkdir()
        self.write("inner/doses.csv", "dose\r\n1\r\n2.5\r\n")
        self.write("inner/sweep.toml", 'study = "null"\n[axes]\nx = { csv = "doses.csv" }\n')
        self.trawl(COMPLETE, "run", "inner/sweep.toml", "-o", "a.h5", "-q")
        self.assertEqual(self.values("a.h5", "x").tolist(), [1, 2.5])
        self.write("inner/doses.csv", "dose\n1\nabc\n")
        self.assertIn("inner/doses.csv:3:1: 'abc' is not a number", self.refuse("plan", "inner/sweep.toml"))

    def test_a_sweep_whose_text_is_too_long_is_refused_before_anything_is_made(self):
        self.write("long.toml", 'study = "null"\n[axes]\nx = [' + ",".join(str(i) for i in range(8_000_000)) + "]\n")
        self.assertLess((self.directory / "long.toml").stat().st_size, 64 << 20)
        message = self.refuse("plan", "long.toml")
        self.assertRegex(message, r"long.toml:2:2: the sweep's canonical text has \d+ bytes .*64 MiB")


class Depth(Grammar):
    def test_no_text_takes_the_stack(self):
        texts = ['study="null"\n' + "a." * 50_000 + "b=1", 'study="null"\n' + "a." * 1000 + "b=1",
                 'study="null"\nx=' + "[" * 50_000, 'study="null"\nx=' + "{a=" * 50_000,
                 'study="null"\nwhere="' + "(" * 5000 + "x>1" + ")" * 5000 + '"',
                 'study="null"\nwhere="' + "-" * 5000 + 'x>1"', "[" + "a." * 5000 + "b]"]
        for text in texts:
            self.write("deep.toml", text)
            self.refuse("plan", "deep.toml")
            self.refuse("plan", "deep.toml", prefix=["sh", "-c", 'ulimit -s 256; exec "$0" "$@"'])


class Where(Grammar):
    def test_chained_comparisons_are_refused(self):
        self.assertIn("Write 1 <= x && x <= 2.",
                      self.refuse("run", "null", "--axis", "x=0,1,2,3", "--where", "1 <= x <= 2"))
        self.write("w.toml", 'study = "null"\nwhere = "0 < x == y"\n')
        self.assertTrue(self.refuse("run", "w.toml").startswith("trawl: w.toml:2:1: where compares in a chain"))

    def test_one_that_admits_nothing_says_so(self):
        for verb in ("plan", "run"):
            self.assertIn("where admits none of the 2 points",
                          self.refuse(verb, "null", "--axis", "x=1,2", "--where", "x > 5"))
        self.write("none.toml", 'study = "null"\nwhere = "x > 5"\n[axes]\nx = [1]\n')
        self.assertIn("none.toml:2:1: where admits none of the 1 point ", self.refuse("run", "none.toml"))
        self.assertIn("where admits none", self.refuse("run", "none.toml", "--shard", "1/1"))

    def test_a_shard_may_be_empty(self):
        words = ("null", "--axis", "x=linspace:1,10,10", "--where", "x > 9")
        self.trawl(COMPLETE, "run", *words, "--shard", "1/2", "-o", "m.h5", "-q")
        self.trawl(COMPLETE, "run", *words, "--shard", "2/2", "-o", "m.h5", "-q")
        self.trawl(COMPLETE, "merge", "m.h5")
        self.trawl(COMPLETE, "run", *words, "-o", "one.h5", "-q")
        self.assertEqual(self.sha256("m.h5"), self.sha256("one.h5"))

    def test_plan_says_how_many_points_are_admitted(self):
        plan = self.trawl(COMPLETE, "plan", "null", "--axis", "x=linspace:1,1000,1000", "--where", "x > 993").stdout
        self.assertIn("points      1,000, 7 admitted by where\n", plan)
        words = ("plan", "null", "--axis", "x=linspace:1,1e6,1000000", "--axis", "y=linspace:1,1e6,1000000",
                 "--where", "x < 500000.5")
        plan = self.trawl(COMPLETE, *words).stdout
        self.assertRegex(plan, r"points      1,000,000,000,000, estimated [45]\d\d,\d{3},\d{3},\d{3} admitted by where \(")


class Texts(Grammar):
    def test_control_characters_and_other_bytes_are_refused(self):
        bad = ["x > 1\n", "x > 1\x1b[31m", b"x > 1 \xff", "x > 1\x9b"]
        for text in bad:
            done = subprocess.run([TRAWL, "plan", "null", "--axis", "x=1,2", "--where", text], cwd=self.directory,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, USAGE, text)
            self.assertNotRegex(done.stderr[:-1].decode(), r"[\x00-\x1f\x7f-\x9f]")
        for option, text in (("--axis", "x=1\t,2"), ("--fix", "x=1\r"), ("--zip", "x\x01,y"), ("--design", "gri\x7fd"),
                             ("--common-random-numbers", "x\n"), ("--point", "x=1\n")):
            self.refuse("plan", "null", option, text)
        self.refuse("plan", "nu\x1bll")
        self.write("w.toml", 'study = "null"\nwhere = "x > 2\\u000D\\u0000zz"\n[axes]\nx = [1, 3]\n')
        self.assertIn("w.toml:2:9: there is the control character U+000D", self.refuse("run", "w.toml"))

    def test_only_a_slash_or_toml_makes_a_file(self):
        self.write("null", 'study = "adam_2d"\n')
        self.trawl(COMPLETE, "run", "null", "--axis", "x=1,2", "-o", "a.h5", "-q")
        self.assertEqual(self.values("a.h5", "x").tolist(), [1, 2])
        self.trawl(COMPLETE, "plan", "./null")
        self.write("variance", 'study = "null"\n')
        self.assertIn("Write ./variance.", self.refuse("plan", "variance"))
        self.assertIn("Did you mean null?", self.refuse("plan", "NULL"))

    def test_an_empty_file_is_named(self):
        self.write("empty.toml", "")
        self.assertTrue(self.refuse("run", "empty.toml").startswith("trawl: empty.toml:1:1: no study is named"))


class Numbers(Grammar):
    def test_are_read_alike_everywhere(self):
        for bad in ("1e-400", "1e400", "9007199254740993", "0x10", "inf", "nan", "+-5"):
            self.refuse("plan", "null", "--axis", f"x={bad}")
            self.refuse("plan", "null", "--axis", f"x=linspace:0,{bad},3")
            self.refuse("plan", "null", "--axis", "x=0,1", "--where", f"x != {bad}" if bad != "+-5" else "x != 1e-400")
            self.write("t.toml", f'study = "null"\n[axes]\nx = [{bad}]\n')
            self.assertIn("t.toml:3:", self.refuse("plan", "t.toml"))
            for option in ("--threads", "--seed", "--flush-interval", "--point-timeout", "--time-limit", "--range-size",
                           "--lease", "--replicates", "--sub-masters"):
                if bad == "9007199254740993" and option in ("--seed", "--range-size", "--replicates"):
                    continue  # integers up to 2^63 - 1
                self.refuse("run", "null", "--axis", "x=1", option, bad)
        self.trawl(COMPLETE, "run", "null", "--axis", "x=linspace:+0,+1,3", "--time-limit", "600.5", "--threads", "+1",
                   "--flush-interval", ".5", "--seed", "1_000", "-o", "a.h5", "-q")
        self.assertEqual(self.values("a.h5", "x").tolist(), [0, 0.5, 1])

    def test_arange_stops_before_its_stop(self):
        self.trawl(COMPLETE, "run", "null", "--axis", "x=arange:1,1.3,0.1", "-o", "a.h5", "-q")
        self.assertEqual(self.values("a.h5", "x").tolist(), numpy.arange(1, 1.3, 0.1)[:3].tolist())
        self.trawl(COMPLETE, "run", "adam_2d", "--axis", "beta=arange:0.7,1.0,0.1", "-o", "b.h5", "-q")
        self.assertEqual(len(self.values("b.h5", "beta")), 3)

    def test_a_point_named_twice_is_refused(self):
        for words in (("--axis", "x=1,2,1"), ("--axis", "x=0.0,-0.0"), ("--point", "x=1", "--point", "x=1"),
                      ("--axis", "x=1,2,1", "--axis", "y=3,4,3", "--zip", "x,y"), ("--axis", "x=linspace:1,1,3")):
            self.refuse("run", "null", *words)
        self.assertIn("replicates = 2", self.refuse("run", "null", "--axis", "x=1,2,1"))
        self.trawl(COMPLETE, "plan", "null", "--axis", "x=1,2,1", "--axis", "y=3,4,5", "--zip", "x,y")

    def test_messages_say_what_is_meant(self):
        self.assertIn("Did you mean geomspace", self.refuse("plan", "null", "--axis", "x=logspace:0,3,4"))
        message = self.refuse("plan", "null", "--axis", "x=integers:1.5,5", "--design", "random", "--points", "5")
        self.assertIn("1.5 is not a whole number (integers", message)
        self.write("big.toml", 'study = "null"\nreplicates = 9223372036854775807\n')
        message = self.refuse("run", "big.toml")
        self.assertIn("big.toml:2:1: ", message)
        self.assertNotIn("axes", message)


if __name__ == "__main__":
    unittest.main()
