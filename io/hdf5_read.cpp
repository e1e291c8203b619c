#include "io/hdf5_read.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"
#include "io/hdf5_blocks.hpp"
#include "io/key_places.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::uint64_t most_attribute_values = 256;
constexpr std::size_t longest_label = 4096;  ///< bytes: many elements may refer to one text
constexpr std::uint64_t undefined_address = ~std::uint64_t{0};

// Datatype messages after the byte of class and version: bit field, size in bytes, then the class's own properties.
constexpr std::uint8_t float64_type[] = {0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 0x03, 0, 0};
constexpr std::uint8_t int64_type[] = {0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0};
constexpr std::uint8_t uint8_type[] = {0x00, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0};
constexpr std::uint8_t utf8_type[] = {0x01, 1, 0, 16, 0, 0, 0};  // variable-length string, UTF-8

enum TypeClass : int { class_integer = 0, class_float = 1, class_variable_length = 9 };

bool starts_with(Bytes bytes, Bytes start) {
  return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
}

ElementType element_type(Bytes message, const std::string& name) {
  const int type_class = message.empty() ? -1 : message[0] & 0x0f;
  const Bytes rest = message.subspan(message.empty() ? 0 : 1);
  if (type_class == class_float && starts_with(rest, float64_type)) return ElementType::float64;
  if (type_class == class_integer && starts_with(rest, int64_type)) return ElementType::int64;
  if (type_class == class_integer && starts_with(rest, uint8_type)) return ElementType::uint8;
  if (type_class == class_variable_length && starts_with(rest, utf8_type)) return ElementType::text;
  throw OtherForm(fmt::format("{} has a type that trawl does not write", name));
}

std::vector<std::uint64_t> shape_of(Bytes message, const std::string& name) {
  Cursor space(message);
  const auto version = space.number<std::uint8_t>(), rank = space.number<std::uint8_t>(),
             flags = space.number<std::uint8_t>();
  if (version != 1 || rank > 32) throw OtherForm(fmt::format("{} has a shape of another form", name));
  space.take(5);
  std::vector<std::uint64_t> shape(rank);
  for (std::uint64_t& extent : shape) extent = space.number<std::uint64_t>();
  if (flags & 1)  // largest extents
    for (const std::uint64_t extent : shape)
      if (space.number<std::uint64_t>() != extent) throw OtherForm(fmt::format("{} can grow", name));
  return shape;
}

struct RawAttribute {
  std::string name;
  Bytes type, space, data;
};

RawAttribute split_attribute(const Message& message) {
  Cursor cursor(message.data);
  const auto version = cursor.number<std::uint8_t>();
  const auto flags = cursor.number<std::uint8_t>();
  const auto name_size = cursor.number<std::uint16_t>(), type_size = cursor.number<std::uint16_t>(),
             space_size = cursor.number<std::uint16_t>();
  if (version < 1 || version > 3 || (version > 1 && flags != 0)) throw OtherForm("an attribute of another form");
  if (version == 3) cursor.take(1);  // character set of the name
  const auto part = [&](std::uint64_t size) {
    const Bytes bytes = cursor.take(version == 1 ? (size + 7) / 8 * 8 : size);
    return bytes.first(size);
  };
  const Bytes name = part(name_size);
  RawAttribute attribute;
  attribute.name.assign(name.begin(), std::find(name.begin(), name.end(), 0));
  attribute.type = part(type_size);
  attribute.space = part(space_size);
  attribute.data = cursor.take(cursor.left());
  return attribute;
}

std::string text_of(Hdf5Blocks& blocks, Bytes element) {
  const std::vector<std::uint8_t> bytes = blocks.heap_object(element, 1);
  std::string text(bytes.begin(), std::find(bytes.begin(), bytes.end(), 0));
  if (!is_utf8(text)) refuse("a text is not UTF-8");
  return text;
}

AttributeValue attribute_value(Hdf5Blocks& blocks, const RawAttribute& attribute) {
  const std::vector<std::uint64_t> shape = shape_of(attribute.space, attribute.name);
  Cursor data(attribute.data);
  const ElementType type = element_type(attribute.type, attribute.name);
  if (type == ElementType::uint8 && shape.size() == 1 && shape[0] <= most_attribute_values) {
    const Bytes values = data.take(shape[0]);
    return std::vector<std::uint8_t>(values.begin(), values.end());
  }
  if (!shape.empty())
    throw OtherForm(fmt::format("attribute {} has a shape that trawl does not write", attribute.name));
  if (type == ElementType::text) return text_of(blocks, data.take(16));
  if (type == ElementType::int64) return data.number<std::int64_t>();
  if (type == ElementType::float64) return data.number<double>();
  throw OtherForm(fmt::format("attribute {} has a type that trawl does not write", attribute.name));
}

