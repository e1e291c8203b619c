#include "io/hdf5_read.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include <fcntl.h>
#include <hdf5_hl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/hdf5_handles.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::size_t most_objects = 4096;
constexpr hsize_t most_attribute_values = 256;

/// What is wrong with the file; read_layout adds its name.
[[noreturn]] void refuse(const std::string& problem) {
  throw UsageError(problem);
}

struct Close {
  void operator()(char* text) const { H5free_memory(text); }
};

bool is_utf8_text(hid_t type) {
  return H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) > 0 && H5Tget_cset(type) == H5T_CSET_UTF8;
}

ElementType element_type(hid_t type, const std::string& name) {
  if (H5Tequal(type, H5T_IEEE_F64LE) > 0) return ElementType::float64;
  if (H5Tequal(type, H5T_STD_I64LE) > 0) return ElementType::int64;
  if (H5Tequal(type, H5T_STD_U8LE) > 0) return ElementType::uint8;
  if (is_utf8_text(type)) return ElementType::text;
  refuse(fmt::format("{} has a type that is not ours", name));
}

std::vector<std::uint64_t> shape_of(hid_t space, const std::string& name) {
  const H5S_class_t kind = H5Sget_simple_extent_type(space);
  if (kind == H5S_SCALAR) return {};
  if (kind != H5S_SIMPLE) refuse(fmt::format("{} has no shape", name));
  std::vector<hsize_t> extents(checked<herr_t>(H5Sget_simple_extent_ndims(space), name));
  checked<herr_t>(H5Sget_simple_extent_dims(space, extents.data(), nullptr), name);
  return {extents.begin(), extents.end()};
}

AttributeValue read_attribute(hid_t attribute, const std::string& name) {
  const Handle type(H5Aget_type(attribute), H5Tclose, name);
  const Handle space(H5Aget_space(attribute), H5Sclose, name);
  const std::vector<std::uint64_t> shape = shape_of(space, name);
  switch (element_type(type, name)) {
    case ElementType::text: {
      if (!shape.empty()) break;
      char* text = nullptr;
      checked<herr_t>(H5Aread(attribute, type, &text), name);
      const std::unique_ptr<char, Close> owner(text);
      return std::string(text ? text : "");
    }
    case ElementType::int64: {
      if (!shape.empty()) break;
      std::int64_t value = 0;
      checked<herr_t>(H5Aread(attribute, H5T_NATIVE_INT64, &value), name);
      return value;
    }
    case ElementType::float64: {
      if (!shape.empty()) break;
      double value = 0;
      checked<herr_t>(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), name);
      return value;
    }
    case ElementType::uint8: {
      if (shape.size() != 1 || shape[0] > most_attribute_values) break;
      std::vector<std::uint8_t> values(shape[0]);
      checked<herr_t>(H5Aread(attribute, H5T_NATIVE_UINT8, values.data()), name);
      return values;
    }
  }
  refuse(fmt::format("attribute {} has a shape that is not ours", name));
}

/// Collects names in a callback of HDF5's, through which no exception may pass.
struct Names {
  std::vector<std::string> names;
  std::vector<haddr_t> addresses;
  bool too_many = false;
  bool foreign = false;  ///< a soft or external link
};

Attributes read_attributes(hid_t object) {
  static const std::vector<std::string> of_scales = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"};
  Names found;
  checked<herr_t>(H5Aiterate2(
                      object, H5_INDEX_NAME, H5_ITER_INC, nullptr,
                      [](hid_t, const char* name, const H5A_info_t*, void* data) -> herr_t {
                        auto& names = *static_cast<Names*>(data);
                        names.too_many = names.names.size() == most_objects;
                        if (!names.too_many) names.names.emplace_back(name);
                        return names.too_many ? 1 : 0;
                      },
                      &found),
                  "attributes");
  if (found.too_many) refuse("an object has too many attributes");
  Attributes attributes;
  for (const std::string& name : found.names) {
    if (std::find(of_scales.begin(), of_scales.end(), name) != of_scales.end()) continue;
    const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, name);
    attributes[name] = read_attribute(attribute, name);
  }
  return attributes;
}

