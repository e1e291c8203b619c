#include "io/hdf5_blocks.hpp"

#include <algorithm>

#include "engine/sweep_spec.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t largest_block = max_sweep_text + (std::uint64_t{1} << 16);  // the sweep's text and its heap
constexpr std::size_t most_messages = 4096;
constexpr std::size_t most_links = 4096;
constexpr int most_nodes = 4096;

std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

}  // namespace

void refuse(const std::string& problem) {
  throw UsageError(problem);
}

Hdf5Blocks::Hdf5Blocks(const RawFile& file) : file_(file), file_size_(file.size()) {
  if (file_size_ < 96) refuse("too short for an HDF5 file");
  const std::vector<std::uint8_t> bytes = block(0, 96);
  Cursor superblock(bytes);
  static constexpr std::uint8_t start[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  if (!std::ranges::equal(superblock.take(8), start)) refuse("not an HDF5 file");
  // Versions of the superblock, free space, root group, (reserved,) shared messages; sizes of addresses and lengths.
  static constexpr std::uint8_t versions[] = {0, 0, 0, 0, 0, 8, 8, 0};
  if (!std::ranges::equal(superblock.take(8), versions)) throw OtherForm("an HDF5 file of another form");
  superblock.take(8);  // sizes of tree nodes, flags
  if (superblock.number<std::uint64_t>() != 0) throw OtherForm("it does not start with its HDF5 data");
  superblock.take(8);  // free space
  if (superblock.number<std::uint64_t>() > file_size_) refuse("truncated");
  superblock.take(16);  // driver information; name of the root group
  root_ = superblock.number<std::uint64_t>();
}

std::vector<std::uint8_t> Hdf5Blocks::block(std::uint64_t address, std::uint64_t bytes) const {
  if (bytes > largest_block || address > file_size_ || bytes > file_size_ - address)
    refuse("a block of it lies outside the file");
  std::vector<std::uint8_t> data(bytes);
  file_.read(data.data(), bytes, address);
  return data;
}

std::vector<Message> Hdf5Blocks::messages(std::uint64_t header) const {
  const std::vector<std::uint8_t> prefix = block(header, 16);
  if (std::memcmp(prefix.data(), "OHDR", 4) == 0) throw OtherForm("an object header of another form");
  Cursor start(prefix);
  if (start.number<std::uint8_t>() != 1) refuse("no object header where one should be");
  start.take(7);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> parts = {{header + 16, start.number<std::uint32_t>()}};
  std::vector<Message> messages;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::vector<std::uint8_t> bytes = block(parts[i].first, parts[i].second);
    Cursor part(bytes);
    while (part.left() >= 8) {
      Message message;
      message.type = part.number<std::uint16_t>();
      const auto size = part.number<std::uint16_t>();
      const auto flags = part.number<std::uint8_t>();
      part.take(3);
      message.address = parts[i].first + bytes.size() - part.left();
      const Bytes data = part.take(size);
      if (flags & 0x02 && message.type != Message::attribute) throw OtherForm("it has a shared type");
      message.data.assign(data.begin(), data.end());
      if (message.type == Message::continuation) {
        Cursor place(message.data);
        const auto address = place.number<std::uint64_t>();
        parts.emplace_back(address, place.number<std::uint64_t>());
      }
      messages.push_back(std::move(message));
      if (messages.size() > most_messages) refuse("an object header that is too long");
    }
  }
  return messages;
}

std::vector<Link> Hdf5Blocks::links(const Message& symbol_table) const {
  Cursor table(symbol_table.data);
  const auto tree = table.number<std::uint64_t>();
  const std::vector<std::uint8_t> heap_bytes = block(table.number<std::uint64_t>(), 32);
  Cursor heap(heap_bytes);
  heap.expect("HEAP");
  heap.take(4);
  const auto size = heap.number<std::uint64_t>();
  heap.take(8);
  std::vector<std::uint8_t> names = block(heap.number<std::uint64_t>(), size);
  std::vector<Link> links;
  int nodes_left = most_nodes;
  add_links(tree, nodes_left, names, links);
  return links;
}

/// Walks a B-tree of symbol table nodes.
void Hdf5Blocks::add_links(std::uint64_t node, int& nodes_left, const std::vector<std::uint8_t>& names,
                           std::vector<Link>& links) const {
  if (--nodes_left < 0 || links.size() > most_links) refuse("it has too many objects");
  const std::vector<std::uint8_t> head = block(node, 8);
  if (std::memcmp(head.data(), "TREE", 4) == 0) {
    const std::uint16_t count = static_cast<std::uint16_t>(head[6] | head[7] << 8);
    const std::vector<std::uint8_t> bytes = block(node + 24, std::uint64_t{16} * count);
    Cursor children(bytes);
    for (int i = 0; i < count; ++i) {
      children.take(8);  // key
      add_links(children.number<std::uint64_t>(), nodes_left, names, links);
    }
    return;
  }
  const std::uint16_t count = static_cast<std::uint16_t>(head[6] | head[7] << 8);
  const std::vector<std::uint8_t> bytes = block(node, 8 + std::uint64_t{40} * count);
  Cursor entries(bytes);
  entries.expect("SNOD");
  entries.take(4);
  for (int i = 0; i < count; ++i) {
    const auto name = entries.number<std::uint64_t>();
    Link link;
    link.header = entries.number<std::uint64_t>();
    const bool symbolic = entries.number<std::uint32_t>() > 1;
    entries.take(20);
    if (name >= names.size()) refuse("a name lies outside its heap");
    const auto* begin = names.data() + name;
    const auto* end = static_cast<const std::uint8_t*>(std::memchr(begin, 0, names.size() - name));
    if (!end) refuse("a name without an end");
    link.name.assign(begin, end);
    if (!symbolic) links.push_back(std::move(link));
  }
}

std::vector<std::uint8_t> Hdf5Blocks::heap_object(Bytes element, std::uint64_t unit) {
  Cursor reference(element);
  const std::uint64_t bytes = reference.number<std::uint32_t>() * unit;
  const auto address = reference.number<std::uint64_t>();
  const auto index = reference.number<std::uint32_t>();
  if (bytes == 0) return {};
  if (heap_.empty() || address != heap_address_) {
    const std::vector<std::uint8_t> head = block(address, 16);
    Cursor start(head);
    start.expect("GCOL");
    start.take(4);
    heap_ = block(address, start.number<std::uint64_t>());
    heap_address_ = address;
    heap_objects_.clear();
    if (heap_.size() < 16) refuse("a heap that is too short");
    Cursor objects(Bytes(heap_).subspan(16));
    while (objects.left() >= 16) {
      const auto number = objects.number<std::uint16_t>();
      objects.take(6);
      const auto size = objects.number<std::uint64_t>();
      if (number == 0) break;  // free space
      if (size > heap_.size()) refuse("a heap object that is too long");
      const Bytes data = objects.take(padded(size)).first(size);
      if (number >= heap_objects_.size()) heap_objects_.resize(number + std::size_t{1});
      heap_objects_[number] = data;
    }
  }
  if (index >= heap_objects_.size() || bytes > heap_objects_[index].size()) refuse("a heap object is missing");
  const Bytes object = heap_objects_[index].first(bytes);
  return {object.begin(), object.end()};
}

}  // namespace trawl::io