/// What users and other programs add in forms of their own is not ours to judge.
void add_attribute(Hdf5Blocks& blocks, const RawAttribute& attribute, Attributes& attributes) {
  try {
    attributes[attribute.name] = attribute_value(blocks, attribute);
  } catch (const OtherForm&) {
  }
}

std::vector<RawAttribute> attributes_of(const std::vector<Message>& messages) {
  std::vector<RawAttribute> attributes;
  for (const Message& message : messages) {
    if (message.type != Message::attribute) continue;
    try {
      attributes.push_back(split_attribute(message));
    } catch (const OtherForm&) {
    }
  }
  return attributes;
}

/// Names of scales by the address of their object header, one for each dimension of a DIMENSION_LIST.
std::vector<std::string> dimension_names(Hdf5Blocks& blocks, const RawAttribute& list,
                                         const std::map<std::uint64_t, std::string>& names) {
  std::vector<std::string> dimensions;
  Cursor elements(list.data);
  for (std::uint64_t left = elements.left() / 16; left > 0; --left) {
    const std::vector<std::uint8_t> scales = blocks.heap_object(elements.take(16), 8);
    if (scales.size() != 8) throw OtherForm("a dimension does not have one scale");
    const auto scale = names.find(Cursor(scales).number<std::uint64_t>());
    if (scale == names.end()) refuse("a dimension has a scale that is not there");
    dimensions.push_back(scale->second);
  }
  return dimensions;
}

/// Sizes are multiplied with care: a hostile shape may overflow.
void read_storage(Bytes message, std::uint64_t file_size, Dataset& dataset) {
  Cursor layout(message);
  const auto version = layout.number<std::uint8_t>(), layout_class = layout.number<std::uint8_t>();
  if (version != 3 || layout_class != 1) throw OtherForm(fmt::format("{} is not contiguous", dataset.name));
  dataset.offset = layout.number<std::uint64_t>();
  if (dataset.offset == undefined_address || std::ranges::find(dataset.shape, 0u) != dataset.shape.end())
    throw OtherForm(fmt::format("{} has no data", dataset.name));
  std::uint64_t bytes = element_size(dataset.type);
  for (const std::uint64_t extent : dataset.shape) {
    if (extent > file_size / bytes) refuse(fmt::format("{} is larger than the file", dataset.name));
    bytes *= extent;
  }
  if (layout.number<std::uint64_t>() != bytes) refuse(fmt::format("{} has the wrong size", dataset.name));
  if (dataset.offset > file_size || bytes > file_size - dataset.offset)
    refuse(fmt::format("{} lies outside the file", dataset.name));
}

const Message& find(const std::vector<Message>& messages, Message::Type type, const std::string& name) {
  const auto found = std::ranges::find(messages, type, &Message::type);
  if (found == messages.end()) throw OtherForm(fmt::format("{} is not a dataset", name));
  return *found;
}

Dataset read_dataset(Hdf5Blocks& blocks, const std::string& name, const std::vector<Message>& messages,
                     const std::map<std::uint64_t, std::string>& names) {
  if (std::ranges::find(messages, Message::external_files, &Message::type) != messages.end())
    throw OtherForm(fmt::format("{} lies in another file", name));
  Dataset dataset{.name = name};
  dataset.type = element_type(find(messages, Message::datatype, name).data, name);
  dataset.shape = shape_of(find(messages, Message::dataspace, name).data, name);
  read_storage(find(messages, Message::layout, name).data, blocks.file_size(), dataset);
  for (const RawAttribute& attribute : attributes_of(messages)) {
    if (attribute.name == "CLASS") dataset.is_scale = true;
    else if (attribute.name == "DIMENSION_LIST") dataset.dimensions = dimension_names(blocks, attribute, names);
    else if (attribute.name != "NAME" && attribute.name != "REFERENCE_LIST")
      add_attribute(blocks, attribute, dataset.attributes);
  }
  if (dataset.is_scale) dataset.dimensions = {name};
  if (dataset.dimensions.size() != dataset.shape.size()) throw OtherForm(fmt::format("{} lacks a scale", name));
  return dataset;
}

