#include "engine/shortage.hpp"

#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <initializer_list>
#include <new>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace trawl {

namespace {

std::atomic<std::uint64_t> count{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "used in a signal handler");

[[noreturn]] void out_of_memory() {
  note_shortage();
  throw std::bad_alloc();
}

const char* missing_resource(int error) {
  switch (error) {
    case ENOMEM:
      return "memory";
    case EAGAIN:
      return "threads or processes";
    case EMFILE:
    case ENFILE:
      return "file descriptors";
    case ENOSPC:
    case EDQUOT:
      return "disk space";
    default:
      return nullptr;
  }
}

struct Limit {
  __rlimit_resource_t resource;
  char letter;
  rlim_t unit;
};

std::string limits_text(std::initializer_list<Limit> all) {
  std::vector<std::string> limits;
  for (const Limit& one : all) {
    rlimit limit{};
    if (getrlimit(one.resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) continue;
    limits.push_back(fmt::format("ulimit -{} {}", one.letter, limit.rlim_cur / one.unit));
  }
  return fmt::format("{}", fmt::join(limits, ", "));
}

}  // namespace

const char* missing_resource(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return "memory";
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  if (system == nullptr) return nullptr;
  const std::error_category& category = system->code().category();
  const bool has_errno = category == std::generic_category() || category == std::system_category();
  return has_errno ? missing_resource(system->code().value()) : nullptr;
}

std::string memory_limits_text() {
  return limits_text({{RLIMIT_AS, 'v', 1024}, {RLIMIT_DATA, 'd', 1024}});
}

std::string thread_limits_text() {
  return limits_text({{RLIMIT_NPROC, 'u', 1}, {RLIMIT_AS, 'v', 1024}, {RLIMIT_DATA, 'd', 1024}});
}

void count_shortages() {
  std::set_new_handler(out_of_memory);
}

std::uint64_t shortages() {
  return count.load(std::memory_order_relaxed);
}

void note_shortage() {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace trawl
