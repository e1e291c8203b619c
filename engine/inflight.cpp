#include "engine/inflight.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t file_size = InflightFile::slot_count * sizeof(InflightSlot);
constexpr int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

constinit thread_local InflightSlot* thread_slot = nullptr;
constinit thread_local bool is_main_thread = false;
std::atomic<InflightSlot*> process_slots{nullptr};
std::atomic<const char*> process_file{nullptr};  // its name, never freed
char* const* restart_argv = nullptr;

/// A stack for the calling thread's signal handlers.
class SignalStack {
 public:
  SignalStack() : memory_(new char[size_]) {
    stack_t stack{};
    stack.ss_sp = memory_.get();
    stack.ss_size = size_;
    sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr std::size_t size_ = 64 * 1024;
  std::unique_ptr<char[]> memory_;
};

std::string rank_file(const std::string& path, Rank rank) {
  return fmt::format("{}.{}", path, rank);
}
std::string faults_file(const std::string& path) {
  return path + ".faults";
}

/// The file mapped into memory; null if that fails or it has not the size of slots.
const InflightSlot* map_slots(const std::string& file) {
  const int fd = open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return nullptr;
  struct stat status {};
  const bool whole = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == off_t{file_size};
  void* memory = whole ? mmap(nullptr, file_size, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
  close(fd);
  return memory == MAP_FAILED ? nullptr : static_cast<const InflightSlot*>(memory);
}

void unmap(const InflightSlot* slots) {
  munmap(const_cast<InflightSlot*>(slots), file_size);
}

bool is_regular(const fs::path& file, std::uintmax_t& size) {
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  size = static_cast<std::uintmax_t>(status.st_size);
  return true;
}

/// A file of a rank: nothing yet, or slots, in which most bits of a signal's place are 0.
bool is_rank_file(const fs::path& file) {
  constexpr std::uint64_t most_signal = 64;
  std::uintmax_t size = 0;
  if (!is_regular(file, size)) return false;
  if (size == 0) return true;
  const InflightSlot* slots = map_slots(file.string());
  if (slots == nullptr) return false;
  bool ours = true;
  for (std::size_t i = 0; i < InflightFile::slot_count; ++i) {
    std::uint64_t signal_place = 0;
    std::memcpy(&signal_place, reinterpret_cast<const char*>(slots + i) + offsetof(InflightSlot, signal),
                sizeof(signal_place));
    ours = ours && signal_place <= most_signal;
  }
  unmap(slots);
  return ours;
}

/// A file of faults: lines of two numbers, the last perhaps cut.
bool is_faults_file(const fs::path& file) {
  std::uintmax_t size = 0;
  if (!is_regular(file, size)) return false;
  std::FILE* in = std::fopen(file.c_str(), "re");
  if (in == nullptr) return false;
  bool ours = true;
  for (int c = 0; ours && (c = std::fgetc(in)) != EOF;) ours = (c >= '0' && c <= '9') || c == ' ' || c == '\n';
  std::fclose(in);
  return ours;
}

/// All files that have names like ours: PATH.faults and PATH.RANK.
std::vector<fs::path> namesakes(const std::string& path) {
  std::vector<fs::path> files;
  if (path.empty()) return files;
  const fs::path base(path);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(base.has_parent_path() ? base.parent_path() : ".", ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string prefix = base.filename().string() + ".";
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = std::string_view(name).substr(prefix.size());
    const bool is_number = !rest.empty() && rest.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_number || base.parent_path() / name == faults_file(path)) files.push_back(base.parent_path() / name);
  }
  return files;
}

bool is_ours(const fs::path& file, const std::string& path) {
  return file == faults_file(path) ? is_faults_file(file) : is_rank_file(file);
}

/// Those of the files with names like ours that are.
std::vector<fs::path> companions(const std::string& path) {
  std::vector<fs::path> files = namesakes(path);
  std::erase_if(files, [&](const fs::path& file) { return !is_ours(file, path); });
  return files;
}

struct PlainSlot {
  TaskRange range;
  int signal = 0;
};

std::optional<std::vector<PlainSlot>> read_slots(const std::string& file) {
  std::vector<PlainSlot> busy;
  const InflightSlot* slots = map_slots(file);
  if (slots == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < InflightFile::slot_count; ++i) {
    const TaskRange range{slots[i].begin.load(), slots[i].end.load()};
    if (range.begin < range.end) busy.push_back({range, slots[i].signal.load()});
  }
  unmap(slots);
  return busy;
}

bool memory_is_left() {
  constexpr std::size_t some = 4 << 20;
  void* memory = mmap(nullptr, some, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  munmap(memory, some);
  return true;
}

/// False if it is no task's. A thread without a slot of its own helps with some other lane's point, or a study started
/// it: any of the tasks that run may be the one.
bool note_fault(int signal) {
  if (detail::study_state.inside && thread_slot != nullptr) {
    if (shortages() != detail::study_state.shortages_before || !memory_is_left()) return false;
    thread_slot->signal.store(signal);
    return true;
  }
  if (thread_slot != nullptr || is_main_thread) return false;
  bool any = false;
  InflightSlot* slots = process_slots.load();
  for (std::size_t i = 0; slots != nullptr && i < InflightFile::slot_count; ++i) {
    if (slots[i].begin.load() >= slots[i].end.load()) continue;
    slots[i].signal.store(signal);
    any = true;
  }
  return any;
}

/// What each signal did before, by number.
struct sigaction earlier_actions[NSIG];

/// Sent by another process, it is no fault: it does what it would without us.
bool pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& earlier = earlier_actions[signal];
  if (info->si_code > 0 || info->si_pid == getpid() || (earlier.sa_flags & SA_SIGINFO) == 0) return false;
  earlier.sa_sigaction(signal, info, context);
  return true;
}

/// What ran then is suspected of nothing.
void clear_slots() {
  InflightSlot* slots = process_slots.load();
  for (std::size_t i = 0; slots != nullptr && i < InflightFile::slot_count; ++i) slots[i].begin.store(slots[i].end);
}

[[noreturn]] void end_for_want_of_resources() {
  constexpr char message[] =
      "trawl: a library gave up, or a point did after memory had run out (is a limit on memory, threads or files too "
      "low?). Raise it and run the same command again to continue\n";
  static_cast<void>(!write(STDERR_FILENO, message, sizeof message - 1));
  if (const char* file = process_file.load()) unlink(file);
  _exit(exit_io);
}

void on_fault(int signal, siginfo_t* info, void* context) {
  if (pass_on(signal, info, context)) return;
  if (!note_fault(signal)) {
    clear_slots();
    if (signal == SIGABRT || detail::study_state.inside || !memory_is_left()) end_for_want_of_resources();
  } else if (restart_argv != nullptr) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv("/proc/self/exe", restart_argv);
  }
  ::signal(signal, SIG_DFL);
  raise(signal);
}

