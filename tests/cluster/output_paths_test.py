"""Where outputs go: nothing of the user's is written over, truncated, followed or removed, whatever -o names."""
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest
import unittest.mock

from command import BUSY, COMPLETE, FAILED_POINTS, IO_ERROR, TEST_STUDIES, USAGE, CommandTest

SWEEP = ("fragile", "--axis", "x=1,2")
SLOW = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.02", "--threads", "1", "--flush-interval", "0.2")
NOBODY = 65534


class OutputTest(CommandTest):
    def snapshot(self):
        """Everything in the directory: kinds, contents and inodes."""
        found = {}
        for path in sorted(self.directory.rglob("*")):
            status = path.lstat()
            content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
            found[str(path.relative_to(self.directory))] = (status.st_mode, status.st_ino, content)
        return found

    def expect_refusal(self, code, *words, text=None, **keywords):
        """One message, and nothing is touched."""
        before = self.snapshot()
        done = self.expect(code, *words, **keywords)
        self.assertEqual(done.stdout, "", words)
        lines = [line for line in done.stderr.splitlines() if not line.startswith("  ")]  # what differs in another sweep
        self.assertEqual(len(lines), 1, f"{words}\n{done.stderr}")
        self.assertNotIn("bug", done.stderr)
        if text:
            self.assertIn(text, done.stderr, words)
        self.assertEqual(self.snapshot(), before, words)

    def start(self, *words):
        process = subprocess.Popen([TEST_STUDIES, *words], cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, name):
        deadline = time.monotonic() + 60
        while not (self.directory / name).exists():
            self.assertLess(time.monotonic(), deadline, name)
            time.sleep(0.01)


