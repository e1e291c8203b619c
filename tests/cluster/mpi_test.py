"""The same sweep on any number of ranks and threads."""
import json
import signal
import subprocess
import time
import unittest

from command import (BINARY_DIR, COMPLETE, FAILED_POINTS, IO_ERROR, STOPPED_EARLY, TEST_STUDIES, USAGE, CommandTest,
                     mpirun)

EXERCISE = str(BINARY_DIR / "tests/cluster/trawl_transport_exercise")

# Long enough for every rank to take part: about a second on one thread.
SWEEP = ("fragile", "--axis", "x=linspace:0,499,500", "--fix", "sleep=0.001", "--replicates", "2", "--seed", "5")


class Ranks(CommandTest):
    def ranks_at_work(self, name):
        events = [json.loads(line) for line in (self.directory / f"{name}.run.jsonl").read_text().splitlines()]
        return {event["rank"] for event in events if event["event"] == "worker"}

    def test_messages_arrive_whole_and_in_order(self):
        for ranks in (1, 2, 3, 4):
            self.expect(0, program=EXERCISE, prefix=mpirun(ranks))
        for ranks in (2, 3):
            self.expect(0, program=EXERCISE, prefix=mpirun(ranks, "--mca", "btl", "tcp,self"))
        self.expect(0, program=EXERCISE)

    def test_any_number_of_ranks_and_threads_gives_the_same_bytes(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        for ranks in (1, 2, 3, 4):
            for threads in (1, 2, 3):
                name = f"{ranks}x{threads}.h5"
                self.expect(COMPLETE, "run", *SWEEP, "--threads", threads, "--oversubscribe", "-o", name,
                            prefix=mpirun(ranks))
                self.assertEqual(self.sha256(name), self.sha256("alone.h5"), name)
                self.assertEqual(self.ranks_at_work(name), set(range(ranks)))

    def test_any_size_of_range_gives_the_same_bytes(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        for size in (1, 7, 10**6):
            name = f"range{size}.h5"
            self.expect(COMPLETE, "run", *SWEEP, "--range-size", size, "-o", name, prefix=mpirun(3))
            self.assertEqual(self.sha256(name), self.sha256("alone.h5"), name)

    def test_a_master_that_only_schedules_gives_the_same_bytes(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        self.expect(COMPLETE, "run", *SWEEP, "--no-master-compute", "-o", "apart.h5", prefix=mpirun(3))
        self.assertEqual(self.sha256("apart.h5"), self.sha256("alone.h5"))
        self.assertEqual(self.ranks_at_work("apart.h5"), {1, 2})

    def test_sub_masters_give_the_same_bytes(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        for ranks, group, options in ((6, 3, ()), (5, 2, ("--no-master-compute",)), (4, 3, ("--range-size", 7))):
            name = f"{ranks}by{group}.h5"
            self.expect(COMPLETE, "run", *SWEEP, "--sub-masters", group, *options, "-o", name, prefix=mpirun(ranks))
            self.assertEqual(self.sha256(name), self.sha256("alone.h5"), name)
        self.expect(USAGE, "run", *SWEEP, "--sub-masters", 1)

    def test_results_of_many_megabytes_a_task_arrive_whole(self):
        big = ("bulky", "--axis", "x=linspace:0,15,16", "--fix", "elements=1000000")
        self.expect(COMPLETE, "run", *big, "-o", "alone.h5")
        for options in ((), ("--mca", "btl", "tcp,self")):
            self.expect(COMPLETE, "run", *big, "--no-master-compute", "-o", "ranks.h5", prefix=mpirun(3, *options))
            self.assertEqual(self.sha256("ranks.h5"), self.sha256("alone.h5"))
            (self.directory / "ranks.h5").unlink()
        self.expect(COMPLETE, "run", *big, "--sub-masters", 2, "-o", "ranks.h5", prefix=mpirun(4))
        self.assertEqual(self.sha256("ranks.h5"), self.sha256("alone.h5"))

    def test_failed_points_show_in_the_exit_code(self):
        done = self.expect(FAILED_POINTS, "run", *SWEEP, "--fix", "fault=throws", "--fix", "at=7", prefix=mpirun(3))
        self.assertIn("2 threw", done.stderr)

    def test_a_bad_sweep_ends_all_ranks_with_one_message(self):
        for code, words, said in ((USAGE, ("fragle",), "Did you mean fragile?"),
                                  (USAGE, ("fragile", "--axs", "x=1"), "--axis"),
                                  (IO_ERROR, ("fragile", "-o", "/proc/fragile.h5"), "/proc/fragile.h5")):
            done = self.expect(code, "run", *words, prefix=mpirun(3), timeout=30)
            self.assertEqual(done.stderr.count("trawl: "), 1, done.stderr)
            self.assertIn(said, done.stderr)
        self.assertEqual(self.files(), [])

    def test_a_finished_file_ends_all_ranks(self):
        self.expect(COMPLETE, "run", "fragile")
        done = self.expect(COMPLETE, "run", "fragile", prefix=mpirun(3), timeout=30)
        self.assertIn("is complete", done.stderr)
        self.assertIn("trawl run", self.expect(COMPLETE, "run", "--help", prefix=mpirun(2), timeout=30).stdout)

    def test_a_signal_to_mpirun_stops_all_ranks_and_the_same_command_continues(self):
        self.expect(COMPLETE, "run", *SWEEP, "-o", "alone.h5")
        command = [*mpirun(3), TEST_STUDIES, "run", *SWEEP]
        process = subprocess.Popen(command, cwd=self.directory, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        while not (self.directory / "fragile.h5.inflight.0").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGUSR1)
        _, message = process.communicate(timeout=60)
        self.assertEqual(process.returncode, STOPPED_EARLY, message)
        self.expect(COMPLETE, "run", *SWEEP, prefix=mpirun(2))
        self.assertEqual(self.sha256("fragile.h5"), self.sha256("alone.h5"))

    def test_ranks_share_the_processors(self):
        done = self.expect(COMPLETE, "run", "fragile", prefix=mpirun(4))
        self.assertIn("4 ranks x 1 thread", done.stderr)

    def test_a_run_without_mpirun_does_not_start_mpi(self):
        process = subprocess.Popen([TEST_STUDIES, "run", *SWEEP], cwd=self.directory, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        while not (self.directory / "fragile.h5.inflight.0").exists():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        with open(f"/proc/{process.pid}/maps", encoding="utf-8") as maps:
            self.assertNotIn("mca_pml", maps.read())
        self.assertEqual(process.wait(timeout=60), COMPLETE)


if __name__ == "__main__":
    unittest.main()
