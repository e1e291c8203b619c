"""Every signal that can be caught, at every time of a run: nothing is lost, nothing is left behind, nothing hangs."""
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

from command import COMPLETE, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, CommandTest, mpirun

SLOW = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.05", "--threads", "1", "--flush-interval", "600")
LARGE = ("fragile", "--axis", "x=0,1", "--replicates", "40000000", "--threads", "1")  # 2 GB

CAUGHT = [s for s in signal.Signals if s < 32 and s not in (signal.SIGKILL, signal.SIGSTOP)]
IGNORED = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH]
JOB_CONTROL = [signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU]
STOPPING = [s for s in CAUGHT if s not in IGNORED + JOB_CONTROL]


class SignalTest(CommandTest):
    def start(self, *words, prefix=(), **keywords):
        """A process, its texts going to files of the directory's `texts`."""
        process = subprocess.Popen([*prefix, TEST_STUDIES, *map(str, words)], cwd=self.directory, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, **keywords)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def end(self, process, timeout=60):
        """Its exit code and what it said."""
        _, errors = process.communicate(timeout=timeout)
        return process.returncode, errors

    def wait_until(self, condition, what, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.002)

    def start_runs(self, signals):
        """A run for each, into NAME.h5, that has begun to compute."""
        runs = {s: self.start("run", *SLOW, "-o", f"{s.name}.h5") for s in signals}
        for s in signals:
            log = self.directory / f"{s.name}.h5.run.jsonl"
            self.wait_until(lambda log=log: log.exists() and '"worker"' in log.read_text(), f"{s.name}: does not start")
        time.sleep(0.5)
        return runs

    def check_stopped(self, s, process):
        code, errors = self.end(process)
        self.assertEqual(code, STOPPED_EARLY, f"{s.name}\n{errors}")
        self.assertIn("stopped with", errors, s.name)
        kept = self.command("status", f"{s.name}.h5").stdout
        self.assertNotIn("\n0 of ", kept, f"{s.name}: what was computed before is lost")
        self.assertFalse([name for name in self.files() if name.startswith(f"{s.name}.h5.") and "run.jsonl" not in name])


class DuringTheRun(SignalTest):
    def test_each_that_would_kill_stops_it_gently(self):
        for s, process in (runs := self.start_runs(STOPPING)).items():
            process.send_signal(s)
        for s, process in runs.items():
            self.check_stopped(s, process)

    def test_twice_at_once_is_one_request(self):
        for s, process in (runs := self.start_runs(STOPPING)).items():
            process.send_signal(s)
            process.send_signal(s)
            time.sleep(0.001)
            process.send_signal(signal.SIGTERM)
        for s, process in runs.items():
            self.check_stopped(s, process)

    def test_the_others_do_nothing_or_what_job_control_does(self):
        runs = self.start_runs(IGNORED + JOB_CONTROL)
        for s, process in runs.items():
            process.send_signal(s)
        time.sleep(0.5)
        for s, process in runs.items():
            self.assertIsNone(process.poll(), s.name)
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        for s, process in runs.items():
            self.check_stopped(s, process)

    def test_a_later_second_one_leaves_at_once_and_says_so(self):
        endless = ("fragile", "--axis", "x=0,1", "--fix", "sleep=60", "--threads", "1", "--grace", "50")
        chosen = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2]
        runs = {s: self.start("run", *endless, "-o", f"{s.name}.h5") for s in chosen}
        for s in chosen:
            self.wait_until(lambda s=s: (self.directory / f"{s.name}.h5.run.jsonl").exists(), s.name)
        time.sleep(0.5)
        for wait_s in (2.2, 0):
            for s, process in runs.items():
                self.assertIsNone(process.poll(), s.name)
                process.send_signal(s)
            time.sleep(wait_s)
        for s, process in runs.items():
            code, errors = self.end(process, timeout=20)
            self.assertEqual(code, STOPPED_EARLY, f"{s.name}\n{errors}")
            self.assertIn("asked to stop again", errors)

    def test_timeout_that_signals_twice_loses_nothing(self):
        runs = {n: self.start("run", *SLOW, "-o", f"{n}.h5", prefix=("timeout", "1.5")) for n in range(6)}
        for n, process in runs.items():
            code, errors = self.end(process)
            self.assertEqual(code, 124, errors)
            self.assertIn("stopped with", errors, f"run {n}")

    def test_a_hangup_is_ignored_where_it_was_ignored_before(self):
        process = self.start("run", *SLOW, "-o", "n.h5", prefix=("nohup",))
        self.wait_until(lambda: (self.directory / "n.h5.run.jsonl").exists(), "does not start")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process)[0], STOPPED_EARLY)

    def test_under_mpirun_all_ranks_stop(self):
        for s in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGHUP):
            name = f"{s.name}.h5"
            process = self.start("run", *SLOW, "-o", name, prefix=mpirun(2))
            log = self.directory / f"{name}.run.jsonl"
            self.wait_until(lambda: log.exists() and log.read_text().count('"worker"') == 2, s.name)
            time.sleep(0.5)
            process.send_signal(s)
            code, errors = self.end(process)
            self.assertNotEqual(code, COMPLETE, errors)
            self.assertNotIn("\n0 of ", self.command("status", name).stdout, f"{s.name}: what was computed is lost")