class EveryVerb(OutputTest):
    """The table: each verb that writes, with -o at each thing that it must not write over."""

    def setUp(self):
        super().setUp()
        self.write("s.toml", 'study = "fragile"\n[axes]\nx = [1, 2]\n')
        self.write("site.toml", 'time = "10:00"\n')
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5")
        self.expect(COMPLETE, "run", *SWEEP[:-1], "x=7,8,9", "-o", "other.h5")
        for number in (1, 2):
            self.expect(COMPLETE, "run", *SWEEP, "-o", "part.h5", "--shard", f"{number}/2")
        self.write("thesis.txt", "chapter 1\n")
        self.write("samples.csv", "sample,replicate,status\nblood,1,sequenced\n")
        (self.directory / "bin").mkdir()
        self.write("bin/sbatch", "#!/bin/sh\ntouch queued\necho 7\n")
        (self.directory / "bin/sbatch").chmod(0o755)
        (self.directory / "folder").mkdir()
        for name, target in (("soft", "thesis.txt"), ("soft_result", "other.h5"), ("circle", "circle")):
            (self.directory / name).symlink_to(target)
        os.link(self.directory / "thesis.txt", self.directory / "hard")
        os.link(self.directory / "other.h5", self.directory / "hard_result")
        path = unittest.mock.patch.dict(os.environ, PATH=f"{self.directory}/bin:{os.environ['PATH']}")
        self.enterContext(path)

    # Words before and after the output, and the verb's inputs.
    VERBS = {
        "run": (("run", "s.toml", "-o"), (), ("s.toml",)),
        "export csv": (("export", "r.h5", "-o"), (), ("r.h5",)),
        "export jsonl": (("export", "r.h5", "--format", "jsonl", "-o"), (), ("r.h5",)),
        "merge": (("merge",), ("part.shard-1-of-2.h5", "part.shard-2-of-2.h5"),
                  ("part.shard-1-of-2.h5", "part.shard-2-of-2.h5")),
        "scale": (("scale", "s.toml", "--nodes", "1", "--repeats", "1", "-o"), (), ("s.toml",)),
        "scale --submit": (("scale", "s.toml", "--nodes", "1", "--submit", "--site", "site.toml", "-o"), (),
                           ("s.toml", "site.toml")),
        "submit": (("submit", "s.toml", "--site", "site.toml", "-o"), (), ("s.toml", "site.toml")),
    }

    def test_refuses_each_thing_that_it_does_not_make(self):
        for verb, (before, after, inputs) in self.VERBS.items():
            for number, name in enumerate(inputs):  # also by other names
                (self.directory / f"soft_input_{number}").symlink_to(name)
                os.link(self.directory / name, self.directory / f"hard_input_{number}")
            for target in (*inputs, *(f"{kind}_input_{n}" for kind in ("soft", "hard") for n in range(len(inputs))),
                           "folder", "folder/", "thesis.txt", "samples.csv", "soft", "hard", "circle", "other.h5",
                           "soft_result", "hard_result", "", "a" * 300):
                with self.subTest(verb=verb, target=target):
                    self.expect_refusal(USAGE, *before, target, *after)
            with self.subTest(verb=verb, target="missing directory"):
                self.expect_refusal(IO_ERROR, *before, "none/a.h5", *after, text="does not exist")
            if not verb.startswith("export"):
                with self.subTest(verb=verb, target="device"):
                    self.expect_refusal(USAGE, *before, "/dev/null", *after)
            for number in range(len(inputs)):
                (self.directory / f"soft_input_{number}").unlink()
                (self.directory / f"hard_input_{number}").unlink()
        self.assertFalse(os.path.lexists("/dev/null.lock"))

    def test_creates_what_a_dangling_link_names(self):
        for verb, (before, after, _) in self.VERBS.items():
            if "--submit" in before or verb == "submit":
                continue
            with self.subTest(verb=verb):
                name = verb.replace(" ", "_")
                (self.directory / f"{name}.link").symlink_to(f"folder/{name}.out")
                self.expect(COMPLETE, *before, f"{name}.link", *after, timeout=300)
                self.assertTrue((self.directory / f"{name}.link").is_symlink())
                self.assertGreater((self.directory / f"folder/{name}.out").stat().st_size, 0)
                self.assertEqual([entry.name for entry in (self.directory / "folder").iterdir()], [f"{name}.out"])
                (self.directory / f"folder/{name}.out").unlink()

    def test_submit_refuses_foreign_files_that_have_the_names_of_a_jobs(self):
        for suffix in (".job.toml", ".job.sh", ".job.json", ".job.log", ".inflight.0", ".inflight.faults", ".lock"):
            with self.subTest(suffix=suffix):
                self.write(f"n.h5{suffix}", "chapter 2")
                try:
                    self.expect_refusal(USAGE, "submit", "s.toml", "-o", "n.h5", text=f"n.h5{suffix}")
                finally:
                    (self.directory / f"n.h5{suffix}").unlink()

    def test_submit_makes_the_checks_of_a_run_before_it_queues(self):
        for words, code, text in ((("-o", "r.h5"), COMPLETE, "is complete: 2 tasks"),
                                  (("-o", "n.h5", "--heartbeat", "9", "--lease", "10"), USAGE, "--lease"),
                                  (("-o", "n.h5", "--replicates", "900000000000000"), IO_ERROR, "are free"),
                                  (("-o", "part.h5", "--array", "2"), COMPLETE, "is complete: 2 tasks")):
            with self.subTest(words=words):
                self.expect_refusal(code, "submit", *SWEEP, *words, text=text)
        self.expect_refusal(IO_ERROR, "scale", *SWEEP, "--replicates", "900000000000000", "--submit", text="are free")
        self.start("run", *SLOW, "-o", "slow.h5")
        self.wait_for("slow.h5")
        done = self.expect(BUSY, "submit", *SLOW[:5], "-o", "slow.h5")
        self.assertIn("another run is writing it", done.stderr)
        self.assertFalse((self.directory / "queued").exists())
        self.expect(COMPLETE, "submit", "s.toml", "-o", "n.h5")
        self.assertTrue((self.directory / "queued").exists())
        self.expect(COMPLETE, "submit", "n.h5.job.toml", "-o", "n.h5", "--dependency", "afterany:7")


