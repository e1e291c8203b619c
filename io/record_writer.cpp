#include "io/record_writer.hpp"

#include <algorithm>
#include <cstring>

#include "engine/error.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t window_bytes = std::uint64_t{1} << 20;  ///< of values, over all outputs
constexpr std::uint64_t direct_bytes = std::uint64_t{1} << 16;  ///< a range of as much is not gathered
constexpr std::size_t most_runs = std::size_t{1} << 18;
constexpr std::size_t status_block = std::size_t{1} << 18;

}  // namespace

RecordWriter::RecordWriter(const RawFile& file, std::uint64_t status_offset, std::vector<OutputPlace> outputs,
                           TaskRange tasks)
    : file_(file), status_offset_(status_offset), outputs_(std::move(outputs)), tasks_(tasks) {
  for (const OutputPlace& output : outputs_) doubles_per_task_ += output.size;
  const std::uint64_t task_bytes = std::max<std::uint64_t>(1, doubles_per_task_ * sizeof(double));
  window_size_ = std::clamp<std::uint64_t>(window_bytes / task_bytes, 1, std::min(tasks_.size(), window_bytes));
  window_status_.assign(window_size_, 0);
  window_values_.resize(window_size_ * doubles_per_task_);
}

void RecordWriter::check(const Records& records) const {
  TRAWL_CHECK(tasks_.begin <= records.range.begin && records.range.begin <= records.range.end &&
              records.range.end <= tasks_.end);
  TRAWL_CHECK(records.value_count == records.range.size() * doubles_per_task_);
  std::uint64_t left = records.range.size();
  for (const StatusRun& run : records.statuses) {
    TRAWL_CHECK(run.status != Status::pending && run.count <= left);
    left -= run.count;
  }
  TRAWL_CHECK(left == 0);
}

void RecordWriter::write(const Records& records) {
  check(records);
  const std::uint64_t size = records.range.size();
  if (size > window_size_ || size * doubles_per_task_ * sizeof(double) >= direct_bytes) {
    write_directly(records);
  } else {
    if (!fits_window(records.range)) {
      write_window();
      // Ranges that were given before this one may still come: leave them some room.
      window_begin_ = records.range.begin - std::min(records.range.begin - tasks_.begin, window_size_ / 4);
      if (!fits_window(records.range)) window_begin_ = records.range.begin;
    }
    stage(records);
  }
  if (runs_.size() > most_runs) flush();
}

bool RecordWriter::fits_window(TaskRange range) const {
  return range.begin >= window_begin_ && range.end - window_begin_ <= window_size_;
}

void RecordWriter::stage(const Records& records) {
  const std::uint64_t size = records.range.size(), at = records.range.begin - window_begin_;
  const double* from = records.values.get();
  double* window = window_values_.data();
  for (const OutputPlace& output : outputs_) {
    std::copy_n(from, size * output.size, window + at * output.size);
    from += size * output.size;
    window += window_size_ * output.size;
  }
  std::uint8_t* status = window_status_.data() + at;
  for (const StatusRun& run : records.statuses) {
    std::memset(status, static_cast<int>(run.status), run.count);
    status += run.count;
  }
  staged_ += size;
}

/// Every stretch of tasks in the window with one pwrite for each output.
void RecordWriter::write_window() {
  if (staged_ == 0) return;
  const auto is_staged = [](std::uint8_t status) { return status != 0; };
  for (auto begin = window_status_.begin();;) {
    begin = std::find_if(begin, window_status_.end(), is_staged);
    if (begin == window_status_.end()) break;
    const auto end = std::find(begin, window_status_.end(), std::uint8_t{0});
    write_stretch(static_cast<std::uint64_t>(begin - window_status_.begin()), static_cast<std::uint64_t>(end - begin));
    begin = end;
  }
  std::fill(window_status_.begin(), window_status_.end(), std::uint8_t{0});
  staged_ = 0;
}

void RecordWriter::write_stretch(std::uint64_t at, std::uint64_t count) {
  const double* window = window_values_.data();
  const std::uint64_t place = window_begin_ + at - tasks_.begin;
  for (const OutputPlace& output : outputs_) {
    const std::uint64_t task_bytes = output.size * sizeof(double);
    file_.write(window + at * output.size, count * task_bytes, output.offset + place * task_bytes);
    window += window_size_ * output.size;
  }
  for (std::uint64_t i = at; i < at + count; ++i) add_run(window_begin_ + i, 1, static_cast<Status>(window_status_[i]));
}

void RecordWriter::write_directly(const Records& records) {
  const double* from = records.values.get();
  const std::uint64_t place = records.range.begin - tasks_.begin;
  for (const OutputPlace& output : outputs_) {
    const std::uint64_t task_bytes = output.size * sizeof(double);
    file_.write(from, records.range.size() * task_bytes, output.offset + place * task_bytes);
    from += records.range.size() * output.size;
  }
  TaskIndex begin = records.range.begin;
  for (const StatusRun& run : records.statuses) {
    add_run(begin, run.count, run.status);
    begin += run.count;
  }
}

void RecordWriter::add_run(TaskIndex begin, std::uint64_t count, Status status) {
  if (!runs_.empty() && runs_.back().status == status && runs_.back().begin + runs_.back().count == begin)
    runs_.back().count += count;
  else runs_.push_back({begin, count, status});
}

void RecordWriter::flush() {
  write_window();
  if (runs_.empty()) return;
  file_.sync_data();
  write_statuses();
  file_.sync_data();
  runs_.clear();
}

/// Runs that follow each other share a pwrite.
void RecordWriter::write_statuses() {
  std::vector<std::uint8_t> block;
  TaskIndex block_begin = 0;
  const auto write_block = [&] {
    file_.write(block.data(), block.size(), status_offset_ + block_begin - tasks_.begin);
    block_begin += block.size();
    block.clear();
  };
  for (const Run& run : runs_) {
    if (block_begin + block.size() != run.begin) {
      write_block();
      block_begin = run.begin;
    }
    for (std::uint64_t left = run.count; left > 0;) {
      const std::uint64_t part = std::min<std::uint64_t>(left, status_block - block.size());
      block.insert(block.end(), part, static_cast<std::uint8_t>(run.status));
      if (block.size() == status_block) write_block();
      left -= part;
    }
  }
  write_block();
}

}  // namespace trawl::io
