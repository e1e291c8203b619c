"""trawl doctor finds what is right and what is wrong with a machine."""
import json
import os
import unittest

from command import COMPLETE, IO_ERROR, TRAWL, CommandTest, mpirun

SOMETHING_BROKEN = IO_ERROR

# What srun of SLURM 22.05 prints for --mpi=list.
WITH_PMIX = "MPI plugin types are...\n\tpmix\n\tcray_shasta\n\tnone\n\tpmi2\nspecific pmix plugin versions available: pmix_v4\n"
WITHOUT_PMIX = "MPI plugin types are...\n\tnone\n\tpmi2\n"


class Doctor(CommandTest):
    def examine(self, code, *words, **keywords):
        """Findings by name."""
        done = self.expect(code, "doctor", "--json", *words, program=TRAWL, **keywords)
        return {finding["what"]: finding for finding in json.loads(done.stdout)["findings"]}

    def with_failing(self, call, error):
        return self.examine(SOMETHING_BROKEN,
                            prefix=("strace", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}"))

    def with_srun(self, script):
        """`script` stands for srun."""
        self.write("srun", "#!/bin/sh\n" + script).chmod(0o755)
        return self.examine(COMPLETE, prefix=("env", f"PATH={self.directory}:{os.environ['PATH']}"))["srun"]

    def test_a_healthy_machine(self):
        findings = self.examine(COMPLETE)
        for what in ("processors", "file locking", "pwrite", "shared mapping", "rename", "mpirun"):
            self.assertEqual(findings[what]["verdict"], "fine", findings[what])
        self.assertIn(f"{len(os.sched_getaffinity(0))} of ", findings["processors"]["found"])
        self.assertRegex(findings["mpirun"]["found"], r"Open MPI v4\..* with MPI_THREAD_\w+$")
        self.assertEqual(self.files(), [], "doctor leaves something behind")

    def test_one_line_each(self):
        done = self.expect(COMPLETE, "doctor", program=TRAWL)
        names = [finding["what"] for finding in self.examine(COMPLETE).values()]
        self.assertEqual([line[2:22].strip() for line in done.stdout.splitlines()], names)

    def test_processors_follow_the_affinity(self):
        cpu = min(os.sched_getaffinity(0))
        findings = self.examine(COMPLETE, prefix=("taskset", "-c", str(cpu)))
        self.assertIn("1 of ", findings["processors"]["found"])
        self.assertIn(": 1 thread a rank", findings["processors"]["found"])

    def test_a_step_with_fewer_processors_than_its_job(self):
        findings = self.examine(COMPLETE, prefix=("env", "SLURM_CPUS_PER_TASK=1000"))
        self.assertEqual(findings["processors"]["verdict"], "poor")
        self.assertIn("--cpus-per-task", findings["processors"]["advice"])

    def test_a_directory_that_cannot_be_written(self):
        findings = self.examine(SOMETHING_BROKEN, "-o", "/proc")
        self.assertEqual(findings["writing"]["verdict"], "broken")
        findings = self.examine(SOMETHING_BROKEN, "-o", "no/such")
        self.assertEqual(findings["output directory"]["verdict"], "broken")

    def test_a_file_system_without_locks(self):
        self.assertIn("No locks available", self.with_failing("flock", "ENOLCK")["file locking"]["found"])

    def test_a_full_disk(self):
        self.assertIn("No space left", self.with_failing("pwrite64", "ENOSPC")["pwrite"]["found"])

    def test_no_mpirun(self):
        findings = self.examine(COMPLETE, prefix=("env", f"PATH={self.directory}"))
        self.assertEqual(findings["mpirun"]["verdict"], "poor")
        self.assertIn("not installed", findings["srun"]["found"])

    def test_an_mpirun_that_does_not_fit(self):
        self.write("mpirun", "#!/bin/sh\necho ---; echo ranks start alone >&2\n").chmod(0o755)
        findings = self.examine(SOMETHING_BROKEN, prefix=("env", f"PATH={self.directory}:{os.environ['PATH']}"))
        self.assertIn("ranks start alone", findings["mpirun"]["found"])

    def test_srun(self):
        self.assertEqual(self.with_srun(f"cat <<'END'\n{WITH_PMIX}END\n")["verdict"], "fine")
        self.assertIn("no PMIx", self.with_srun(f"cat >&2 <<'END'\n{WITHOUT_PMIX}END\n")["found"])
        self.assertIn("no config", self.with_srun("echo 'srun: fatal: no config' >&2; exit 1")["found"])

    def test_ranks(self):
        findings = self.examine(COMPLETE, prefix=mpirun(2, "--enable-recovery"))
        self.assertTrue(findings["ranks"]["found"].startswith("2, of which 2 share"), findings["ranks"])
        self.assertEqual(findings["MPI threads"]["verdict"], "fine")
        self.assertEqual(findings["lost ranks"]["verdict"], "fine")

    def test_mpirun_that_ends_with_its_first_lost_rank(self):
        self.assertEqual(self.examine(COMPLETE, prefix=mpirun(2))["lost ranks"]["verdict"], "poor")


if __name__ == "__main__":
    unittest.main()