class AtCreation(SignalTest):
    def stop_creation(self, s, times):
        process = self.start("run", *LARGE, "-o", "l.h5")
        self.wait_until(lambda: any(".tmp." in name for name in self.files()), "is not created")
        for _ in range(times):
            process.send_signal(s)
        code, errors = self.end(process)
        self.assertEqual(code, STOPPED_EARLY, f"{s.name}\n{errors}")
        self.assertIn(f"{s.name}: stopped while creating l.h5", errors)
        self.assertEqual(self.files(), [], s.name)

    def test_each_ends_it_with_nothing_left(self):
        for n, s in enumerate(STOPPING):
            self.stop_creation(s, 1 + n % 2)

    def test_says_what_it_creates_and_how_large_it_is(self):
        process = self.start("run", *LARGE, "-o", "l.h5")
        first = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        self.assertRegex(first, r"creating l\.h5 \([0-9.]+ GiB\)")
        self.assertEqual(self.end(process)[0], STOPPED_EARLY)
        self.assertEqual(self.files(), [])


class AtAnyTime(SignalTest):
    def test_a_short_run_is_complete_or_can_be_continued(self):
        words = ("fragile", "--axis", "x=linspace:0,99,100", "--threads", "2", "--oversubscribe")
        self.expect(COMPLETE, "run", *words, "-o", "whole.h5")
        start = time.monotonic()
        self.expect(COMPLETE, "run", *words, "-o", "timed.h5")
        length_s = time.monotonic() - start
        random.seed(1)
        for s in STOPPING:
            process = self.start("run", *words, "-o", "a.h5")
            time.sleep(random.uniform(0, 1.2 * length_s))
            process.send_signal(s)
            code, errors = self.end(process)
            if code < 0:  # it had not come to main
                self.assertEqual([name for name in self.files() if name.startswith("a.h5")], [], s.name)
            else:
                self.assertIn(code, (COMPLETE, STOPPED_EARLY), f"{s.name}\n{errors}")
            self.expect(COMPLETE, "run", *words, "-o", "a.h5")
            self.assertEqual(self.sha256("a.h5"), self.sha256("whole.h5"))
            self.assertEqual([name for name in self.files() if name.startswith("a.h5")], ["a.h5", "a.h5.run.jsonl"])
            for name in ("a.h5", "a.h5.run.jsonl"):
                (self.directory / name).unlink()


class Merge(SignalTest):
    def test_is_stopped_at_creation_and_begins_again(self):
        for number in (1, 2):
            self.expect(COMPLETE, "run", "fragile", "--axis", "x=0,1", "--replicates", "3000000", "--shard",
                        f"{number}/2", "-o", f"m.shard-{number}-of-2.h5")
        shards = self.files()
        process = self.start("merge", "m.h5")
        self.wait_until(lambda: any("m.h5.tmp." in name for name in self.files()), "is not created")
        process.send_signal(signal.SIGTERM)
        code, errors = self.end(process)
        self.assertEqual(code, STOPPED_EARLY, errors)
        self.assertEqual(self.files(), shards)
        process = self.start("merge", "m.h5")
        self.wait_until(lambda: (self.directory / "m.h5").exists(), "is not created")
        process.send_signal(signal.SIGHUP)
        self.assertIn(self.end(process)[0], (COMPLETE, STOPPED_EARLY))
        self.expect(COMPLETE, "merge", "m.h5")


