// Elements of any program's HDF5 file: texts, numbers, attributes, read with HDF5's library.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "io/hdf5_handles.hpp"
#include "io/layout.hpp"

namespace trawl::io {

using Shape = std::vector<std::uint64_t>;

/// Does what reads the file: where HDF5 refuses that, the file is to blame.
template <class Read>
auto reading(const Read& read) {
  try {
    return read();
  } catch (const IoError& error) {
    throw UsageError(error.what());
  }
}

/// Why an object is left out.
struct Unfit {
  std::string why;
};

/// Nothing if the space has no elements by its kind.
std::optional<Shape> shape_of(hid_t space);

/// The strings of `count` elements of a type, which `read` puts into memory; throws Unfit if they are no texts of ours.
std::vector<std::string> read_strings(hid_t type, std::uint64_t count, hid_t space,
                                      const std::function<void(hid_t type, void* to)>& read);

/// Single numbers and texts; what readers and HDF5 use among themselves is not for us.
Attributes attributes_of(hid_t object);

/// Reads the elements from `start`, `extents` of them in each dimension, into `to`; of a scalar, its only one.
void read_block(hid_t id, const Shape& start, const Shape& extents, hid_t memory_type, void* to);

/// Calls visit(start, extents, first) for blocks that cover a shape, each in one piece, first being its place.
void for_each_block(const Shape& shape,
                    const std::function<void(const Shape& start, const Shape& extents, std::uint64_t first)>& visit);

}  // namespace trawl::io
