#include "io/result_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/hdf5_create.hpp"
#include "io/layout.hpp"
#include "io/layout_check.hpp"
#include "io/raw_file.hpp"
#include "io/record_writer.hpp"
#include "io/run_lock.hpp"
#include "io/status_scan.hpp"

namespace trawl::io {
namespace {

namespace fs = std::filesystem;

/// What creations that were killed left behind. The lock is held, so no other process is creating.
void remove_leftovers(const std::string& path) {
  const std::string prefix = fs::path(path).filename().string() + ".tmp.";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_of(path), ignored))
    if (entry.path().filename().string().starts_with(prefix)) fs::remove(entry.path(), ignored);
}

void check_free_space(const std::string& path, std::uint64_t needed) {
  struct statvfs disk {};
  if (::statvfs(directory_of(path).c_str(), &disk) != 0) fail_io(path, "find out the free space", errno);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (needed > free)
    throw IoError(
        fmt::format("{}: needs {} bytes, only {} are free. Free some space, choose another disk, or use fewer "
                    "points.",
                    path, needed, free));
}

/// Writing beyond it fails only when much is written.
void check_size_limit(const std::string& path, std::uint64_t needed) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || needed <= limit.rlim_cur) return;
  throw IoError(fmt::format(
      "{}: needs {} bytes, a file may have {} here (ulimit -f). Raise the limit, or use fewer points or --shard.", path,
      needed, limit.rlim_cur));
}

/// A file of this name that is gone at the end of its scope unless it was renamed.
struct Temporary {
  std::string path;
  ~Temporary() { ::unlink(path.c_str()); }
};

/// The final name appears only when the whole file is on the disk.
RawFile create_file(const std::string& path, FileLayout& layout, const OnBlock& on_block) {
  remove_leftovers(path);
  const std::uint64_t size = hdf5_size(layout);
  check_size_limit(path, size);
  check_free_space(path, size);
  const Temporary temporary{fmt::format("{}.tmp.{}", path, ::getpid())};
  create_hdf5(temporary.path, layout, on_block);
  RawFile(temporary.path, O_RDWR).sync();
  if (std::rename(temporary.path.c_str(), path.c_str()) != 0) fail_io(path, "create", errno);
  sync_directory_of(path);
  return {path, O_RDWR};
}

RunState read_state(const RawFile& file, std::uint64_t status_offset, TaskRange tasks, const OnBlock& on_block) {
  RunState state;
  const auto add = [&](TaskRange run, Status status) {
    state.status_counts[static_cast<std::size_t>(status)] += run.size();
    if (status == Status::pending) state.pending.insert({tasks.begin + run.begin, tasks.begin + run.end});
  };
  scan_statuses(file, status_offset, tasks.size(), add, on_block);
  return state;
}

RunState untouched_state(TaskRange tasks) {
  RunState state;
  state.pending.insert(tasks);
  state.status_counts[static_cast<std::size_t>(Status::pending)] = tasks.size();
  return state;
}

std::vector<OutputPlace> output_places(const Sweep& sweep, const FileLayout& layout) {
  std::vector<OutputPlace> places;
  for (std::size_t k = 0; k < sweep.layout.outputs.size(); ++k)
    places.push_back({layout.find(sweep.layout.outputs[k].name)->offset, sweep.output_sizes[k]});
  return places;
}

}  // namespace

struct ResultFile::Impl {
  Impl(const std::string& path, const Sweep& sweep, std::optional<Shard> shard, const OnBlock& on_block) : lock(path) {
    FileLayout layout = layout_of(sweep, shard);
    const TaskRange tasks = shard ? shard_tasks(sweep, *shard) : TaskRange{0, sweep.design.task_count()};
    std::error_code ignored;
    created = fs::symlink_status(path, ignored).type() == fs::file_type::not_found;
    file = created ? create_file(path, layout, on_block) : open_laid_out(path, O_RDWR, layout, on_block);
    const std::uint64_t status_offset = layout.find(status_name)->offset;
    state = created ? untouched_state(tasks) : read_state(file, status_offset, tasks, on_block);
    writer.emplace(file, status_offset, output_places(sweep, layout), tasks);
  }

  RunLock lock;
  RawFile file;
  RunState state;
  bool created = false;
  std::optional<RecordWriter> writer;
};

std::uint64_t result_file_size(const Sweep& sweep, std::optional<Shard> shard) {
  return hdf5_size(layout_of(sweep, shard));
}

ResultFile::ResultFile(const std::string& path, const Sweep& sweep, std::optional<Shard> shard, const OnBlock& on_block)
    : impl_(std::make_unique<Impl>(path, sweep, shard, on_block)) {}
ResultFile::~ResultFile() = default;

const RunState& ResultFile::state() const {
  return impl_->state;
}
bool ResultFile::created() const {
  return impl_->created;
}
void ResultFile::write(const Records& records) {
  impl_->writer->write(records);
}
void ResultFile::flush() {
  impl_->writer->flush();
}

}  // namespace trawl::io
