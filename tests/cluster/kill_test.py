"""Processes die at any moment; nothing is lost and the finished file has the same bytes."""
import json
import os
import pathlib
import random
import signal
import subprocess
import time
import unittest

import h5py

from command import COMPLETE, FAILED_POINTS, TEST_STUDIES, CommandTest, mpirun

KILLS = 50
SEED = 20240607

# About two seconds on one thread.
SWEEP = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.002", "--seed", "5", "--flush-interval", "0.1")

# A dead rank is noticed within three seconds: long enough for a machine that is busy with other things.
QUICK = ("--heartbeat", "0.2", "--lease", "3")


def children(pid):
    """Processes that `pid` has started and that are alive."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return found


def rank_of(pid):
    try:
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    for variable in environment.split(b"\0"):
        if variable.startswith(b"OMPI_COMM_WORLD_RANK="):
            return int(variable.split(b"=")[1])
    return None


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class KillTest(CommandTest):
    def start(self, *words, prefix=()):
        self.log = open(self.directory / "stderr.txt", "a+", encoding="utf-8")
        self.addCleanup(self.log.close)
        process = subprocess.Popen([*prefix, TEST_STUDIES, "run", *words], cwd=self.directory, stdout=self.log,
                                   stderr=self.log)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        family = [process.pid, *children(process.pid)] if process.poll() is None else []
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()

    def messages(self):
        return (self.directory / "stderr.txt").read_text()

    def wait_until(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what}\n{self.messages()}")
            time.sleep(0.01)

    def events(self, kind):
        lines = (self.directory / "fragile.h5.run.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    def status(self):
        return json.loads(self.expect(COMPLETE, "status", "fragile.h5", "--json").stdout)

    def whole(self, *words, threads=2):
        self.expect(COMPLETE, "run", *words, "--threads", threads, "--oversubscribe", "-o", "whole.h5")
        return self.sha256("whole.h5")


class RandomKills(KillTest):
    def check_file_opens(self):
        path = self.directory / "fragile.h5"
        if not path.exists():
            return
        with h5py.File(path, "r") as file:
            done = file["status"][...] == 1
            x = file["x"][...].reshape(done.shape)
            self.assertTrue((file["square"][...][done] == x[done] ** 2).all())

    def end_of(self, process, family):
        """The exit code, once all processes are gone. What is left after a while is killed as well: when a rank dies
        while MPI starts, mpirun 4.1.4 may lock up as it leaves, and a rank may wait for ever for its peers."""
        deadline = time.monotonic() + 15
        while any(map(alive, family)) and time.monotonic() < deadline:
            process.poll()
            time.sleep(0.01)
        for pid in filter(alive, family):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        code = process.wait(timeout=60)
        self.wait_until(lambda: not any(map(alive, family)), "a process outlives its SIGKILL")
        return code

    def test_killing_any_process_at_any_moment_loses_nothing(self):
        expected = self.whole(*SWEEP)
        choose = random.Random(SEED)
        killed = 0
        finished = 0
        while killed < KILLS:
            ranks = choose.choice((0, 2, 3))  # 0: without mpirun
            process = self.start(*SWEEP, prefix=mpirun(ranks) if ranks else ())
            time.sleep(choose.uniform(0.0, 1.2))
            family = [process.pid, *children(process.pid)]
            if process.poll() is None:
                victim = choose.choice(family)
                try:
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
            code = self.end_of(process, family)
            self.check_file_opens()
            if code == 0:
                self.assertEqual(self.sha256("fragile.h5"), expected)
                (self.directory / "fragile.h5").unlink()
                finished += 1
        self.expect(COMPLETE, "run", *SWEEP)
        self.assertEqual(self.sha256("fragile.h5"), expected)
        self.assertLessEqual(set(self.files()),
                             {"fragile.h5", "fragile.h5.run.jsonl", "fragile.h5.lock", "stderr.txt", "whole.h5",
                              "whole.h5.run.jsonl"}, "something is left over")
        print(f"{killed} killed, {finished + 1} files finished", flush=True)


class Recovery(KillTest):
    """With mpirun --enable-recovery a worker's death does not end the run. (mpirun's own exit code is then 0.)"""

    def worker_of(self, process, rank):
        self.wait_until(lambda: (self.directory / "fragile.h5.inflight.0").exists(), "the run does not start")
        self.wait_until(lambda: rank in map(rank_of, children(process.pid)), "the rank does not start")
        self.wait_until(lambda: any(e["rank"] == rank for e in self.events("worker")), "the rank does not say hello")
        return next(pid for pid in children(process.pid) if rank_of(pid) == rank)

    def lose_rank_1(self, number, *options):
        expected = self.whole(*SWEEP)
        process = self.start(*SWEEP, *QUICK, prefix=mpirun(3, *options))
        worker = self.worker_of(process, 1)
        family = children(process.pid)
        os.kill(worker, number)
        code = process.wait(timeout=60)
        self.wait_until(lambda: not any(map(alive, family)), "a process outlives the job")
        self.assertEqual(self.sha256("fragile.h5"), expected)
        self.assertEqual([event["rank"] for event in self.events("worker_lost")], [1])
        self.assertEqual(self.events("end")[-1]["exit_code"], COMPLETE)
        self.assertIn("rank 1 is lost", self.messages())
        return code

    def test_a_killed_worker_does_not_end_the_run(self):
        self.lose_rank_1(signal.SIGKILL, "--enable-recovery")

    def test_a_killed_worker_does_not_end_the_run_over_tcp(self):
        self.lose_rank_1(signal.SIGKILL, "--enable-recovery", "--mca", "btl", "tcp,self")

    def test_a_stopped_worker_does_not_end_the_run(self):
        self.lose_rank_1(signal.SIGSTOP, "--enable-recovery")

    def test_a_stopped_worker_does_not_end_the_run_of_plain_mpirun(self):
        """Rank 0 ends such a job by MPI_Abort with its own code, in which mpirun 4.1.4 itself faults now and then (about
        one time in fifteen), when the run is over and the file complete."""
        self.assertIn(self.lose_rank_1(signal.SIGSTOP), (COMPLETE, -signal.SIGSEGV))

    def test_workers_leave_when_the_master_is_killed(self):
        expected = self.whole(*SWEEP)
        process = self.start(*SWEEP, *QUICK, prefix=mpirun(3, "--enable-recovery"))
        self.worker_of(process, 1)
        family = children(process.pid)
        os.kill(self.worker_of(process, 0), signal.SIGKILL)
        process.wait(timeout=60)
        self.wait_until(lambda: not any(map(alive, family)), "a process outlives the job")
        self.assertFalse(self.status()["complete"])
        self.expect(COMPLETE, "run", *SWEEP)
        self.assertEqual(self.sha256("fragile.h5"), expected)

    def lose_one_of_six(self, rank):
        """Ranks 0 to 2 and 3 to 5 stand in groups, rank 3 being a sub-master."""
        sweep = ("fragile", "--axis", "x=linspace:0,999,1000", "--fix", "sleep=0.01", "--seed", "5")
        expected = self.whole(*sweep, threads=32)
        process = self.start(*sweep, *QUICK, "--sub-masters", "3", prefix=mpirun(6, "--enable-recovery"))
        self.worker_of(process, 3)
        self.wait_until(lambda: rank in map(rank_of, children(process.pid)), "the rank does not start")
        family = children(process.pid)
        os.kill(next(pid for pid in family if rank_of(pid) == rank), signal.SIGKILL)
        process.wait(timeout=60)
        self.wait_until(lambda: not any(map(alive, family)), "a process outlives the job")
        self.assertEqual(self.sha256("fragile.h5"), expected)
        self.assertEqual([event["rank"] for event in self.events("worker_lost")], [rank])
        self.assertEqual(self.events("end")[-1]["exit_code"], COMPLETE)

    def test_a_killed_worker_of_a_sub_master_does_not_end_the_run(self):
        self.lose_one_of_six(4)

    def test_a_killed_sub_master_does_not_end_the_run(self):
        self.lose_one_of_six(3)

    def poison(self, fault, *options, ranks=5):
        """The point x = 17 kills whoever computes it. Rank 0 and sub-masters compute nothing."""
        sweep = ("fragile", "--axis", "x=linspace:0,99,100", "--fix", f"fault={fault}", "--fix", "at=17", "--fix",
                 "sleep=0.01", "--no-master-compute", *QUICK, *options)
        process = self.start(*sweep, prefix=mpirun(ranks, "--enable-recovery"))
        process.wait(timeout=90)
        status = self.status()
        self.assertTrue(status["complete"], self.messages())
        self.assertEqual((status["status"]["ok"], status["status"]["crashed"]), (99, 1))
        self.assertEqual(len(self.events("worker_lost")), 3)
        self.assertEqual(self.events("end")[-1]["exit_code"], FAILED_POINTS)
        self.assertEqual([event["task"] for event in self.events("failure")], [17])
        self.expect(FAILED_POINTS, "run", *sweep)

    def test_a_point_that_is_killed_is_given_up_after_three_workers(self):
        self.poison("is_killed")

    def test_a_point_that_segfaults_is_given_up_after_three_workers(self):
        self.poison("segfaults")

    def test_a_sub_master_gives_a_point_up_after_three_workers(self):
        self.poison("is_killed", "--sub-masters", "4", ranks=8)


class WithoutRecovery(KillTest):
    def test_a_point_that_segfaults_is_given_up_after_three_jobs(self):
        """Each fault ends the whole job; the fourth job leaves the point out."""
        sweep = ("fragile", "--axis", "x=linspace:0,99,100", "--fix", "fault=segfaults", "--fix", "at=17")
        codes = []
        while len(codes) < 8 and FAILED_POINTS not in codes:
            codes.append(self.command("run", *sweep, prefix=mpirun(2)).returncode)
        self.assertEqual(codes[-1], FAILED_POINTS, codes)
        self.assertEqual(len(codes), 4, codes)
        self.assertEqual(self.status()["status"]["crashed"], 1)


if __name__ == "__main__":
    unittest.main()
