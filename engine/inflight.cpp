#include "engine/inflight.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>
#include <string_view>

#include <fmt/format.h>

#include "engine/error.hpp"

namespace trawl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t file_size = InflightFile::slot_count * sizeof(InflightSlot);
constexpr int fault_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

thread_local InflightSlot* thread_slot = nullptr;
std::atomic<InflightSlot*> process_slots{nullptr};
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

std::vector<PlainSlot> read_slots(const std::string& file) {
  std::vector<PlainSlot> busy;
  const InflightSlot* slots = map_slots(file);
  if (slots == nullptr) return busy;
  for (std::size_t i = 0; i < InflightFile::slot_count; ++i) {
    const TaskRange range{slots[i].begin.load(), slots[i].end.load()};
    if (range.begin < range.end) busy.push_back({range, slots[i].signal.load()});
  }
  unmap(slots);
  return busy;
}

/// False if no task was running. A thread without a slot of its own helps with some other lane's point: any of those
/// that run may be the one.
bool note_fault(int signal) {
  if (thread_slot != nullptr) {
    thread_slot->signal.store(signal);
    return true;
  }
  bool any = false;
  InflightSlot* slots = process_slots.load();
  for (std::size_t i = 0; slots != nullptr && i < InflightFile::slot_count; ++i) {
    if (slots[i].begin.load() >= slots[i].end.load()) continue;
    slots[i].signal.store(signal);
    any = true;
  }
  return any;
}

void on_fault(int signal, siginfo_t*, void*) {
  if (note_fault(signal) && restart_argv != nullptr) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv("/proc/self/exe", restart_argv);
  }
  ::signal(signal, SIG_DFL);
  raise(signal);
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
}

InflightFile::~InflightFile() {
  if (!file_.empty()) unlink(file_.c_str());
  // The memory stays mapped: a thread that never returned may still write to it.
}

std::vector<TaskRange> read_inflight(const std::string& path, Rank rank) {
  std::vector<TaskRange> ranges;
  if (path.empty()) return ranges;
  for (const PlainSlot& slot : read_slots(rank_file(path, rank))) ranges.push_back(slot.range);
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
    for (const PlainSlot& slot : read_slots(file.string())) {
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
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : fault_signals) sigaction(signal, &action, nullptr);
}

void set_thread_slot(InflightSlot* slot) {
  thread_slot = slot;
  thread_local const SignalStack stack;
}

}  // namespace trawl
