#include "io/shard_file.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/layout.hpp"
#include "io/layout_check.hpp"
#include "io/raw_file.hpp"
#include "io/result_reader.hpp"
#include "io/status_reset.hpp"
#include "io/status_scan.hpp"

namespace trawl::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* extension = ".h5";

std::string stem_of(const std::string& whole) {
  return whole.ends_with(extension) ? whole.substr(0, whole.size() - std::string(extension).size()) : whole;
}

Shard shard_of(const std::string& path) {
  const std::optional<Shard> shard = ResultReader(path).shard();
  if (!shard) throw UsageError(fmt::format("{}: is not a shard (it holds a whole sweep). Leave it out", path));
  return *shard;
}

/// A shard's file that is known to be one of the sweep.
class ShardReader {
 public:
  ShardReader(const std::string& path, const Sweep& sweep, const OnBlock& on_block)
      : sweep_(sweep),
        shard_(shard_of(path)),
        layout_(layout_of(sweep, shard_)),
        tasks_(shard_tasks(sweep, shard_)),
        file_(open_laid_out(path, O_RDONLY, layout_, on_block)),
        status_offset_(layout_.find(status_name)->offset) {}

  Shard shard() const { return shard_; }
  TaskRange tasks() const { return tasks_; }

  /// Calls `visit` with ranges of tasks that are done, in order.
  template <class Visit>
  void for_each_done(Visit visit) const {
    scan_statuses(file_, status_offset_, tasks_.size(), [&](TaskRange run, Status status) {
      if (status != Status::pending) visit(TaskRange{tasks_.begin + run.begin, tasks_.begin + run.end}, status);
    });
  }

  /// Whether all tasks of the range have this status. A failed task may be made pending at any time.
  bool all_are(TaskRange range, Status status) const {
    bool all = true;
    scan_statuses(file_, status_offset_ + (range.begin - tasks_.begin), range.size(),
                  [&](TaskRange, Status found) { all = all && found == status; });
    return all;
  }

  Records read(TaskRange range, Status status) const {
    Records records;
    records.range = range;
    records.value_count = range.size() * sweep_.doubles_per_task;
    records.values = std::make_unique_for_overwrite<double[]>(records.value_count);
    records.statuses.push_back({range.size(), status});
    double* out = records.values.get();
    for (std::size_t k = 0; k < sweep_.output_sizes.size(); ++k) {
      const std::uint64_t doubles = range.size() * sweep_.output_sizes[k];
      const std::uint64_t skipped = (range.begin - tasks_.begin) * sweep_.output_sizes[k];
      file_.read(out, doubles * sizeof(double),
                 layout_.find(sweep_.layout.outputs[k].name)->offset + skipped * sizeof(double));
      out += doubles;
    }
    return records;
  }

 private:
  const Sweep& sweep_;
  Shard shard_;
  FileLayout layout_;
  TaskRange tasks_;
  RawFile file_;
  std::uint64_t status_offset_;
};

/// Failures that give way to this outcome: those that come later in the order of the statuses.
StatusSet worse_than(Status status) {
  StatusSet set = failures();
  for (std::size_t s = 0; s <= static_cast<std::size_t>(status); ++s) set[s] = false;
  return set;
}

/// Makes tasks pending in `whole` that the shard has a better outcome of: it was tried again since the last merge.
void give_way(const ShardReader& shard, ResultFile& whole) {
  constexpr std::size_t most_ranges = std::size_t{1} << 16;
  std::map<Status, std::vector<TaskRange>> better;
  shard.for_each_done([&](TaskRange done, Status status) {
    if (worse_than(status).none()) return;
    std::vector<TaskRange>& ranges = better[status];
    ranges.push_back(done);
    if (ranges.size() < most_ranges) return;
    whole.reset(ranges, worse_than(status));
    ranges.clear();
  });
  for (const auto& [status, ranges] : better) whole.reset(ranges, worse_than(status));
}

bool has_failures(const ResultFile& file) {
  const StatusSet failed = failures();
  for (std::size_t s = 0; s < failed.size(); ++s) {
    if (failed[s] && file.state().status_counts[s] > 0) return true;
  }
  return false;
}

}  // namespace

std::string shard_path(const std::string& whole, Shard shard) {
  return fmt::format("{}.shard-{}-of-{}{}", stem_of(whole), shard.number, shard.count, extension);
}

std::vector<std::string> find_shards(const std::string& whole) {
  const std::string prefix = fs::path(stem_of(whole)).filename().string() + ".shard-";
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory_of(whole), ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(extension))
      paths.push_back(fs::path(whole).replace_filename(name).string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Shard check_shard(const std::string& path, const Sweep& sweep, const OnBlock& on_block) {
  return ShardReader(path, sweep, on_block).shard();
}

void merge_shard(const std::string& path, const Sweep& sweep, ResultFile& whole, const OnBlock& on_block) {
  const ShardReader shard(path, sweep, on_block);
  if (has_failures(whole)) give_way(shard, whole);
  const std::uint64_t task_bytes = sizeof(double) * std::max<std::size_t>(1, sweep.doubles_per_task);
  const std::uint64_t most_tasks = std::max<std::uint64_t>(1, max_range_bytes / task_bytes);
  const IntervalSet& pending = whole.state().pending;
  shard.for_each_done([&](TaskRange done, Status status) {
    for (TaskRange open = pending.next(done.begin); !open.empty() && open.begin < done.end;
         open = pending.next(open.end)) {
      open.end = std::min({open.end, done.end, open.begin + most_tasks});
      if (on_block) {
        on_block("merging", (open.begin - shard.tasks().begin) * task_bytes, shard.tasks().size() * task_bytes);
      }
      const Records records = shard.read(open, status);
      if (!is_failure(status) || shard.all_are(open, status)) whole.write(records);
    }
  });
}

}  // namespace trawl::io