/// An exception that nobody catches, in code that must not throw: std::terminate would print it and abort.
[[noreturn]] void on_terminate() {
  try {
    if (const std::exception_ptr error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::exception& error) {
    if (missing_resource(error) != nullptr) note_shortage();
    else std::fprintf(stderr, "trawl: an exception that nobody caught: %s\n", error.what());
  } catch (...) {
  }
  std::abort();
}

}  // namespace

void check_inflight_files(const std::string& path) {
  for (const fs::path& file : namesakes(path)) {
    if (is_ours(file, path)) continue;
    throw UsageError(fmt::format(
        "{}: is not a file of trawl, and a run needs that name to note what it computes. Give the result file another "
        "name, or move it away",
        file.string()));
  }
}
constinit thread_local detail::StudyState detail::study_state{};

InflightFile::InflightFile(const std::string& path, Rank rank) {
  int fd = -1;
  int flags = MAP_SHARED | MAP_ANONYMOUS;
  if (!path.empty()) {
    file_ = rank_file(path, rank);
    if (is_rank_file(file_)) unlink(file_.c_str());
    fd = open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || posix_fallocate(fd, 0, file_size) != 0) {
      const int error = errno;
      if (fd >= 0) close(fd);
      throw IoError(fmt::format("{}: cannot create ({}). Is the directory writable and the disk not full?", file_,
                                std::strerror(error)));
    }
    flags = MAP_SHARED;
  }
  void* memory = mmap(nullptr, file_size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (fd >= 0) close(fd);
  if (memory == MAP_FAILED) throw IoError(fmt::format("{}: cannot map into memory ({})", file_, std::strerror(errno)));
  slots_ = static_cast<InflightSlot*>(memory);
  for (std::size_t i = 0; i < slot_count; ++i) new (&slots_[i]) InflightSlot{};
  process_slots.store(slots_);
  if (!file_.empty()) process_file.store(file_.c_str());
}

