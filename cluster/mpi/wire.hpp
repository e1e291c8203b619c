// Messages as bytes: little-endian, no padding, checked when read.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/error.hpp"
#include "engine/transport.hpp"

namespace trawl::cluster {

/// Bytes that are no message.
class WireError : public IoError {
 public:
  using IoError::IoError;
};

/// A buffer that keeps its memory from one message to the next and leaves new bytes uninitialised.
class Bytes {
 public:
  void resize(std::size_t size) {
    if (size > capacity_) {
      capacity_ = size < 256 ? 256 : size;
      data_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    }
    size_ = size;
  }
  std::byte* data() { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::span<const std::byte> view() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Replaces the contents of `out` by the message. Allocates only when `out` is too small.
void encode(const Message& message, Bytes& out);

/// Reads what encode() wrote. Throws WireError for anything else: no input makes it read out of bounds, allocate more
/// than a small multiple of the input, or return results whose parts do not fit together.
Message decode(std::span<const std::byte> bytes);

}  // namespace trawl::cluster
