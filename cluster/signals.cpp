#include "cluster/signals.hpp"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

constexpr std::int64_t one_request_ns = 2'000'000'000;

struct Handled {
  int number;
  const char* name;
  bool may_be_fault;  ///< of this process, which is left as it is; sent by another, it is a request
};

/// All that by default end a process with nothing flushed, but for SIGKILL, SIGPIPE and SIGXFSZ.
constexpr Handled handled[] = {
    {SIGHUP, "SIGHUP", false},       {SIGINT, "SIGINT", false},   {SIGQUIT, "SIGQUIT", false},
    {SIGILL, "SIGILL", true},        {SIGTRAP, "SIGTRAP", true},  {SIGABRT, "SIGABRT", true},
    {SIGBUS, "SIGBUS", true},        {SIGFPE, "SIGFPE", true},    {SIGUSR1, "SIGUSR1", false},
    {SIGSEGV, "SIGSEGV", true},      {SIGUSR2, "SIGUSR2", false}, {SIGALRM, "SIGALRM", false},
    {SIGTERM, "SIGTERM", false},     {SIGXCPU, "SIGXCPU", false}, {SIGVTALRM, "SIGVTALRM", false},
    {SIGPROF, "SIGPROF", false},     {SIGIO, "SIGIO", false},     {SIGPWR, "SIGPWR", false},
    {SIGSTKFLT, "SIGSTKFLT", false}, {SIGSYS, "SIGSYS", true},
};

StopRequests requests;
std::atomic<bool> stop = false;
std::atomic<int> first_signal = 0;
std::atomic<OnStop> action_on_stop = OnStop::end;
std::atomic<pid_t> ends_with_us = 0;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<OnStop>::is_always_lock_free &&
                  std::atomic<std::int64_t>::is_always_lock_free,
              "used in a signal handler");

const Handled& find(int signal) {
  return *std::find_if(std::begin(handled), std::end(handled), [&](const Handled& h) { return h.number == signal; });
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Delivered when the handler returns; a fault happens again.
void leave_to_default(int signal, const siginfo_t& info) {
  ::signal(signal, SIG_DFL);
  if (info.si_code <= 0) raise(signal);
}

[[noreturn]] void leave_at_once() {
  constexpr char message[] =
      "\ntrawl: asked to stop again: leaving at once (the same command computes again what was not written yet)\n";
  static_cast<void>(!write(STDERR_FILENO, message, sizeof message - 1));
  if (const pid_t group = ends_with_us.load()) kill(-group, SIGKILL);
  _exit(exit_stopped_early);
}

void end_process(int signal) {
  if (const pid_t group = ends_with_us.load()) kill(-group, SIGTERM);
  ::signal(signal, SIG_DFL);
  raise(signal);  // delivered when the handler returns
}

void request(int signal) {
  const OnStop on_stop = action_on_stop.load();
  if (on_stop == OnStop::end) return end_process(signal);
  const bool is_reminder = signal == SIGXCPU && requests.count() > 0;  // the kernel sends one a second
  const int number = is_reminder ? 0 : requests.note(now_ns());
  if (number == 1) first_signal.store(signal);
  stop.store(true);
  if (number > (on_stop == OnStop::end_programs ? 2 : 1)) leave_at_once();
}

void on_signal(int signal, siginfo_t* info, void*) {
  const int error = errno;
  const bool from_outside = info->si_code <= 0 && info->si_pid != getpid();
  if (find(signal).may_be_fault && !from_outside) leave_to_default(signal, *info);
  else request(signal);
  errno = error;
}

/// A profiler or debugger that was loaded before main keeps its signals; nohup's SIGHUP stays ignored.
bool is_free(int signal) {
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  if (current.sa_flags & SA_SIGINFO) return false;
  return current.sa_handler == SIG_DFL || (current.sa_handler == SIG_IGN && signal != SIGHUP);
}

void install() {
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  for (const Handled& h : handled) {
    if (is_free(h.number)) sigaction(h.number, &action, nullptr);
  }
  signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int StopRequests::note(std::int64_t now_ns) {
  std::int64_t last = last_ns_.load();
  while (last == 0 || now_ns - last >= one_request_ns) {
    if (last_ns_.compare_exchange_weak(last, now_ns)) return ++count_;
  }
  return 0;
}

void handle_signals(OnStop on_stop) {
  static const auto given_on_pipe = (install(), signal(SIGPIPE, SIG_IGN));
  action_on_stop.store(on_stop);
  signal(SIGPIPE, on_stop == OnStop::end ? given_on_pipe : SIG_IGN);
}

const std::atomic<bool>& stop_requested() {
  return stop;
}

bool stop_is_urgent() {
  return requests.count() > 1;
}

std::string stop_signal() {
  return find(first_signal.load()).name;
}

void end_with_process(pid_t group) {
  ends_with_us.store(group);
}

}  // namespace trawl::cluster
