#include "io/status_reset.hpp"

#include <algorithm>
#include <limits>

namespace trawl::io {
namespace {

constexpr std::uint64_t status_block = std::uint64_t{1} << 20;
constexpr std::uint64_t value_block = std::uint64_t{1} << 16;  ///< doubles
constexpr std::size_t most_ranges = std::size_t{1} << 16;

class Reset {
 public:
  Reset(const RawFile& file, const ResultPlaces& places, StatusSet which)
      : file_(file), places_(places), which_(which) {}

  std::uint64_t count() const { return count_; }

  /// Clears the statuses of at most status_block tasks.
  void clear(TaskRange tasks) {
    block_.resize(tasks.size());
    const std::uint64_t offset = places_.status_offset + (tasks.begin - places_.tasks.begin);
    file_.read(block_.data(), block_.size(), offset);
    const std::uint64_t before = count_;
    for (TaskIndex task = tasks.begin; std::uint8_t & status : block_) {
      if (status < which_.size() && which_[status]) {
        if (status == static_cast<std::uint8_t>(Status::non_finite)) note_stale(task);
        status = static_cast<std::uint8_t>(Status::pending);
        ++count_;
      }
      ++task;
    }
    if (count_ == before) return;
    file_.write(block_.data(), block_.size(), offset);
    dirty_ = true;
    if (stale_.size() > most_ranges) finish();
  }

  void finish() {
    if (dirty_) file_.sync_data();
    dirty_ = false;
    for (const TaskRange& tasks : stale_) {
      for (const OutputPlace& output : places_.outputs) clear_values(output, tasks);
    }
    stale_.clear();
  }

 private:
  /// Other failures have no results.
  void note_stale(TaskIndex task) {
    if (!stale_.empty() && stale_.back().end == task) ++stale_.back().end;
    else stale_.push_back({task, task + 1});
  }

  void clear_values(const OutputPlace& output, TaskRange tasks) {
    const std::uint64_t total = tasks.size() * output.size;
    const std::uint64_t offset = output.offset + (tasks.begin - places_.tasks.begin) * output.size * sizeof(double);
    nans_.resize(std::max<std::size_t>(nans_.size(), std::min(total, value_block)),
                 std::numeric_limits<double>::quiet_NaN());
    for (std::uint64_t done = 0; done < total; done += value_block) {
      file_.write(nans_.data(), std::min(value_block, total - done) * sizeof(double), offset + done * sizeof(double));
    }
  }

  const RawFile& file_;
  const ResultPlaces& places_;
  const StatusSet which_;
  std::uint64_t count_ = 0;
  bool dirty_ = false;            // statuses were cleared that may not be durable
  std::vector<TaskRange> stale_;  // cleared, and their results are still there
  std::vector<std::uint8_t> block_;
  std::vector<double> nans_;
};

}  // namespace

StatusSet failures() {
  StatusSet set;
  for (std::size_t s = 0; s < set.size(); ++s) set[s] = is_failure(static_cast<Status>(s));
  return set;
}

std::uint64_t reset_statuses(const RawFile& file, const ResultPlaces& places, const std::vector<TaskRange>& ranges,
                             StatusSet which) {
  Reset reset(file, places, which);
  for (const TaskRange& range : ranges) {
    for (TaskIndex begin = range.begin; begin < range.end; begin += std::min(status_block, range.end - begin)) {
      reset.clear({begin, begin + std::min(status_block, range.end - begin)});
    }
  }
  reset.finish();
  return reset.count();
}

}  // namespace trawl::io