class Export(SignalTest):
    def setUp(self):
        super().setUp()
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=0,1", "--replicates", "1000000", "-o", "a.h5")
        self.before = self.files()

    def is_writing(self, process):
        """Whether it has a file in the directory, which has no name until it is whole."""
        links = pathlib.Path(f"/proc/{process.pid}/fd")
        return any(os.readlink(link).startswith(f"{self.directory}/#") for link in links.iterdir())

    def test_is_stopped_with_nothing_left(self):
        for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            process = self.start("export", "a.h5", "-o", "a.csv")
            self.wait_until(lambda: self.is_writing(process), "is not written")
            process.send_signal(s)
            code, errors = self.end(process)
            self.assertEqual(code, STOPPED_EARLY, errors)
            self.assertIn(f"{s.name}: stopped while exporting a.csv", errors)
            self.assertEqual(self.files(), self.before)

    def test_in_a_pipeline_ends_as_programs_do(self):
        export = subprocess.Popen([TEST_STUDIES, "export", "a.h5"], cwd=self.directory, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        export.stdout.readline()
        export.stdout.close()
        self.assertEqual(export.stderr.read(), b"")
        export.stderr.close()
        self.assertEqual(export.wait(), -signal.SIGPIPE)


class FileSizeLimit(SignalTest):
    """ulimit -f: one line, exit code 74, and no half of a file."""

    def limited(self, blocks, *words):
        shell = ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
        environment = ("env", f"PATH={self.directory}/bin:{os.environ['PATH']}")
        return self.command(*words, prefix=(*environment, *shell))

    def check_refused(self, blocks, *words):
        before = {name: (self.directory / name).read_bytes() for name in self.files() if name != "bin"}
        done = self.limited(blocks, *words)
        self.assertEqual(done.returncode, IO_ERROR, f"{words}\n{done.stderr}")
        self.assertEqual([line for line in done.stderr.splitlines() if "ulimit -f" in line or "too large" in line],
                         done.stderr.splitlines()[-1:], done.stderr)
        after = {name: (self.directory / name).read_bytes() for name in self.files() if name != "bin"}
        self.assertEqual(after, before)

    def test_of_a_run(self):
        sweep = ("fragile", "--axis", "x=linspace:0,999,1000")
        for blocks in (0, 1, 8, 16):
            self.check_refused(blocks, "run", *sweep, "-o", "a.h5")
        self.assertEqual(self.limited(100_000, "run", *sweep, "-o", "a.h5").returncode, COMPLETE)

    def test_of_merge_export_and_scale(self):
        sweep = ("fragile", "--axis", "x=linspace:0,999,1000")
        for number in (1, 2):
            self.expect(COMPLETE, "run", *sweep, "--shard", f"{number}/2", "-o", f"a.shard-{number}-of-2.h5")
        self.check_refused(8, "merge", "a.h5")
        self.expect(COMPLETE, "merge", "a.h5")
        self.check_refused(8, "export", "a.h5", "-o", "a.csv")
        self.check_refused(8, "export", "a.h5", "-o", "a.jsonl", "--format", "jsonl")
        self.assertEqual(self.limited(8, "scale", *sweep, "--nodes", "1", "--repeats", "1", "-o", "s.h5").returncode,
                         IO_ERROR)
        self.assertFalse([name for name in self.files() if name.startswith("s.")])

    def test_of_submit(self):
        (self.directory / "bin").mkdir()
        sbatch = self.directory / "bin/sbatch"
        sbatch.write_text("#!/bin/sh\necho 17\n")
        sbatch.chmod(0o755)
        sweep = ("fragile", "--axis", "x=" + ",".join(map(str, range(2000))))
        self.check_refused(0, "submit", *sweep, "-o", "a.h5")
        self.check_refused(1, "submit", *sweep, "-o", "a.h5")


if __name__ == "__main__":
    unittest.main()
