#include "io/result_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>

#include <fcntl.h>
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
#include "io/status_reset.hpp"
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

/// A file of this name that is gone at the end of its scope unless it was renamed.
struct Temporary {
  std::string path;
  ~Temporary() { ::unlink(path.c_str()); }
};

/// The final name appears only when the whole file is on the disk.
RawFile create_file(const std::string& path, FileLayout& layout) {
  remove_leftovers(path);
  check_free_space(path, hdf5_size(layout));
  const Temporary temporary{fmt::format("{}.tmp.{}", path, ::getpid())};
  create_hdf5(temporary.path, layout);
  RawFile(temporary.path, O_RDWR).sync();
  if (std::rename(temporary.path.c_str(), path.c_str()) != 0) fail_io(path, "create", errno);
  sync_directory_of(path);
  return {path, O_RDWR};
}

RunState read_state(const RawFile& file, std::uint64_t status_offset, TaskRange tasks) {
  RunState state;
  scan_statuses(file, status_offset, tasks.size(), [&](TaskRange run, Status status) {
    state.status_counts[static_cast<std::size_t>(status)] += run.size();
    if (status == Status::pending) state.pending.insert({tasks.begin + run.begin, tasks.begin + run.end});
  });
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
  Impl(const std::string& path, const Sweep& sweep, std::optional<Shard> shard) : lock(path) {
    FileLayout layout = layout_of(sweep, shard);
    const TaskRange tasks = shard ? shard_tasks(sweep, *shard) : TaskRange{0, sweep.design.task_count()};
    std::error_code ignored;
    created = fs::symlink_status(path, ignored).type() == fs::file_type::not_found;
    file = created ? create_file(path, layout) : open_laid_out(path, O_RDWR, layout);
    places = {layout.find(status_name)->offset, output_places(sweep, layout), tasks};
    state = created ? untouched_state(tasks) : read_state(file, places.status_offset, tasks);
    writer.emplace(file, places.status_offset, places.outputs, tasks);
  }

  RunLock lock;
  RawFile file;
  ResultPlaces places;
  RunState state;
  bool created = false;
  std::optional<RecordWriter> writer;
};

std::uint64_t result_file_size(const Sweep& sweep, std::optional<Shard> shard) {
  return hdf5_size(layout_of(sweep, shard));
}

ResultFile::ResultFile(const std::string& path, const Sweep& sweep, std::optional<Shard> shard)
    : impl_(std::make_unique<Impl>(path, sweep, shard)) {}
ResultFile::~ResultFile() = default;

const RunState& ResultFile::state() const {
  return impl_->state;
}
bool ResultFile::created() const {
  return impl_->created;
}
std::uint64_t ResultFile::reset(const std::vector<TaskRange>& ranges, StatusSet which) {
  const std::uint64_t count = reset_statuses(impl_->file, impl_->places, ranges, which);
  if (count > 0) impl_->state = read_state(impl_->file, impl_->places.status_offset, impl_->places.tasks);
  return count;
}
std::uint64_t ResultFile::reset(StatusSet which) {
  return reset({impl_->places.tasks}, which);
}
void ResultFile::write(const Records& records) {
  impl_->writer->write(records);
}
void ResultFile::flush() {
  impl_->writer->flush();
}

}  // namespace trawl::io