InflightFile::~InflightFile() {
  if (!file_.empty()) unlink(file_.c_str());
  process_file.store(nullptr);
  // The memory stays mapped: a thread that never returned may still write to it.
}

std::optional<std::vector<TaskRange>> read_inflight(const std::string& path, Rank rank) {
  if (path.empty()) return std::nullopt;
  const auto slots = read_slots(rank_file(path, rank));
  if (!slots) return std::nullopt;
  std::vector<TaskRange> ranges;
  for (const PlainSlot& slot : *slots) ranges.push_back(slot.range);
  return ranges;
}

std::vector<Fault> recover_faults(const std::string& path) {
  std::vector<Fault> faults;
  if (path.empty()) return faults;
  std::error_code ignored;
  const bool keeps_log =
      !fs::exists(fs::symlink_status(faults_file(path), ignored)) || is_faults_file(faults_file(path));
  std::FILE* log = keeps_log ? std::fopen(faults_file(path).c_str(), "ae") : nullptr;
  for (const fs::path& file : companions(path)) {
    if (file == faults_file(path)) continue;
    const auto slots = read_slots(file.string());
    for (const PlainSlot& slot : slots ? *slots : std::vector<PlainSlot>()) {
      if (slot.signal != 0 && log != nullptr) {
        std::fprintf(log, "%" PRIu64 " %" PRIu64 "\n", slot.range.begin, slot.range.end);
      }
    }
    fs::remove(file, ignored);
  }
  if (log != nullptr) std::fclose(log);
  if (std::FILE* in = keeps_log ? std::fopen(faults_file(path).c_str(), "re") : nullptr) {
    TaskRange range;
    while (std::fscanf(in, "%" SCNu64 " %" SCNu64, &range.begin, &range.end) == 2) {
      if (range.begin >= range.end) continue;
      const auto same = [&](const Fault& fault) { return fault.range == range; };
      const auto known = std::find_if(faults.begin(), faults.end(), same);
      if (known == faults.end()) faults.push_back({range, 1});
      else ++known->times;
    }
    std::fclose(in);
  }
  if (faults.empty()) forget_faults(path);
  return faults;
}

void forget_faults(const std::string& path) {
  std::error_code ignored;
  for (const fs::path& file : companions(path)) fs::remove(file, ignored);
}

void install_fault_handler(char* const* argv) {
  restart_argv = argv;
  is_main_thread = true;
  count_shortages();
  std::set_terminate(on_terminate);
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : fault_signals) {
    struct sigaction earlier {};
    sigaction(signal, &action, &earlier);
    if (earlier.sa_sigaction != on_fault) earlier_actions[signal] = earlier;
  }
}

void set_thread_slot(InflightSlot* slot) {
  thread_slot = slot;
  thread_local const SignalStack stack;
}

}  // namespace trawl
