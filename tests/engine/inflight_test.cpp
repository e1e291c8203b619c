#include "engine/inflight.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/error.hpp"

namespace trawl {
namespace {

namespace fs = std::filesystem;

class Inflight : public testing::Test {
 protected:
  Inflight() {
    fs::create_directories(folder_);
    path_ = (folder_ / "sweep.h5.inflight").string();
  }
  ~Inflight() override { fs::remove_all(folder_); }

  /// Runs `body` in a child process; returns the signal that ended it, 0 if it ended by itself.
  template <class Body>
  static int signal_of_child(Body body) {
    const pid_t child = fork();
    if (child == 0) {
      body();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  fs::path folder_ = fs::temp_directory_path() / ("trawl_inflight_test." + std::to_string(getpid()));
  std::string path_;
};

void note(InflightSlot& slot, TaskRange range) {
  slot.begin = range.begin;
  slot.end = range.end;
}

TEST_F(Inflight, survives_sigkill_and_names_the_tasks) {
  const int signal = signal_of_child([&] {
    InflightFile file(path_, 3);
    note(file.slot(0), {17, 18});
    note(file.slot(1), {20, 24});
    note(file.slot(2), {9, 9});
    raise(SIGKILL);
  });
  EXPECT_EQ(signal, SIGKILL);
  EXPECT_EQ(read_inflight(path_, 3), (std::vector<TaskRange>{{17, 18}, {20, 24}}));
  EXPECT_FALSE(read_inflight(path_, 4)) << "there is no such file";
}

TEST_F(Inflight, a_kill_from_outside_is_no_fault) {
  signal_of_child([&] {
    InflightFile file(path_, 0);
    note(file.slot(0), {17, 18});
    raise(SIGKILL);
  });
  EXPECT_TRUE(recover_faults(path_).empty());
  EXPECT_TRUE(fs::is_empty(folder_)) << "nothing is left behind";
}

TEST_F(Inflight, counts_the_faults_of_a_task_over_restarts) {
  for (int times = 1; times <= 3; ++times) {
    const int signal = signal_of_child([&] {
      InflightFile file(path_, 0);
      install_fault_handler(nullptr);
      note(file.slot(0), {17, 18});
      note(file.slot(1), {5, 6});
      set_thread_slot(&file.slot(0));
      const StudyScope inside;
      raise(times == 2 ? SIGABRT : SIGSEGV);
    });
    EXPECT_EQ(signal, times == 2 ? SIGABRT : SIGSEGV);
    const std::vector<Fault> faults = recover_faults(path_);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].range, (TaskRange{17, 18}));
    EXPECT_EQ(faults[0].times, times);
  }
  forget_faults(path_);
  EXPECT_TRUE(recover_faults(path_).empty());
}

TEST_F(Inflight, a_fault_outside_of_any_task_is_the_programs_own) {
  const int signal = signal_of_child([&] {
    InflightFile file(path_, 0);
    install_fault_handler(nullptr);
    raise(SIGFPE);
  });
  EXPECT_EQ(signal, SIGFPE);
  EXPECT_TRUE(recover_faults(path_).empty());
}

/// What a process leaves behind, and how it ends, that aborts on a thread that was in the middle of a task.
template <class Body>
int code_of_abort(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    std::abort();
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_F(Inflight, an_abort_outside_of_a_studys_code_is_held_against_no_task) {
  const int code = code_of_abort([&] {
    auto* file = new InflightFile(path_, 0);
    install_fault_handler(nullptr);
    note(file->slot(0), {17, 18});
    set_thread_slot(&file->slot(0));
  });
  EXPECT_EQ(code, 74);
  EXPECT_TRUE(recover_faults(path_).empty());
  EXPECT_TRUE(fs::is_empty(folder_)) << "nothing is left behind";
}

TEST_F(Inflight, an_abort_of_the_main_thread_is_held_against_no_task_of_others) {
  const int code = code_of_abort([&] {
    auto* file = new InflightFile(path_, 0);
    install_fault_handler(nullptr);
    note(file->slot(0), {17, 18});
  });
  EXPECT_EQ(code, 74);
  EXPECT_TRUE(recover_faults(path_).empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // operator new ends the process there
TEST_F(Inflight, an_abort_after_memory_ran_out_is_held_against_no_task) {
  const int code = code_of_abort([&] {
    auto* file = new InflightFile(path_, 0);
    install_fault_handler(nullptr);
    note(file->slot(0), {17, 18});
    set_thread_slot(&file->slot(0));
    detail::study_state = {true, shortages()};
    EXPECT_THROW(static_cast<void>(operator new (std::size_t{1} << 62)), std::bad_alloc);
  });
  EXPECT_EQ(code, 74);
  EXPECT_TRUE(recover_faults(path_).empty());
}
#endif

TEST_F(Inflight, removes_its_file_at_the_end) {
  { const InflightFile file(path_, 0); }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Inflight, leaves_alone_what_only_has_such_a_name) {
  const std::pair<const char*, const char*> foreign[] = {
      {".0", "mine"}, {".faults", "mine"}, {".notes", "mine"}, {".1x", ""}, {".faults.old", "1 2\n"}};
  for (const auto& [suffix, text] : foreign) std::ofstream(path_ + suffix) << text;
  EXPECT_THROW(check_inflight_files(path_), UsageError);
  EXPECT_TRUE(recover_faults(path_).empty());
  forget_faults(path_);
  EXPECT_THROW(InflightFile(path_, 0), IoError);
  for (const auto& [suffix, text] : foreign) {
    std::ifstream file(path_ + suffix);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text) << suffix;
  }
}

TEST_F(Inflight, does_not_write_through_a_link) {
  std::ofstream(folder_ / "precious") << std::string(InflightFile::slot_count * sizeof(InflightSlot), '\0');
  fs::create_symlink(folder_ / "precious", path_ + ".0");
  EXPECT_THROW(check_inflight_files(path_), UsageError);
  EXPECT_THROW(InflightFile(path_, 0), IoError);
  EXPECT_TRUE(fs::is_symlink(path_ + ".0"));
}

TEST_F(Inflight, takes_what_killed_ranks_left_for_its_own) {
  signal_of_child([&] {
    InflightFile file(path_, 0);
    note(file.slot(3), {17, 18});
    file.slot(3).signal = SIGSEGV;
    raise(SIGKILL);
  });
  std::ofstream(path_ + ".1");
  EXPECT_NO_THROW(check_inflight_files(path_));
  { const InflightFile file(path_, 1); }
  EXPECT_EQ(recover_faults(path_).size(), 1U);
  EXPECT_NO_THROW(check_inflight_files(path_));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1) << "the faults are remembered";
}

}  // namespace
}  // namespace trawl
