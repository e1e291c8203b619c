"""trawl submit without a SLURM: what goes into the job's script, and what never does."""
import os
import subprocess
import unittest
import unittest.mock

from command import COMPLETE, IO_ERROR, TEST_STUDIES, USAGE, CommandTest

SWEEP = ("fragile", "--axis", "x=1,2,3", "-o", "out.h5")
HOSTILE = ["-x", "x\n#SBATCH --uid=0", "a;touch pwned", "$(touch pwned)"]  # job_script_test.cpp has more


class Submit(CommandTest):
    def setUp(self):
        super().setUp()
        environment = unittest.mock.patch.dict(os.environ, XDG_CONFIG_HOME=str(self.directory / "config"))
        self.enterContext(environment)
        self.before = self.files()

    def dry_run(self, *options, code=COMPLETE):
        return self.expect(code, "submit", *SWEEP, "--dry-run", *options)

    def check_script(self, text):
        self.write("script.sh", text)
        for words in (["bash", "-n"], ["shellcheck"]):
            done = subprocess.run([*words, "script.sh"], cwd=self.directory, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr + text)

    def test_scripts_pass_shellcheck(self):
        everything = ("--nodes", 4, "--ntasks-per-node", 2, "--cpus-per-task", 8, "--time", "1-12:00:00", "--partition",
                      "main", "--account", "ab12", "--qos", "normal", "--constraint", "intel&ib|amd", "--mem", "64G",
                      "--mail-user", "a@example.org", "--array", 3, "--dependency", "afterok:1:2,singleton",
                      "--modules", "gcc/12", "--modules", "openmpi/4.1", "--requeues", 5)
        for options in ((), everything, (*everything, "--launcher", "mpirun"), ("--launcher", "mpirun")):
            self.check_script(self.dry_run(*options).stdout)
        (self.directory / "it is mine, ünïcode").mkdir()
        self.check_script(self.expect(COMPLETE, "submit", "fragile", "--axis", "x=1,2", "--dry-run", "-o",
                                      "it is mine, ünïcode/out.h5").stdout)

    def test_a_dry_run_leaves_nothing(self):
        script = self.dry_run("--nodes", 2).stdout
        self.assertIn("#SBATCH --nodes=2\n", script)
        self.assertEqual(self.files(), self.before)

    def test_hostile_values_are_refused_in_one_line(self):
        options = ["nodes", "ntasks-per-node", "cpus-per-task", "time", "partition", "account", "qos", "constraint", "mem",
                   "mail-user", "array", "dependency", "launcher", "requeues", "modules", "grace", "lease"]
        for option in options:
            for value in HOSTILE:
                done = self.expect(USAGE, "submit", *SWEEP, f"--{option}={value}")
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(option, done.stderr)
        self.assertEqual(self.files(), self.before)

    def test_hostile_paths_are_refused(self):
        for name in ("a\nb.h5", "$(touch pwned).h5", "a;b.h5", "a'b.h5", "%j.h5", "`id`.h5"):
            done = self.expect(USAGE, "submit", "fragile", "--axis", "x=1,2", "-o", name)
            self.assertIn("--output", done.stderr)
        self.assertEqual(self.files(), self.before)

    def test_a_bad_sweep_is_refused_before_it_is_queued(self):
        done = self.expect(USAGE, "submit", "fragile", "--axis", "y=1,2", "-o", "out.h5")
        self.assertIn('no parameter "y"', done.stderr)
        done = self.expect(IO_ERROR, "submit", "fragile", "--axis", "x=1", "-o", "nowhere/out.h5")
        self.assertIn("the directory nowhere does not exist", done.stderr)
        self.expect(COMPLETE, "run", "fragile", "--axis", "x=5,6", "-o", "out.h5")
        done = self.expect(USAGE, "submit", *SWEEP)
        self.assertIn("another sweep", done.stderr)

    def test_the_sites_file_gives_defaults_that_options_replace(self):
        (self.directory / "config/trawl").mkdir(parents=True)
        self.write("config/trawl/site.toml", 'partition = "main"\ntime = "2:00:00"\nmodules = ["gcc/12"]\n')
        script = self.dry_run("--time", "10").stdout
        for line in ("#SBATCH --partition=main", "#SBATCH --time=10", "module load gcc/12"):
            self.assertIn(line + "\n", script)
        self.write("other.toml", 'launcher = "mpirun"\n')
        script = self.dry_run("--site", "other.toml").stdout
        self.assertIn("mpirun --enable-recovery", script)
        self.assertNotIn("--partition", script)
        self.write("wrong.toml", 'partion = "main"\n')
        done = self.dry_run("--site", "wrong.toml", code=USAGE)
        self.assertEqual(done.stderr, 'trawl: wrong.toml:1:1: unknown key "partion". Did you mean partition?\n')

    def test_the_warning_comes_before_the_longest_point_would_be_cut(self):
        self.assertIn("--signal=B:USR1@40\n", self.dry_run().stdout)
        self.assertIn("--grace 10 &", self.dry_run().stdout)
        self.assertIn("--signal=B:USR1@30\n", self.dry_run("--time", "1").stdout)
        self.write("out.h5.run.jsonl", '{"event":"end","longest_task_s":100}\n')
        self.assertIn("--signal=B:USR1@230\n", self.dry_run("--time", "1:00:00").stdout)
        self.assertIn("--grace 200 &", self.dry_run().stdout)
        self.assertIn("--grace 7 &", self.dry_run("--grace", "7").stdout)

    def test_without_slurm_it_says_so(self):
        done = subprocess.run([TEST_STUDIES, "submit", *SWEEP], cwd=self.directory, capture_output=True, text=True,
                              check=False, env={**os.environ, "PATH": "/nowhere"})
        self.assertEqual(done.returncode, IO_ERROR)
        self.assertIn("cannot start sbatch", done.stderr)

    def test_a_file_without_a_job_cannot_be_cancelled(self):
        self.assertIn("has no job", self.expect(USAGE, "cancel", "out.h5").stderr)


if __name__ == "__main__":
    unittest.main()
