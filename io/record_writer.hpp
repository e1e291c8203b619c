// Puts records at their places in the result file: data first, status after it is durable.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/records.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// Where one output's elements lie: task t has `size` doubles from `offset` + (t - the file's first task) * size * 8
/// on.
struct OutputPlace {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Small ranges are gathered in a window of tasks and written together; large ones go straight to the file.
/// Memory is bounded by the window and `most_runs`. After an IoError what was not written is still held, and no task
/// has a status in the file whose data is not there.
class RecordWriter {
 public:
  /// `tasks`: those that the file holds.
  RecordWriter(const RawFile& file, std::uint64_t status_offset, std::vector<OutputPlace> outputs, TaskRange tasks);

  void write(const Records& records);

  /// Data, fdatasync, status, fdatasync.
  void flush();

 private:
  /// Consecutive tasks whose data is written and whose status is not.
  struct Run {
    TaskIndex begin;
    std::uint64_t count;
    Status status;
  };

  void check(const Records& records) const;
  bool fits_window(TaskRange range) const;
  void stage(const Records& records);
  void write_window();
  void write_stretch(std::uint64_t at, std::uint64_t count);
  void write_directly(const Records& records);
  void add_run(TaskIndex begin, std::uint64_t count, Status status);
  void write_statuses();

  const RawFile& file_;
  std::uint64_t status_offset_;
  std::vector<OutputPlace> outputs_;
  std::uint64_t doubles_per_task_ = 0;
  TaskRange tasks_;

  std::uint64_t window_size_;  ///< in tasks
  TaskIndex window_begin_ = 0;
  std::uint64_t staged_ = 0;                 ///< tasks in the window
  std::vector<std::uint8_t> window_status_;  ///< pending: not in the window
  std::vector<double> window_values_;        ///< output after output, like Records::values

  std::vector<Run> runs_;
};

}  // namespace trawl::io
