#include "cluster/scale/run_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "engine/error.hpp"
#include "io/output_file.hpp"
#include "io/raw_file.hpp"

namespace trawl::cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t random_letters = 6;  // of mkdtemp

std::string lock_name(const std::string& directory) {
  return directory + "/scale";
}

/// A directory without the lock, or whose lock is held, stays.
void remove_if_left(const std::string& directory) {
  try {
    if (!fs::is_regular_file(fs::symlink_status(lock_name(directory) + ".lock"))) return;
    const io::RunLock lock(lock_name(directory));
    fs::remove_all(directory);
  } catch (const std::exception&) {  // somebody's at work in it, or it is not ours
  }
}

void remove_leftovers(const std::string& output) {
  const std::string prefix = fs::path(output).filename().string() + ".runs.";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(io::directory_of(output), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.size() == prefix.size() + random_letters && entry.is_directory(ignored))
      remove_if_left(entry.path().string());
  }
}

}  // namespace

RunDirectory::RunDirectory(const std::string& output) {
  const std::string target = io::final_path(output);
  remove_leftovers(target);
  path_ = target + ".runs.XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) io::fail_io(target, "create a directory for runs beside it", errno);
  lock_.emplace(lock_name(path_));
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace trawl::cluster
