// What each thread is computing, kept where it survives the process: it names the point that killed a worker.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/shortage.hpp"
#include "engine/task.hpp"
#include "engine/transport.hpp"

namespace trawl {

/// The tasks a thread is evaluating now. Lives in a memory-mapped file, whose pages the kernel keeps when the process
/// is killed.
struct InflightSlot {
  std::atomic<std::uint64_t> begin;
  std::atomic<std::uint64_t> end;    ///< begin == end: nothing
  std::atomic<std::int32_t> signal;  ///< the fault that happened in these tasks, 0 if none
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Throws UsageError if one of the files PATH.RANK or PATH.faults is there and, by its contents, is not ours.
void check_inflight_files(const std::string& path);

/// The slots of one rank, in the file PATH.RANK; removed by the destructor.
class InflightFile {
 public:
  static constexpr std::size_t slot_count = 1024;

  /// With an empty path the slots are plain memory. Replaces a file of ours. Throws IoError.
  InflightFile(const std::string& path, Rank rank);
  ~InflightFile();
  InflightFile(const InflightFile&) = delete;
  InflightFile& operator=(const InflightFile&) = delete;

  InflightSlot& slot(std::size_t i) { return slots_[i % slot_count]; }

 private:
  std::string file_;
  InflightSlot* slots_ = nullptr;
};

/// Ranges that a rank was computing when it was last seen; none at all if its file cannot be read.
std::optional<std::vector<TaskRange>> read_inflight(const std::string& path, Rank rank);

/// Tasks that earlier processes faulted in (SIGSEGV and the like, not a SIGKILL from outside), and how often.
struct Fault {
  TaskRange range;
  int times = 0;
};

/// What earlier processes left behind; removes it and remembers the faults in PATH.faults. Here as everywhere, files
/// that have such names but are not ours are left alone.
std::vector<Fault> recover_faults(const std::string& path);

/// Removes PATH.faults and what killed ranks left behind; called when the sweep is complete.
void forget_faults(const std::string& path);

/// Makes SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT note themselves in the faulting thread's slot if it runs a study's
/// code. Then the program is executed anew with `argv` (a local run goes on by itself) or, if argv is null, dies of the
/// signal. A fault elsewhere, or after memory ran out, is never held against a task; an abort there, or any fault while
/// there is no memory, ends the process with a line and exit code 74. `argv` must stay valid. Call from the main
/// thread.
void install_fault_handler(char* const* argv);

/// Tells the fault handler which slot the calling thread uses now, and gives the thread a signal stack so that a stack
/// overflow is noted as well. Null: none, the thread may run parts of any task.
void set_thread_slot(InflightSlot* slot);

namespace detail {
struct StudyState {
  bool inside = false;
  std::uint64_t shortages_before = 0;
};
extern constinit thread_local StudyState study_state;
}  // namespace detail

/// While it lives, the calling thread runs a study's code.
class StudyScope {
 public:
  StudyScope() { detail::study_state = {true, shortages()}; }
  ~StudyScope() { detail::study_state.inside = false; }
  StudyScope(const StudyScope&) = delete;
  StudyScope& operator=(const StudyScope&) = delete;
};

}  // namespace trawl
