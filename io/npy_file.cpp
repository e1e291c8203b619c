// NumPy's array files: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "engine/number.hpp"
#include "engine/plain_text.hpp"
#include "engine/sweep_spec.hpp"
#include "io/small_file.hpp"
#include "io/value_file.hpp"

namespace trawl::io {
namespace {

static_assert(std::endian::native == std::endian::little);

struct NpyHeader {
  std::string type;  ///< as "<f8"
  std::uint64_t size = 0;
};

/// The header's Python dictionary, as numpy writes it.
class HeaderReader {
 public:
  HeaderReader(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  NpyHeader read() {
    bool has_type = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !has_type) header_.type = quoted(), has_type = true;
      else if (key == "fortran_order") order();
      else if (key == "shape" && !has_shape) shape(), has_shape = true;
      else fail();
      if (take('}')) break;
      expect(',');
    }
    if (!has_type || !has_shape || !rest_is_blank()) fail();
    return header_;
  }

 private:
  [[noreturn]] void fail() const {
    throw ValueFileError(path_,
                         "not an array that can be read (its header is damaged, or it has records). Save a "
                         "one-dimensional array of numbers.");
  }

  void skip_blanks() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool rest_is_blank() {
    skip_blanks();
    return text_.empty();
  }
  bool take(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool take(char c) { return take(std::string_view(&c, 1)); }
  void expect(char c) {
    if (!take(c)) fail();
  }

  std::string quoted() {
    expect('\'');
    const auto end = text_.find('\'');
    if (end == std::string_view::npos) fail();
    std::string word(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return word;
  }

  void order() {  // of one dimension there is but one
    if (!take("False") && !take("True")) fail();
  }

  void shape() {
    expect('(');
    int dimensions = 0;
    while (!take(')')) {
      skip_blanks();
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), header_.size);
      if (error != std::errc()) fail();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      ++dimensions;
      if (take(')')) break;
      expect(',');
    }
    if (dimensions != 1)
      throw ValueFileError(
          path_, fmt::format("an array of {} dimensions (an axis has one). Save one column of it.", dimensions));
  }

  std::string path_;
  std::string_view text_;
  NpyHeader header_;
};

template <class Number>
double element(const char* at) {
  Number value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

double half(const char* at) {
  std::uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31) value = fraction == 0 ? INFINITY : NAN;
  return bits >> 15 != 0 ? -value : value;
}

double signed_long(const char* at) {
  std::int64_t value;
  std::memcpy(&value, at, sizeof value);
  return exact_double(value);
}

double unsigned_long(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if (value >> 63 == 0) return exact_double(static_cast<std::int64_t>(value));
  throw std::invalid_argument(fmt::format("{} is beyond 2^63", value));
}

struct NpyType {
  std::string_view name;
  std::size_t bytes;
  double (*read)(const char* at);
};

constexpr NpyType types[] = {
    {"<f8", 8, element<double>},
    {"<f4", 4, element<float>},
    {"<f2", 2, half},
    {"<i8", 8, signed_long},
    {"<u8", 8, unsigned_long},
    {"<i4", 4, element<std::int32_t>},
    {"<u4", 4, element<std::uint32_t>},
    {"<i2", 2, element<std::int16_t>},
    {"<u2", 2, element<std::uint16_t>},
    {"|i1", 1, element<std::int8_t>},
    {"|u1", 1, element<std::uint8_t>},
    {"|b1", 1, element<std::uint8_t>},
};

const NpyType& find_type(const std::string& path, const std::string& name, const Parameter& parameter) {
  const auto type = std::ranges::find(types, name, &NpyType::name);
  if (type == std::end(types))
    throw ValueFileError(path, fmt::format("an array of type {} (little-endian floats and integers are read). Convert "
                                           "it with astype(\"<f8\").",
                                           shown(name)));
  const bool truth_values = name == "|b1";
  if (truth_values != (parameter.kind == Kind::flag) || parameter.kind == Kind::choice)
    throw ValueFileError(path, fmt::format("an array of type {} ({} takes {}). Use csv for labels, bool for true and "
                                           "false.",
                                           name, parameter.name, accepted_values(parameter)));
  return *type;
}

/// Where the data begins, after the header, which is put into `header`.
std::size_t read_header(const std::string& path, std::string_view text, NpyHeader& header) {
  if (!text.starts_with("\x93NUMPY") || text.size() < 12)
    throw ValueFileError(path, "not an array file (numpy.save writes them). Is the path right?");
  const auto byte = [&text](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    throw ValueFileError(path, fmt::format("an array file of version {} (1 to 3 are read). Save it anew.", version));
  const std::size_t begin = version == 1 ? 10 : 12;
  const std::size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > text.size() - begin) throw ValueFileError(path, "the file ends within its header. Save it anew.");
  header = HeaderReader(path, text.substr(begin, length)).read();
  return begin + length;
}

}  // namespace

std::vector<double> read_npy(const std::string& path, const Parameter& parameter) {
  const std::string text = read_small_file(path, "values", max_sweep_text);
  NpyHeader header;
  const std::size_t begin = read_header(path, text, header);
  const NpyType& type = find_type(path, header.type, parameter);
  const std::size_t bytes = text.size() - begin;
  if (bytes % type.bytes != 0 || bytes / type.bytes != header.size)
    throw ValueFileError(path, fmt::format("{} bytes of data for {} values of {} (the file is cut off, or two are "
                                           "joined). Save it anew.",
                                           bytes, header.size, type.bytes));
  std::vector<double> values;
  for (std::size_t i = 0; i < header.size; ++i) {
    std::string problem;
    try {
      values.push_back(settled(parameter, type.read(text.data() + begin + i * type.bytes)));
      problem = problem_with(parameter, values.back());
    } catch (const std::invalid_argument& error) {
      problem = error.what();
    }
    if (!problem.empty())
      throw ValueFileError(
          fmt::format("{}: value {}", path, i + 1),
          fmt::format("{} (not a value of {}). Give {}.", problem, parameter.name, accepted_values(parameter)));
  }
  return values;
}

}  // namespace trawl::io