void add_object(Hdf5Blocks& blocks, const Link& link, const std::map<std::uint64_t, std::string>& names,
                FileLayout& layout) {
  std::vector<Message> messages;
  try {
    messages = blocks.messages(link.header);
    layout.datasets.push_back(read_dataset(blocks, link.name, messages, names));
  } catch (const OtherForm& error) {
    const auto attributes = attributes_of(messages);
    const bool described = std::ranges::find(attributes, "long_name", &RawAttribute::name) != attributes.end();
    layout.left_out.push_back({link.name, error.what(), described});
  }
}

/// Names by the address of the object, which has one.
std::map<std::uint64_t, std::string> names_of(const std::vector<Link>& links) {
  std::map<std::uint64_t, std::string> names;
  std::set<std::string> used;
  for (const Link& link : links) {
    if (!is_utf8(link.name)) refuse("a name is not UTF-8");
    if (!used.insert(link.name).second) refuse(fmt::format("two objects are named {}", link.name));
    if (!names.emplace(link.header, link.name).second) refuse(fmt::format("{} has two names", link.name));
  }
  return names;
}

FileLayout read_objects(const RawFile& file) {
  Hdf5Blocks blocks(file);
  const std::vector<Message> root = blocks.messages(blocks.root());
  FileLayout layout;
  for (const RawAttribute& attribute : attributes_of(root)) add_attribute(blocks, attribute, layout.attributes);
  std::vector<Link> links = blocks.links(find(root, Message::symbol_table, "the root group"));
  std::ranges::sort(links, {}, &Link::header);  // the order of creation
  const std::map<std::uint64_t, std::string> names = names_of(links);
  for (const Link& link : links) add_object(blocks, link, names, layout);
  return layout;
}

void check_scales(const FileLayout& layout) {
  for (const Dataset& dataset : layout.datasets)
    for (std::size_t d = 0; d < dataset.dimensions.size(); ++d) {
      const Dataset* scale = layout.find(dataset.dimensions[d]);
      const auto other = std::ranges::find(layout.left_out, dataset.dimensions[d], &LeftOut::name);
      if (!scale && other != layout.left_out.end()) throw OtherForm(other->why);
      if (!scale || !scale->is_scale || scale->shape.size() != 1 || scale->shape[0] != dataset.shape[d])
        refuse(fmt::format("dimension {} of {} does not fit its scale", d, dataset.name));
    }
}

void check_apart(const FileLayout& layout) {
  std::vector<const Dataset*> by_offset;
  for (const Dataset& dataset : layout.datasets) by_offset.push_back(&dataset);
  std::ranges::sort(by_offset, {}, &Dataset::offset);
  for (std::size_t i = 1; i < by_offset.size(); ++i)
    if (by_offset[i - 1]->offset + by_offset[i - 1]->byte_count() > by_offset[i]->offset)
      refuse(fmt::format("{} and {} overlap", by_offset[i - 1]->name, by_offset[i]->name));
}

}  // namespace

FileLayout read_layout(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_open(path, errno);
  try {
    if (!S_ISREG(status.st_mode)) refuse("not a regular file");
    FileLayout layout = read_objects(RawFile(path, O_RDONLY));
    check_scales(layout);
    check_apart(layout);
    return layout;
  } catch (const OtherForm& error) {
    throw other_form(path, error.what());
  } catch (const UsageError& error) {
    throw UsageError(one_line(fmt::format(
        "{}: is not a result file ({}). Was it written by trawl, and is it whole? Give another path to start anew.",
        path, error.what())));
  }
}

OtherForm other_form(const std::string& path, const std::string& why) {
  return OtherForm(one_line(
      fmt::format("{}: is not as trawl writes it ({}). A result file that another program wrote anew can be read, not "
                  "continued: continue the original, or give another --output.",
                  path, why)));
}

std::vector<std::string> read_texts(const RawFile& file, const Dataset& dataset, std::uint64_t first,
                                    std::uint64_t count) {
  const std::uint64_t size = element_size(ElementType::text);
  std::vector<std::uint8_t> elements(count * size);
  file.read(elements.data(), elements.size(), dataset.offset + first * size);
  Hdf5Blocks blocks(file);
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) {
    texts.push_back(text_of(blocks, Bytes(elements).subspan(i * size, size)));
    if (texts.back().size() > longest_label) refuse(fmt::format("a text of {} is too long", dataset.name));
  }
  return texts;
}

}  // namespace trawl::io
