#include "io/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace trawl::io {

bool is_utf8(std::string_view bytes) {
  static constexpr std::uint32_t least_of[] = {0, 0, 0x80, 0x800, 0x10000};  // by length
  for (std::size_t i = 0; i < bytes.size();) {
    const auto first = static_cast<std::uint8_t>(bytes[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf4 || length > bytes.size() - i) return false;
    std::uint32_t point = length == 1 ? first : first & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<std::uint8_t>(bytes[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3fu);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < least_of[length] || point > 0x10ffff || surrogate) return false;
    i += length;
  }
  return true;
}

}  // namespace trawl::io
