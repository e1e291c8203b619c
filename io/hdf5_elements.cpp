#include "io/hdf5_elements.hpp"

#include <algorithm>
#include <string_view>

#include "engine/plain_text.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t block_elements = std::uint64_t{1} << 18;
constexpr std::size_t longest_text = std::size_t{1} << 26;

std::optional<AttributeValue> attribute_value(hid_t attribute) {
  const Handle type(H5Aget_type(attribute), H5Tclose, "attribute"),
      space(H5Aget_space(attribute), H5Sclose, "attribute");
  const std::optional<Shape> shape = shape_of(space);
  if (!shape || shape->size() > 1 || (!shape->empty() && (*shape)[0] != 1)) return std::nullopt;
  const auto read = [&](hid_t memory, void* to) { checked(H5Aread(attribute, memory, to), "attribute"); };
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return read_strings(type, 1, space, read)[0];
    case H5T_INTEGER: {
      std::int64_t value = 0;
      read(H5T_NATIVE_INT64, &value);
      return value;
    }
    case H5T_FLOAT: {
      double value = 0;
      read(H5T_NATIVE_DOUBLE, &value);
      return value;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Shape> shape_of(hid_t space) {
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  if (kind == H5S_SCALAR) return Shape{};
  if (kind != H5S_SIMPLE) return std::nullopt;
  std::vector<hsize_t> extents(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  return Shape(extents.begin(), extents.end());
}

std::vector<std::string> read_strings(hid_t type, std::uint64_t count, hid_t space,
                                      const std::function<void(hid_t, void*)>& read) {
  std::vector<std::string> texts;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count);
    read(type, pointers.data());
    for (const char* pointer : pointers) texts.emplace_back(pointer ? pointer : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  } else {
    const std::size_t size = H5Tget_size(type);
    if (size > longest_text / count) throw Unfit{"its texts are too long"};
    std::vector<char> bytes(size * count);
    read(type, bytes.data());
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string text(bytes.data() + i * size, size);
      texts.push_back(text.substr(0, text.find('\0')));
    }
  }
  for (const std::string& text : texts)
    if (!is_utf8(text)) throw Unfit{"its text is not UTF-8"};
  return texts;
}

Attributes attributes_of(hid_t object) {
  Attributes attributes;
  const int count = checked<herr_t>(H5Aget_num_attrs(object), "attributes");
  for (int i = 0; i < count; ++i) {
    const Handle attribute(
        H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, static_cast<hsize_t>(i), H5P_DEFAULT, H5P_DEFAULT),
        H5Aclose, "attribute");
    char name[256] = {};
    if (H5Aget_name(attribute, sizeof name, name) >= static_cast<ssize_t>(sizeof name) || name[0] == '_') continue;
    if (std::string_view(name) == "CLASS" || std::string_view(name) == "NAME") continue;
    try {
      if (auto value = attribute_value(attribute)) attributes[name] = std::move(*value);
    } catch (const Unfit&) {
    }
  }
  return attributes;
}

void read_block(hid_t id, const Shape& start, const Shape& extents, hid_t memory_type, void* to) {
  reading([&] {
    const Handle space(H5Dget_space(id), H5Sclose, "dataset");
    const std::vector<hsize_t> from(start.begin(), start.end()), size(extents.begin(), extents.end());
    if (size.empty()) {
      checked(H5Dread(id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to), "dataset");
      return;
    }
    checked(H5Sselect_hyperslab(space, H5S_SELECT_SET, from.data(), nullptr, size.data(), nullptr), "dataset");
    const Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose, "dataset");
    checked(H5Dread(id, memory_type, memory, space, H5P_DEFAULT, to), "dataset");
  });
}

void for_each_block(const Shape& shape, const std::function<void(const Shape&, const Shape&, std::uint64_t)>& visit) {
  std::size_t d = shape.size();
  std::uint64_t inner = 1;  // elements for one index of dimensions 0 to d-1
  while (d > 0 && shape[d - 1] <= block_elements / inner) inner *= shape[--d];
  Shape start(shape.size(), 0), extents = shape;
  std::fill_n(extents.begin(), d, 1);
  if (d == 0) return visit(start, extents, std::uint64_t{0});
  const std::uint64_t step = std::max<std::uint64_t>(1, block_elements / inner);
  std::uint64_t first = 0;
  while (true) {
    extents[d - 1] = std::min(step, shape[d - 1] - start[d - 1]);
    visit(start, extents, first);
    first += extents[d - 1] * inner;
    start[d - 1] += extents[d - 1];
    std::size_t k = d;
    while (k > 0 && start[k - 1] == shape[k - 1]) {
      start[--k] = 0;
      if (k > 0) ++start[k - 1];
    }
    if (k == 0) return;
  }
}

}  // namespace trawl::io