/// Names of the root's datasets in the order of creation.
std::vector<std::string> dataset_names(hid_t file) {
  Names found;
  checked<herr_t>(H5Literate(
                      file, H5_INDEX_NAME, H5_ITER_INC, nullptr,
                      [](hid_t, const char* name, const H5L_info_t* info, void* data) -> herr_t {
                        auto& names = *static_cast<Names*>(data);
                        names.too_many = names.names.size() == most_objects;
                        names.foreign = info->type != H5L_TYPE_HARD;
                        if (names.too_many || names.foreign) return 1;
                        names.names.emplace_back(name);
                        names.addresses.push_back(info->u.address);
                        return 0;
                      },
                      &found),
                  "links");
  if (found.too_many) refuse("it has too many objects");
  if (found.foreign) refuse("it has a link to elsewhere");
  std::vector<std::size_t> order(found.names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return found.addresses[a] < found.addresses[b]; });
  std::vector<std::string> names;
  for (const std::size_t i : order) names.push_back(found.names[i]);
  return names;
}

std::string scale_name(hid_t dataset, unsigned dimension, const std::string& name) {
  std::string path;
  checked<herr_t>(H5DSiterate_scales(
                      dataset, dimension, nullptr,
                      [](hid_t, unsigned, hid_t scale, void* data) -> herr_t {
                        char buffer[1024];
                        const ssize_t length = H5Iget_name(scale, buffer, sizeof buffer);
                        if (length > 0 && length < static_cast<ssize_t>(sizeof buffer))
                          *static_cast<std::string*>(data) = buffer;
                        return 1;
                      },
                      &path),
                  name);
  if (path.size() < 2 || path[0] != '/') refuse(fmt::format("dimension {} of {} has no scale", dimension, name));
  return path.substr(1);
}

/// Sizes are multiplied with care: a hostile shape may overflow.
void check_storage(hid_t id, const Dataset& dataset, std::uint64_t file_size) {
  const Handle properties(H5Dget_create_plist(id), H5Pclose, dataset.name);
  if (H5Pget_layout(properties) != H5D_CONTIGUOUS) refuse(fmt::format("{} is not contiguous", dataset.name));
  if (H5Pget_external_count(properties) != 0) refuse(fmt::format("{} lies in another file", dataset.name));
  std::uint64_t bytes = element_size(dataset.type);
  for (const std::uint64_t extent : dataset.shape) {
    if (extent == 0 || extent > file_size / bytes) refuse(fmt::format("{} is larger than the file", dataset.name));
    bytes *= extent;
  }
  if (dataset.offset == HADDR_UNDEF || dataset.offset > file_size || bytes > file_size - dataset.offset)
    refuse(fmt::format("{} lies outside the file", dataset.name));
  if (H5Dget_storage_size(id) != bytes) refuse(fmt::format("{} has the wrong size", dataset.name));
}

Dataset read_dataset(hid_t file, const std::string& name, std::uint64_t file_size) {
  const Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, name);
  if (H5Iget_type(object) != H5I_DATASET) refuse(fmt::format("{} is not a dataset", name));
  const Handle type(H5Dget_type(object), H5Tclose, name);
  const Handle space(H5Dget_space(object), H5Sclose, name);
  Dataset dataset{.name = name, .type = element_type(type, name)};
  dataset.shape = shape_of(space, name);
  dataset.offset = H5Dget_offset(object);
  check_storage(object, dataset, file_size);
  dataset.is_scale = H5DSis_scale(object) > 0;
  if (dataset.is_scale && dataset.shape.size() != 1) refuse(fmt::format("{} is no scale of one dimension", name));
  if (dataset.is_scale) dataset.dimensions = {name};
  else
    for (std::size_t d = 0; d < dataset.shape.size(); ++d)
      dataset.dimensions.push_back(scale_name(object, static_cast<unsigned>(d), name));
  dataset.attributes = read_attributes(object);
  return dataset;
}

