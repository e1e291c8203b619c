// Reading a result file without its study: status, values, attributes. The file is treated as hostile.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/shard.hpp"
#include "engine/task.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

/// A dataset of the file. `kind` tells what it stands for.
struct Variable {
  enum class Role { scale, coordinate, output };
  std::string name;
  std::string unit;
  std::string long_name;
  Role role = Role::output;
  bool is_text = false;
  bool is_flag = false;  ///< 0 and 1 stand for false and true
  bool is_integer = false;
  std::vector<std::string> dimensions;  ///< names, slowest first
  std::vector<std::uint64_t> shape;
};

/// Where a dataset's raw data lies in the file.
struct RawData {
  std::string name;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// An object of the file that is no part of the results, or not readable as one.
struct Unread {
  std::string name;
  std::string why;
};

/// Opens a result file read-only and checks its layout. No HDF5 handle is ever held: data is read with pread.
class ResultReader {
 public:
  /// Which files are read: those that are laid out as trawl does, or also those that other programs wrote anew, which
  /// HDF5's library turns into our form in a child process (see foreign_file.hpp).
  enum class Forms { own, any };

  explicit ResultReader(const std::string& path,
                        Forms forms = Forms::any);  ///< throws UsageError (no result file), IoError
  ~ResultReader();

  const std::string& path() const;
  std::vector<Unread> unread() const;  ///< objects that were left out
  const RawFile& raw_file() const;     ///< where raw_data() lies
  std::string study() const;
  int study_version() const;
  std::string sweep_text() const;  ///< canonical sweep; parse_sweep reads it
  std::string trawl_version() const;
  std::optional<Shard> shard() const;  ///< if the file is a part of its sweep

  std::uint64_t task_count() const;
  std::uint64_t replicates() const;
  const std::vector<std::string>& task_dimensions() const;  ///< the sweep's, then "replicate"
  const std::vector<std::uint64_t>& task_shape() const;     ///< their sizes
  std::array<std::uint64_t, 7> status_counts() const;
  const std::vector<Variable>& variables() const;  ///< all datasets but `status`
  std::vector<RawData> raw_data() const;           ///< of all datasets

  std::vector<std::uint8_t> statuses(TaskRange range) const;
  /// Calls `visit` with every maximal run of tasks of one status, in order, as scan_statuses() does.
  void scan(const std::function<void(TaskRange, Status)>& visit) const;
  /// All elements of an output for the tasks of a range, task after task.
  std::vector<double> output(const std::string& name, TaskRange range) const;
  /// A scale or coordinate: the whole, or elements [first, first + count).
  std::vector<double> values(const std::string& name) const;
  std::vector<double> values(const std::string& name, std::uint64_t first, std::uint64_t count) const;
  std::vector<std::string> texts(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name, std::uint64_t first, std::uint64_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trawl::io
