#include "io/result_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/hdf5_create.hpp"
#include "io/layout.hpp"
#include "io/layout_check.hpp"
#include "io/leftovers.hpp"
#include "io/output_file.hpp"
#include "io/raw_file.hpp"
#include "io/record_writer.hpp"
#include "io/run_lock.hpp"
#include "io/status_reset.hpp"
#include "io/status_scan.hpp"

namespace trawl::io {
namespace {

namespace fs = std::filesystem;

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
  const Temporary temporary{reserve_temporary(path)};
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

TaskRange tasks_of(const Sweep& sweep, std::optional<Shard> shard) {
  return shard ? shard_tasks(sweep, *shard) : TaskRange{0, sweep.design.task_count()};
}

/// What is at a result file's path, held so that no other process writes it.
struct Found {
  std::unique_ptr<RunLock> lock;  ///< null: the file is complete and where no lock can be made
  RawFile file;                   ///< not open: there is none yet, but room for it
  RunState state;
};

/// The file that is there; of a complete one it does not matter whether it can be locked or written to.
void open_found(Found& found, const std::string& path, TaskRange tasks, FileLayout& layout,
                const std::exception_ptr& no_lock, const OnBlock& on_block) {
  const int refusal = ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0 ? 0 : errno;
  found.file = open_laid_out(path, refusal == 0 && !no_lock ? O_RDWR : O_RDONLY, layout, on_block);
  if (refusal == 0 && !no_lock) lock_inode(found.file);
  found.state = read_state(found.file, layout.find(status_name)->offset, tasks, on_block);
  if (found.state.pending.empty()) return;
  if (no_lock) std::rethrow_exception(no_lock);
  if (refusal != 0) fail_io(path, "open for writing", refusal);
}

/// Every check at the start of a run. Notes the places in an existing file in `layout`.
Found find(const std::string& path, const Sweep& sweep, std::optional<Shard> shard, FileLayout& layout,
           const OnBlock& on_block = {}) {
  check_place(path);
  Found found;
  std::exception_ptr no_lock;
  try {
    found.lock = std::make_unique<RunLock>(path);
  } catch (const IoError&) {
    no_lock = std::current_exception();
  }
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found) {
    open_found(found, path, tasks_of(sweep, shard), layout, no_lock, on_block);
    return found;
  }
  if (no_lock) std::rethrow_exception(no_lock);
  const std::uint64_t size = hdf5_size(layout);
  check_size_limit(path, size);
  check_free_space(path, size);
  found.state = untouched_state(tasks_of(sweep, shard));
  return found;
}

}  // namespace

struct ResultFile::Impl {
  Impl(const std::string& path, const Sweep& sweep, std::optional<Shard> shard, const OnBlock& on_block)
      : target(final_path(path)), layout(layout_of(sweep, shard)), found(find(target, sweep, shard, layout, on_block)) {
    created = !found.file.is_open();
    if (created) {
      found.file = create_file(target, layout, on_block);
      lock_inode(found.file);
    }
    size = found.file.size();
    places = {layout.find(status_name)->offset, output_places(sweep, layout), tasks_of(sweep, shard)};
    writer.emplace(found.file, places.status_offset, places.outputs, places.tasks);
  }

  /// A size that changed under the run means that results are gone.
  void check_size() const {
    if (const std::uint64_t now = found.file.size(); now != size)
      throw IoError(
          fmt::format("{}: was cut or written to by something else during the run ({} bytes, not {}). Remove it "
                      "and run again.",
                      target, now, size));
  }

  /// What is written must be what the name will show.
  void check_in_place() const {
    check_size();
    struct stat ours {
    }, named{};
    if (::fstat(found.file.fd(), &ours) != 0) fail_io(target, "look at", errno, Access::read);
    if (::stat(target.c_str(), &named) != 0)
      throw IoError(
          fmt::format("{}: was removed or moved during the run ({}). If it was moved, move it back; run again.", target,
                      std::strerror(errno)));
    if (ours.st_ino != named.st_ino || ours.st_dev != named.st_dev)
      throw IoError(
          fmt::format("{}: another file took its place during the run. Move that away and run again.", target));
  }

  std::string target;
  FileLayout layout;
  Found found;
  ResultPlaces places;
  bool created = false;
  std::uint64_t size = 0;
  std::optional<RecordWriter> writer;
};

std::uint64_t free_bytes(const std::string& path) {
  const std::string target = final_path(path);
  struct statvfs disk {};
  if (::statvfs(directory_of(target).c_str(), &disk) != 0) fail_io(path, "find out the free space", errno);
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

void check_free_space(const std::string& path, std::uint64_t needed) {
  const std::uint64_t free = free_bytes(path);
  if (needed > free)
    throw IoError(
        fmt::format("{}: needs {} bytes, only {} are free. Free some space, choose another disk, or use fewer "
                    "points.",
                    path, needed, free));
}

RunState check_result_file(const std::string& path, const Sweep& sweep, std::optional<Shard> shard) {
  FileLayout layout = layout_of(sweep, shard);
  return find(final_path(path), sweep, shard, layout).state;
}

std::uint64_t result_file_size(const Sweep& sweep, std::optional<Shard> shard) {
  return hdf5_size(layout_of(sweep, shard));
}

ResultFile::ResultFile(const std::string& path, const Sweep& sweep, std::optional<Shard> shard, const OnBlock& on_block)
    : impl_(std::make_unique<Impl>(path, sweep, shard, on_block)) {}
ResultFile::~ResultFile() = default;

const RunState& ResultFile::state() const {
  return impl_->found.state;
}
bool ResultFile::created() const {
  return impl_->created;
}
std::uint64_t ResultFile::reset(const std::vector<TaskRange>& ranges, StatusSet which) {
  const ResultPlaces& places = impl_->places;
  Found& found = impl_->found;
  const std::uint64_t count = reset_statuses(found.file, places, ranges, which);
  if (count > 0) found.state = read_state(found.file, places.status_offset, places.tasks, {});
  return count;
}
std::uint64_t ResultFile::reset(StatusSet which) {
  return reset({impl_->places.tasks}, which);
}
void ResultFile::write(const Records& records) {
  impl_->check_size();
  impl_->writer->write(records);
}
void ResultFile::flush() {
  impl_->check_in_place();
  impl_->writer->flush();
  impl_->check_in_place();
}

}  // namespace trawl::io
