#include "cluster/cli/work_progress.hpp"

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "cluster/signals.hpp"

namespace trawl::cluster {
namespace {

TEST(WorkText, says_what_how_large_and_how_far) {
  EXPECT_EQ(work_text("creating", "a.h5", std::uint64_t{1} << 30, std::uint64_t{4} << 30, 10),
            "creating a.h5: 1 GiB of 4 GiB (25.0 %), 30.0 s left");
}

/// In a process of its own, for a stop stays. Exit code 0 if all was as it should be.
[[noreturn]] void be_stopped_by(int signal) {
  handle_signals(OnStop::finish);
  WorkProgress work("a.h5", "Run it again", true);
  const io::OnBlock on_block = work.callback();
  on_block("creating", 0, 100);
  kill(getpid(), signal);
  try {
    on_block("creating", 50, 100);
  } catch (const Stopped& stopped) {
    _exit(std::string(stopped.what()).ends_with(": stopped while creating a.h5. Nothing was created. Run it again")
              ? 0
              : 2);
  }
  _exit(1);
}

TEST(WorkProgress, ends_the_work_when_the_process_is_asked_to_stop) {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGXCPU}) {
    EXPECT_EXIT(be_stopped_by(signal), ::testing::ExitedWithCode(0), "") << signal;
  }
}

}  // namespace
}  // namespace trawl::cluster
