#include "cluster/slurm/job_script.hpp"

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "tests/cluster/scratch_file.hpp"

namespace trawl::cluster {
namespace {

const SettingRule& rule(std::string_view name) {
  for (const SettingRule& rule : setting_rules()) {
    if (rule.name == name) return rule;
  }
  throw std::out_of_range(std::string(name));
}

bool accepts(std::string_view name, const std::string& value) {
  try {
    check_setting(rule(name), value, "test");
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

Job example() {
  Job job{.program = "/opt/trawl",
          .sweep = "/data/a.h5.job.toml",
          .output = "/data/a.h5",
          .script = "/data/a.h5.job.sh",
          .run_options = {"--grace", "10"}};
  job.settings = {{"nodes", {"4"}}, {"time", {"12:00:00"}}, {"partition", {"main"}}};
  return job;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Setting, takes_what_slurm_takes) {
  for (const char* time : {"30", "30:00", "12:00:00", "2-12", "2-12:30", "2-12:30:00"})
    EXPECT_TRUE(accepts("time", time)) << time;
  for (const char* text : {"main", "gpu,main", "a100-long"}) EXPECT_TRUE(accepts("partition", text)) << text;
  for (const char* text : {"intel", "intel&ib", "rack1|rack2", "gpu:2"})
    EXPECT_TRUE(accepts("constraint", text)) << text;
  for (const char* text : {"afterok:12", "afterany:12:13_4,singleton", "after:12+5?afternotok:9"})
    EXPECT_TRUE(accepts("dependency", text)) << text;
  EXPECT_TRUE(accepts("mem", "64G"));
  EXPECT_TRUE(accepts("mail-user", "a.b@example.org"));
  EXPECT_TRUE(accepts("modules", "openmpi/4.1.4-gcc+cuda"));
}

TEST(Setting, refuses_whatever_a_shell_or_slurm_would_take_otherwise) {
  for (const SettingRule& rule : setting_rules()) {
    for (const char* hostile : {"",     " ",    "-x",    "--uid=0", "a\nb", "a\n#SBATCH --uid=0",
                                "a b",  "a;b",  "$(id)", "`id`",    "a'b",  "a\"b",
                                "a\\b", "a>b",  "a&&b",  "&a",      "a|",   "#a",
                                "*",    "a\tb", "~",     "a\x01",   "\xff"})
      EXPECT_FALSE(accepts(rule.name, hostile)) << rule.name << ": " << hostile;
    EXPECT_FALSE(accepts(rule.name, std::string(100'000, '1'))) << rule.name;
    EXPECT_FALSE(accepts(rule.name, std::string("1\0", 2))) << rule.name;
  }
  for (const char* count : {"0", "-1", "1.5", "9999999", "two"}) EXPECT_FALSE(accepts("nodes", count)) << count;
}

TEST(Setting, says_in_one_line_what_is_wrong_where) {
  try {
    check_setting(rule("partition"), "a;rm\n-rf", "submit: --partition");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(
        error.what(),
        "submit: --partition: partition may not be \"a;rm\\x0a-rf\" (it goes into a job script). Give letters, "
        "digits and _.,+@=-.");
  }
}

TEST(Path, may_have_spaces_and_letters_of_any_language_only) {
  check_path("/home/m\xc3\xbcller/my data/a=1,b.h5", "test");
  for (const char* path : {"/a;b", "/a\nb", "/$HOME", "/a'b", "/a%j", "/a\"b", "/a\\b", "/a`b", "/a(b)"})
    EXPECT_THROW(check_path(path, "test"), UsageError) << path;
}

TEST(SlurmTime, is_read_as_slurm_does) {
  EXPECT_EQ(slurm_seconds("30"), 1800);
  EXPECT_EQ(slurm_seconds("1:30"), 90);
  EXPECT_EQ(slurm_seconds("2:00:01"), 7201);
  EXPECT_EQ(slurm_seconds("1-2"), 93600);
  EXPECT_EQ(slurm_seconds("1-02:03"), 93780);
  EXPECT_EQ(slurm_seconds("1-02:03:04"), 93784);
  for (const char* text : {"", "UNLIMITED", "-1", "1:2:3:4", "a"}) EXPECT_FALSE(slurm_seconds(text)) << text;
}

TEST(SiteFile, gives_defaults) {
  const test::ScratchFile file("partition = \"main\"\nntasks-per-node = 2\nmodules = [\"gcc/12\", \"openmpi\"]\n");
  const JobSettings settings = read_site_file(file.path());
  EXPECT_EQ(settings,
            (JobSettings{{"partition", {"main"}}, {"ntasks-per-node", {"2"}}, {"modules", {"gcc/12", "openmpi"}}}));
}

TEST(SiteFile, that_makes_no_sense_is_refused_with_the_place) {
  const auto problem = [](const std::string& text) -> std::string {
    const test::ScratchFile file(text);
    try {
      read_site_file(file.path());
      return "";
    } catch (const UsageError& error) {
      return std::string(error.what()).substr(file.path().size());
    }
  };
  EXPECT_EQ(problem("\npartion = \"a\""), ":2:1: unknown key \"partion\". Did you mean partition?");
  EXPECT_EQ(problem("time = 30"), ":1:8: time must be text in quotes, not an integer");
  EXPECT_EQ(problem("nodes = \"2\""), ":1:9: nodes must be a whole number, not text");
  EXPECT_EQ(problem("modules = [1]"),
            ":1:11: modules must be an array of texts such as [\"a\", \"b\"], not an integer");
  EXPECT_EQ(problem("nodes = -2"), ":1:9: nodes must not be negative (-2)");
  EXPECT_EQ(problem("account = \"a b\"").substr(0, 31), ":1:11: account may not be \"a b\"");
  EXPECT_NE(problem("[a"), "");
  EXPECT_THROW(read_site_file("/no such file"), UsageError);
}

TEST(ShellWord, is_quoted_where_a_shell_would_read_more_into_it) {
  EXPECT_EQ(shell_word("/a/b-1.h5"), "/a/b-1.h5");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("~"), "'~'");
}

TEST(JobScript, asks_slurm_for_what_was_asked) {
  const std::string script = job_script(example());
  for (const char* line : {"#!/bin/bash -l", "#SBATCH --nodes=4", "#SBATCH --ntasks-per-node=1", "#SBATCH --exclusive",
                           "#SBATCH --time=12:00:00", "#SBATCH --partition=main", "#SBATCH --output=/data/a.h5.job.log",
                           "#SBATCH --open-mode=append", "#SBATCH --no-kill", "#SBATCH --requeue",
                           "#SBATCH --signal=B:USR1@60", "most_requeues=20"})
    EXPECT_TRUE(has_line(script, line)) << line << "\n" << script;
  EXPECT_EQ(script.find("--array"), std::string::npos);
  EXPECT_EQ(script.find("--mail-type"), std::string::npos);
}

TEST(JobScript, takes_whole_nodes_unless_cores_are_asked_for) {
  Job job = example();
  job.settings["cpus-per-task"] = {"8"};
  const std::string script = job_script(job);
  EXPECT_TRUE(has_line(script, "#SBATCH --cpus-per-task=8"));
  EXPECT_FALSE(has_line(script, "#SBATCH --exclusive"));
}

TEST(JobScript, starts_ranks_with_srun_or_mpirun) {
  Job job = example();
  EXPECT_NE(
      job_script(job).find("\nsrun --mpi=pmix --cpu-bind=cores --no-kill --kill-on-bad-exit=0 --wait=0 "
                           "--cpus-per-task=\"$cores\" \\\n  \"$trawl\" run \"$sweep\" -o \"$output\" --grace 10 &\n"),
      std::string::npos);
  job.settings["launcher"] = {"mpirun"};
  const std::string script = job_script(job);
  EXPECT_NE(script.find("\nmpirun --enable-recovery --map-by \"ppr:1:node:pe=$cores\""), std::string::npos);
  EXPECT_FALSE(has_line(script, "#SBATCH --no-kill"));
}

TEST(JobScript, of_an_array_gives_each_job_its_shard) {
  Job job = example();
  job.shards = 3;
  const std::string script = job_script(job);
  for (const char* line : {"#SBATCH --array=1-3", "#SBATCH --output=/data/a.h5.job.%a.log",
                           "result=/data/a.shard-\"$shard\"-of-3.h5", "job=${SLURM_ARRAY_JOB_ID}_$shard"})
    EXPECT_TRUE(has_line(script, line)) << line << "\n" << script;
  EXPECT_NE(script.find(" --shard \"$shard/3\" "), std::string::npos);
}

}  // namespace
}  // namespace trawl::cluster
