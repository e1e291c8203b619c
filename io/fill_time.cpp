#include "io/fill_time.hpp"

#include <algorithm>
#include <limits>

#include "engine/error.hpp"
#include "io/hdf5_blocks.hpp"

namespace trawl::io {
namespace {

// File format specification, IV.A.2.f: version, space allocation time, fill value write time, ...
constexpr std::size_t fill_time_place = 2;
enum FillTime : std::uint8_t { at_allocation = 0, never = 1 };

std::vector<Link> links_of_root(const Hdf5Blocks& blocks) {
  for (const Message& message : blocks.messages(blocks.root()))
    if (message.type == Message::symbol_table) return blocks.links(message);
  return {};
}

void note_filled(const RawFile& file, const Hdf5Blocks& blocks, std::uint64_t header) {
  for (const Message& message : blocks.messages(header)) {
    if (message.type != Message::fill_value) continue;
    TRAWL_CHECK(message.data.size() > fill_time_place && message.data[0] <= 2);
    TRAWL_CHECK(message.data[fill_time_place] == never);
    const std::uint8_t time = at_allocation;
    file.write(&time, 1, message.address + fill_time_place);
  }
}

}  // namespace

void note_filled(const RawFile& file, const FileLayout& layout) {
  const Hdf5Blocks blocks(file);
  for (const Link& link : links_of_root(blocks)) {
    const Dataset* dataset = layout.find(link.name);
    if (dataset != nullptr && !dataset->values) note_filled(file, blocks, link.header);
  }
}

std::vector<char> unwritten_elements(ElementType type, std::uint64_t count) {
  std::vector<char> bytes;
  const double value = type == ElementType::float64 ? std::numeric_limits<double>::quiet_NaN() : 0;
  encode(type, std::vector<double>(count, value), bytes);
  return bytes;
}

}  // namespace trawl::io
