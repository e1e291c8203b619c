// What a result file holds, as plain data: what a sweep's file should be, or what a file was found to be.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/shard.hpp"
#include "engine/sweep.hpp"

namespace trawl::io {

/// text is variable-length UTF-8.
enum class ElementType { float64, int64, uint8, text };

/// Bytes of one element of a dataset's raw data; of text, its reference into a heap.
std::uint64_t element_size(ElementType type);

/// Numbers as the file holds them.
void encode(ElementType type, std::span<const double> values, std::vector<char>& bytes);

using AttributeValue = std::variant<std::string, std::int64_t, double, std::vector<std::uint8_t>>;
using Attributes = std::map<std::string, AttributeValue>;

/// Writes elements [first, first + count) to out.
using Values = std::function<void(std::uint64_t first, std::uint64_t count, double* out)>;

struct Dataset {
  std::string name;
  ElementType type = ElementType::float64;
  std::vector<std::string> dimensions = {};  ///< names of scales, slowest first; a scale has its own
  std::vector<std::uint64_t> shape = {};
  bool is_scale = false;
  Attributes attributes = {};
  std::uint64_t offset = 0;  ///< of the raw data in the file, once there is one

  Values values = {};                    ///< of a sweep's scales and coordinates; none for what the run writes
  std::vector<std::string> labels = {};  ///< of text: `values` are positions in it

  std::uint64_t element_count() const;
  std::uint64_t byte_count() const { return element_count() * element_size(type); }
};

/// An object that a file holds beside what has our form.
struct LeftOut {
  std::string name;
  std::string why;
  bool described = false;  ///< has a long_name, as all of ours have
};

struct FileLayout {
  Attributes attributes = {};
  std::vector<Dataset> datasets = {};
  std::vector<LeftOut> left_out = {};  ///< of a file that was read

  const Dataset* find(const std::string& name) const;
};

inline constexpr int layout_version = 2;
inline constexpr int oldest_layout_version = 1;  ///< that is still read
inline constexpr const char* replicate_name = "replicate";
inline constexpr const char* status_name = "status";
inline constexpr const char* point_name = "point";
inline constexpr const char* shard_name = "shard";

/// The file of a sweep, or of one shard of it: scales, coordinates, `status`, outputs. Refers to `sweep`, which must
/// outlive it. Throws UsageError if the sweep cannot be laid out: names that clash, more than 32 dimensions, 2^63 bytes
/// or more.
FileLayout layout_of(const Sweep& sweep, std::optional<Shard> shard = {});

}  // namespace trawl::io