class Export(OutputTest):
    def setUp(self):
        super().setUp()
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5")
        self.csv = self.expect(COMPLETE, "export", "r.h5").stdout

    def test_replaces_an_export_through_links_that_stay(self):
        (self.directory / "link.csv").symlink_to("out.csv")
        for words in (("-o", "out.csv"), ("-o", "link.csv", "--format", "jsonl"), ("-o", "link.csv")):
            self.expect(COMPLETE, "export", "r.h5", *words)
        self.assertTrue((self.directory / "link.csv").is_symlink())
        self.assertEqual((self.directory / "out.csv").read_text(), self.csv)
        self.assertEqual(self.files(), ["link.csv", "out.csv", "r.h5", "r.h5.run.jsonl"])

    def test_writes_to_streams_at_once(self):
        before = self.files()
        for name in ("-", "/dev/stdout", "/dev/fd/1"):
            self.assertEqual(self.expect(COMPLETE, "export", "r.h5", "-o", name).stdout, self.csv)
        self.expect(COMPLETE, "export", "r.h5", "-o", "/dev/null")
        self.assertIn("No space", self.expect(IO_ERROR, "export", "r.h5", "-o", "/dev/full").stderr)
        self.assertEqual(self.files(), before)
        os.mkfifo(self.directory / "fifo")
        with subprocess.Popen([TEST_STUDIES, "export", "r.h5", "-o", "fifo"], cwd=self.directory) as process:
            self.assertEqual((self.directory / "fifo").read_text(), self.csv)
        self.assertEqual(process.returncode, COMPLETE)
        self.assertTrue((self.directory / "fifo").is_fifo())

    def test_appends_to_what_the_shell_opened_but_never_to_its_own_input(self):
        whole = self.sha256("r.h5")
        for target, code in (("notes.txt", COMPLETE), ("r.h5", USAGE)):
            if target == "notes.txt":
                self.write(target, "before\n")
            with open(self.directory / target, "ab") as out:
                done = subprocess.run([TEST_STUDIES, "export", "r.h5", "-o", "/dev/stdout"], cwd=self.directory, stdout=out,
                                      stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual((self.directory / "notes.txt").read_text(), "before\n" + self.csv)
        self.assertEqual(self.sha256("r.h5"), whole)

    def test_that_fails_leaves_the_last_good_file(self):
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=linspace:0,19999,20000", "-o", "big.h5")
        self.expect(COMPLETE, "export", "r.h5", "-o", "out.csv")
        before = self.snapshot()

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        done = subprocess.run([TEST_STUDIES, "export", "big.h5", "-o", "out.csv"], cwd=self.directory, preexec_fn=limit,
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (IO_ERROR, 1), done.stderr)
        self.assertEqual(self.snapshot(), before)
        for delay in (0.01, 0.03, 0.06):
            with subprocess.Popen([TEST_STUDIES, "export", "big.h5", "-o", "out.csv"], cwd=self.directory) as process:
                time.sleep(delay)
                process.kill()
            self.assertIn((self.directory / "out.csv").read_text().count("\n"), (3, 20001))


class Run(OutputTest):
    def test_touches_no_lock_of_somebody_else(self):
        self.write("poetry.lock", "[[package]]\n")
        self.expect_refusal(USAGE, "run", *SWEEP, "-o", "poetry", text="not a lock of trawl")
        self.write("precious.txt", "pid 1 on host")
        (self.directory / "w.h5.lock").symlink_to("precious.txt")
        self.expect_refusal(USAGE, "run", *SWEEP, "-o", "w.h5", text="symbolic link")
        (self.directory / "d.h5.lock").mkdir()
        self.expect_refusal(USAGE, "run", *SWEEP, "-o", "d.h5", text="directory")
        os.mkfifo(self.directory / "f.h5.lock")
        self.expect_refusal(USAGE, "run", *SWEEP, "-o", "f.h5", text="pipe")

    def test_removes_only_leftovers_of_its_own(self):
        names = ("r.h5.tmp.backup", "r.h5.inflight.notes", "r.h5.tmp.123", "r.h5.inflight.faults.old", "r.h5.runs",
                 "r.h5.lock.old")
        for name in names:
            self.write(name, "mine")
        self.write("r.h5.tmp.99", b"")  # of a creation that was killed
        self.write("r.h5.inflight.3", b"\0" * (1024 * 24))
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5")
        self.assertEqual(self.files(), sorted(("r.h5", "r.h5.run.jsonl", *names)))
        for name in names:
            self.assertEqual((self.directory / name).read_text(), "mine")

    def test_keeps_a_copy_of_results_that_is_named_like_a_leftover(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5.tmp.77")
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5")
        self.assertEqual(self.sha256("r.h5"), self.sha256("r.h5.tmp.77"))

    def test_does_not_start_where_its_notes_have_no_place(self):
        for suffix in (".inflight.0", ".inflight.12", ".inflight.faults"):
            self.write("r.h5" + suffix, "mine")
            self.expect_refusal(USAGE, "run", *SWEEP, "-o", "r.h5", text="r.h5" + suffix)
            (self.directory / ("r.h5" + suffix)).unlink()

    def test_goes_on_without_a_log_where_something_else_has_its_name(self):
        failing = (*SWEEP, "--fix", "fault=throws", "--fix", "at=1")
        self.write("a.h5.run.jsonl", "dear diary\n")
        (self.directory / "b.h5.run.jsonl").mkdir()
        for name in ("a.h5", "b.h5"):
            done = self.expect(FAILED_POINTS, "run", *failing, "-o", name)
            self.assertIn("the log of this run is not whole", done.stderr)
            self.assertNotIn("says why", done.stderr)
        self.assertEqual((self.directory / "a.h5.run.jsonl").read_text(), "dear diary\n")

    def test_excludes_another_run_under_every_name_of_the_file(self):
        process = self.start("run", *SLOW, "-o", "r.h5")
        self.wait_for("r.h5.inflight.0")
        (self.directory / "soft.h5").symlink_to("r.h5")
        os.link(self.directory / "r.h5", self.directory / "hard.h5")
        for name in ("r.h5", "soft.h5", "hard.h5"):
            done = self.expect(BUSY, "run", *SLOW, "-o", name)
            self.assertIn("another run is writing it", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIsNone(process.poll(), "the run is too short for this test")

    def test_says_that_its_file_is_gone(self):
        def replace(path):
            path.rename(path.with_suffix(".old"))
            path.write_bytes(path.with_suffix(".old").read_bytes())

        damages = {"removed": pathlib.Path.unlink, "moved": lambda path: path.rename(path.with_suffix(".moved")),
                   "took its place": replace, "was cut": lambda path: os.truncate(path, 1000)}
        for number, (text, damage) in enumerate(damages.items()):
            with self.subTest(text=text):
                name = f"r{number}.h5"
                process = self.start("run", *SLOW, "-o", name, "-q")
                self.wait_for(name + ".inflight.0")
                damage(self.directory / name)
                errors = process.communicate(timeout=60)[1]
                self.assertEqual(process.returncode, IO_ERROR, errors)
                self.assertIn(text, errors)

    def test_finds_a_complete_file_complete_where_nothing_can_be_written(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "r.h5")
        self.expect(COMPLETE, "run", *SWEEP, "-o", "part.h5", "--shard", "1/2")
        whole = self.expect(COMPLETE, "run", *SWEEP[:-1], "x=1,2,3", "-o", "more.h5", "--replicates", "2")
        self.assertIn("complete", whole.stderr)
        for path in self.directory.iterdir():
            path.chmod(0o444)
        self.directory.chmod(0o555)
        self.addCleanup(self.directory.chmod, 0o755)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}

        def as_nobody(*words):
            return subprocess.run([TEST_STUDIES, *words], cwd=self.directory, capture_output=True, text=True, check=False,
                                  **user)

        for words in (("status", "r.h5"), ("report", "r.h5"), ("export", "r.h5"), ("digest", "r.h5"),
                      ("run", *SWEEP, "-o", "r.h5"), ("run", *SWEEP, "-o", "part.h5", "--shard", "1/2"),
                      ("submit", *SWEEP, "-o", "r.h5")):
            done = as_nobody(*words)
            self.assertEqual(done.returncode, COMPLETE, f"{words}\n{done.stderr}")
            if words[0] in ("run", "submit"):
                self.assertIn("is complete", done.stderr)
        done = as_nobody("run", *SWEEP, "-o", "new.h5")
        self.assertEqual(done.returncode, IO_ERROR)
        self.assertIn("Choose a directory that you may write to", done.stderr)


class Scale(OutputTest):
    def scale(self, *words, code=COMPLETE):
        return self.expect(code, "scale", *SWEEP, "--nodes", "1", "--repeats", "1", *words, timeout=300)

    def test_leaves_directories_and_files_alone_that_are_not_its_own(self):
        (self.directory / "s.h5.runs").mkdir()
        self.write("s.h5.runs/thesis.txt", "precious")
        (self.directory / "s.h5.runs.abcdef").mkdir()
        self.write("s.h5.runs.abcdef/thesis.txt", "precious")
        (self.directory / "s.h5.runs.killed").mkdir()
        self.write("s.h5.runs.killed/scale.lock", "pid 1 on host")
        self.write("s.h5.runs.killed/1.toml", "")
        for _ in range(2):
            self.scale("-o", "s.h5")
            self.assertEqual(self.files(), ["s.h5", "s.h5.runs", "s.h5.runs.abcdef", "s.svg"])
        self.assertEqual((self.directory / "s.h5.runs/thesis.txt").read_text(), "precious")
        self.assertEqual((self.directory / "s.h5.runs.abcdef/thesis.txt").read_text(), "precious")

    def test_refuses_a_foreign_picture_before_it_runs_anything(self):
        self.write("s.svg", "<svg/>")
        self.expect_refusal(USAGE, "scale", *SWEEP, "-o", "s.h5", text="s.svg")
        self.expect_refusal(USAGE, "scale", *SWEEP, "-o", "t.svg", text="picture")

    def test_two_at_once_with_one_output_do_not_disturb_each_other(self):
        words = ("scale", *SWEEP, "--nodes", "1", "--repeats", "2", "-o", "s.h5")
        processes = [self.start(*words) for _ in range(2)]
        for process in processes:
            errors = process.communicate(timeout=300)[1]
            self.assertEqual(process.returncode, COMPLETE, errors)
        self.assertEqual(self.files(), ["s.h5", "s.svg"])


class Reading(OutputTest):
    def test_says_that_there_is_no_such_file(self):
        for words in (("status",), ("report",), ("export",), ("digest",), ("replay",), ("run",), ("plan",), ("submit",),
                      ("scale",)):
            name = "none.toml" if words[0] in ("run", "plan", "submit", "scale") else "none.h5"
            self.expect_refusal(USAGE, *words, name, text=name)
            self.expect_refusal(USAGE, *words, "", text="empty")
        self.expect_refusal(USAGE, "status", "none.h5", text="no such file")
        self.expect_refusal(USAGE, "merge", "a.h5", "none.h5", text="no such file")

    def test_a_plan_says_what_keeps_a_file_from_being_created(self):
        done = self.expect(COMPLETE, "plan", *SWEEP, "-o", "none/x.h5")
        self.assertIn("the directory none does not exist", done.stderr)
        self.assertNotIn("too small", done.stderr)


if __name__ == "__main__":
    unittest.main()
