// The few structures of the HDF5 file format that result files are made of, read with every length checked.
//
// Result files are not read with HDF5's library: given a damaged file, version 1.10.8 of it crashes (of one-byte
// changes to the metadata of a small file, about one in thirty did). This reader knows superblock 0, old-style groups,
// version 1 object headers and global heaps, and refuses everything else. Source: The HDF Group, "HDF5 File Format
// Specification Version 3.0", sections II, III and IV.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {

using Bytes = std::span<const std::uint8_t>;

/// Throws UsageError with what is wrong with the file, without the file's name.
[[noreturn]] void refuse(const std::string& problem);

/// Whole, as far as we can see, but not as we write it: other programs' files, and what they add to ours.
class OtherForm : public UsageError {
 public:
  using UsageError::UsageError;
};

/// Takes little-endian numbers off the front of a block.
class Cursor {
 public:
  explicit Cursor(Bytes bytes) : rest_(bytes) {}

  std::size_t left() const { return rest_.size(); }

  Bytes take(std::uint64_t count) {
    if (count > rest_.size()) refuse("a block of it ends too early");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  template <class T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  void expect(const char* signature) {
    const Bytes found = take(std::strlen(signature));
    if (std::memcmp(found.data(), signature, found.size()) != 0)
      refuse(std::string("no ") + signature + " where one should be");
  }

 private:
  Bytes rest_;
};

/// A message of an object header.
struct Message {
  enum Type : std::uint16_t {
    dataspace = 0x01,
    datatype = 0x03,
    fill_value = 0x05,
    external_files = 0x07,
    layout = 0x08,
    attribute = 0x0c,
    continuation = 0x10,
    symbol_table = 0x11
  };
  std::uint16_t type = 0;
  std::uint64_t address = 0;  ///< of the data in the file
  std::vector<std::uint8_t> data;
};

/// An object of the root group.
struct Link {
  std::string name;
  std::uint64_t header = 0;  ///< address of its object header
};

/// Reads blocks of one file. Every method throws UsageError if the file is not as it should be.
class Hdf5Blocks {
 public:
  /// Checks the superblock.
  explicit Hdf5Blocks(const RawFile& file);

  std::uint64_t file_size() const { return file_size_; }
  std::uint64_t root() const { return root_; }  ///< address of the root group's object header

  std::vector<Message> messages(std::uint64_t header) const;

  /// The objects of the group with this symbol table message, but for symbolic links.
  std::vector<Link> links(const Message& symbol_table) const;

  /// The heap object that a variable-length element of 16 bytes refers to: its length times `unit` bytes.
  std::vector<std::uint8_t> heap_object(Bytes element, std::uint64_t unit);

  std::vector<std::uint8_t> block(std::uint64_t address, std::uint64_t bytes) const;

 private:
  void add_links(std::uint64_t node, int& nodes_left, const std::vector<std::uint8_t>& names,
                 std::vector<Link>& links) const;

  const RawFile& file_;
  std::uint64_t file_size_;
  std::uint64_t root_ = 0;
  std::uint64_t heap_address_ = 0;   ///< of the collection in heap_
  std::vector<std::uint8_t> heap_;   ///< the global heap collection used last
  std::vector<Bytes> heap_objects_;  ///< its objects by index
};

}  // namespace trawl::io