void check_apart(const FileLayout& layout) {
  std::vector<const Dataset*> by_offset;
  for (const Dataset& dataset : layout.datasets) by_offset.push_back(&dataset);
  std::sort(by_offset.begin(), by_offset.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < by_offset.size(); ++i)
    if (by_offset[i - 1]->offset + by_offset[i - 1]->byte_count() > by_offset[i]->offset)
      refuse(fmt::format("{} and {} overlap", by_offset[i - 1]->name, by_offset[i]->name));
}

/// The size of the file, once it looks like HDF5.
std::uint64_t check_magic(const std::string& path) {
  static constexpr unsigned char magic[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_io(path, "open", errno);
  if (!S_ISREG(status.st_mode)) refuse("not a regular file");
  const RawFile file(path, O_RDONLY);
  unsigned char start[sizeof magic] = {};
  if (file.size() < sizeof magic) refuse("not an HDF5 file");
  file.read(start, sizeof magic, 0);
  if (std::memcmp(start, magic, sizeof magic) != 0) refuse("not an HDF5 file");
  return file.size();
}

Handle open_file(const std::string& path) {
  prepare_hdf5();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path);
  checked<herr_t>(H5Pset_file_locking(access, false, true), path);
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose, path};
}

FileLayout read_objects(const std::string& path, std::uint64_t file_size) {
  const Handle file = open_file(path);
  FileLayout layout;
  layout.attributes = read_attributes(file);
  for (const std::string& name : dataset_names(file)) layout.datasets.push_back(read_dataset(file, name, file_size));
  check_apart(layout);
  for (const Dataset& dataset : layout.datasets)
    for (std::size_t d = 0; d < dataset.dimensions.size(); ++d) {
      const Dataset* scale = layout.find(dataset.dimensions[d]);
      if (!scale || !scale->is_scale || scale->shape[0] != dataset.shape[d])
        refuse(fmt::format("dimension {} of {} does not fit its scale", d, dataset.name));
    }
  return layout;
}

}  // namespace

FileLayout read_layout(const std::string& path) {
  static constexpr const char* advice = "Was it written by trawl, and is it whole? Give another path to start anew.";
  try {
    const std::uint64_t size = check_magic(path);
    try {
      return read_objects(path, size);
    } catch (const IoError& error) {  // HDF5 does not tell a damaged file from one that cannot be read
      refuse(error.what());
    }
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: no result file ({}). {}", path, error.what(), advice));
  }
}

std::vector<std::string> read_texts(const std::string& path, const Dataset& dataset, std::uint64_t first,
                                    std::uint64_t count) {
  const Handle file = open_file(path);
  const Handle id(H5Dopen2(file, dataset.name.c_str(), H5P_DEFAULT), H5Dclose, dataset.name);
  const Handle type(H5Dget_type(id), H5Tclose, dataset.name);
  const hsize_t start = first, length = count;
  const Handle memory(H5Screate_simple(1, &length, nullptr), H5Sclose, dataset.name);
  const Handle space(H5Dget_space(id), H5Sclose, dataset.name);
  if (!dataset.shape.empty())
    checked<herr_t>(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &length, nullptr), dataset.name);
  std::vector<char*> pointers(count, nullptr);
  checked<herr_t>(H5Dread(id, type, memory, space, H5P_DEFAULT, pointers.data()), dataset.name);
  std::vector<std::string> texts;
  for (const char* pointer : pointers) texts.emplace_back(pointer ? pointer : "");
  checked<herr_t>(H5Dvlen_reclaim(type, memory, H5P_DEFAULT, pointers.data()), dataset.name);
  return texts;
}

}  // namespace trawl::io
