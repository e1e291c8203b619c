#include "cluster/process_tree.hpp"

#include <signal.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace trawl::cluster {
namespace {

struct Entry {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = 'Z';
  std::uint64_t start_time = 0;
};

/// proc(5): "PID (NAME) STATE PARENT ...", the start time is field 22. A name may hold anything, also parentheses.
std::optional<Entry> read_entry(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  if (!std::getline(file, text, '\0') || text.rfind(')') == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  Entry entry;
  std::from_chars(pid.data(), pid.data() + pid.size(), entry.pid);
  fields >> entry.state >> entry.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  fields >> entry.start_time;
  if (!fields) return std::nullopt;
  return entry;
}

std::vector<Entry> all_processes() {
  std::vector<Entry> entries;
  std::error_code ignored;
  for (const auto& directory : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = directory.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto entry = read_entry(name)) entries.push_back(*entry);
  }
  return entries;
}

}  // namespace

void ProcessTree::look() {
  const std::vector<Entry> entries = all_processes();
  for (bool grows = true; grows;) {
    grows = false;
    for (const Entry& entry : entries) {
      const bool ours = entry.pid == root_ || entry.parent == root_ || start_times_.contains(entry.parent);
      if (ours && start_times_.emplace(entry.pid, entry.start_time).second) grows = true;
    }
  }
}

bool ProcessTree::any_lives() const {
  return std::any_of(start_times_.begin(), start_times_.end(), [](const auto& seen) {
    const auto entry = read_entry(std::to_string(seen.first));
    return entry && entry->start_time == seen.second && entry->state != 'Z';
  });
}

void ProcessTree::kill_all() {
  constexpr int most_rounds = 100;
  for (int round = 0; round < most_rounds; ++round) {
    look();
    if (!any_lives()) return;
    for (const auto& [pid, start_time] : start_times_) {
      const auto entry = read_entry(std::to_string(pid));
      if (entry && entry->start_time == start_time) kill(pid, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace trawl::cluster
