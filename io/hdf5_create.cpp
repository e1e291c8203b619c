#include "io/hdf5_create.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <span>

#include <fcntl.h>

#include <fmt/format.h>
#include <hdf5_hl.h>

#include "engine/error.hpp"
#include "io/fill_time.hpp"
#include "io/hdf5_handles.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

static_assert(std::endian::native == std::endian::little, "raw data is written as it is in memory");

/// Text datasets of more elements get one heap object per label, shared by all elements, in place of one per element.
constexpr std::uint64_t most_own_texts = 65536;
constexpr std::uint64_t block_elements = std::uint64_t{1} << 17;

/// So much is written before it is made durable: the fsync at the end would be one long call, deaf to a stop.
constexpr std::uint64_t most_unsynced = std::uint64_t{1} << 27;

/// In memory only the size matters.
enum class Target { disk, memory };

Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "text type");
  checked(H5Tset_size(type, H5T_VARIABLE), "text type");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), "text type");
  return type;
}

Handle file_type(ElementType type) {
  switch (type) {
    case ElementType::float64:
      return {H5Tcopy(H5T_IEEE_F64LE), H5Tclose, "type"};
    case ElementType::int64:
      return {H5Tcopy(H5T_STD_I64LE), H5Tclose, "type"};
    case ElementType::uint8:
      return {H5Tcopy(H5T_STD_U8LE), H5Tclose, "type"};
    default:
      return text_type();
  }
}

Handle dataspace(const std::vector<std::uint64_t>& shape) {
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose, "dataspace"};
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(shape.size()), extents.data(), nullptr), H5Sclose, "dataspace"};
}

struct AttributeWriter {
  hid_t object;
  const std::string& name;

  void write(const Handle& type, const Handle& space, const void* value) const {
    const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
    checked(H5Awrite(attribute, type, value), name);
  }
  void operator()(const std::string& text) const {
    const char* pointer = text.c_str();
    write(text_type(), dataspace({}), &pointer);
  }
  void operator()(std::int64_t value) const { write(file_type(ElementType::int64), dataspace({}), &value); }
  void operator()(double value) const { write(file_type(ElementType::float64), dataspace({}), &value); }
  void operator()(const std::vector<std::uint8_t>& values) const {
    write(file_type(ElementType::uint8), dataspace({values.size()}), values.data());
  }
};

void write_attributes(hid_t object, const Attributes& attributes) {
  for (const auto& [name, value] : attributes) std::visit(AttributeWriter{object, name}, value);
}

/// Contiguous, allocated at once, without time stamps. HDF5 fills nothing: create_hdf5() does, block by block.
Handle creation_properties(const Dataset& dataset) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, dataset.name);
  checked(H5Pset_layout(properties, H5D_CONTIGUOUS), dataset.name);
  checked(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), dataset.name);
  checked(H5Pset_obj_track_times(properties, false), dataset.name);
  if (dataset.type == ElementType::text) return properties;
  checked(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), dataset.name);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (!dataset.values && dataset.type == ElementType::float64)
    checked(H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &nan), dataset.name);
  return properties;
}

/// Writes texts through HDF5: all of them or, of a large dataset, each label once into its first elements.
void write_texts(hid_t id, const Dataset& dataset) {
  const std::uint64_t count = dataset.element_count();
  std::vector<const char*> texts;
  if (count <= most_own_texts) {
    std::vector<double> positions(count);
    dataset.values(0, count, positions.data());
    for (const double position : positions) texts.push_back(dataset.labels[static_cast<std::size_t>(position)].c_str());
  } else {
    for (const std::string& label : dataset.labels) texts.push_back(label.c_str());
  }
  const hsize_t written = texts.size();
  const Handle memory(H5Screate_simple(1, &written, nullptr), H5Sclose, dataset.name);
  const Handle file(H5Dget_space(id), H5Sclose, dataset.name);
  if (!dataset.shape.empty()) {
    const hsize_t start = 0;
    checked(H5Sselect_hyperslab(file, H5S_SELECT_SET, &start, nullptr, &written, nullptr), dataset.name);
  }
  checked(H5Dwrite(id, text_type(), memory, file, H5P_DEFAULT, texts.data()), dataset.name);
}

void create_dataset(hid_t file, Dataset& dataset) {
  Handle id(H5Dcreate2(file, dataset.name.c_str(), file_type(dataset.type), dataspace(dataset.shape), H5P_DEFAULT,
                       creation_properties(dataset), H5P_DEFAULT),
            H5Dclose, dataset.name);
  write_attributes(id, dataset.attributes);
  if (dataset.is_scale) checked(H5DSset_scale(id, dataset.name.c_str()), dataset.name);
  if (dataset.type == ElementType::text) write_texts(id, dataset);
  id.finish(dataset.name);
}

void attach_scales(hid_t file, const Dataset& dataset) {
  const Handle id(H5Dopen2(file, dataset.name.c_str(), H5P_DEFAULT), H5Dclose, dataset.name);
  for (std::size_t d = 0; d < dataset.dimensions.size(); ++d) {
    const Handle scale(H5Dopen2(file, dataset.dimensions[d].c_str(), H5P_DEFAULT), H5Dclose, dataset.name);
    checked(H5DSattach_scale(id, scale, static_cast<unsigned>(d)), dataset.name);
  }
}

void note_offset(hid_t file, Dataset& dataset) {
  const Handle id(H5Dopen2(file, dataset.name.c_str(), H5P_DEFAULT), H5Dclose, dataset.name);
  dataset.offset = H5Dget_offset(id);
  if (dataset.offset == HADDR_UNDEF) checked<herr_t>(-1, dataset.name + ": no space was allocated");
}

/// Everything but the raw data of numbers and the shared texts. Returns the size of the file.
std::uint64_t create_objects(const std::string& path, FileLayout& layout, Target target) {
  prepare_hdf5();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file");
  // Superblock 0 has no mark of a file being open for writing, which a kill would leave behind.
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "file");
  checked(H5Pset_file_locking(access, false, true), "file");  // the caller holds a lock of its own
  // Raw data is written when it is given, so that the call that fails says so; by default small writes wait in a
  // buffer.
  checked(H5Pset_sieve_buf_size(access, 0), "file");
  if (target == Target::memory) checked(H5Pset_fapl_core(access, std::size_t{1} << 20, false), "file");
  const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "file");
  checked(H5Pset_obj_track_times(properties, false), "file");
  Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties, access), H5Fclose, "file");
  write_attributes(file, layout.attributes);
  for (Dataset& dataset : layout.datasets) create_dataset(file, dataset);
  for (const Dataset& dataset : layout.datasets)
    if (!dataset.is_scale) attach_scales(file, dataset);
  checked(H5Fflush(file, H5F_SCOPE_GLOBAL), "file");
  for (Dataset& dataset : layout.datasets) note_offset(file, dataset);
  const auto size = static_cast<std::uint64_t>(checked<hssize_t>(H5Fget_file_image(file, nullptr, 0), "file"));
  file.finish("file");
  return size;
}

std::uint64_t raw_bytes(const FileLayout& layout) {
  std::uint64_t bytes = 0;
  for (const Dataset& dataset : layout.datasets) bytes += dataset.byte_count();
  return bytes;
}

/// Writes raw data and tells how far it is.
class BlockWriter {
 public:
  BlockWriter(const RawFile& file, std::uint64_t total, const OnBlock& on_block)
      : file_(file), total_(total), on_block_(on_block) {}

  void write(const std::vector<char>& bytes, std::uint64_t count, std::uint64_t offset) {
    file_.write(bytes.data(), count, offset);
    done_ += count;
    unsynced_ += count;
    if (unsynced_ >= most_unsynced) {
      file_.sync_data();
      unsynced_ = 0;
    }
    if (on_block_) on_block_("creating", done_, total_);
  }

  const RawFile& file() const { return file_; }

 private:
  const RawFile& file_;
  const std::uint64_t total_;
  const OnBlock& on_block_;
  std::uint64_t done_ = 0;
  std::uint64_t unsynced_ = 0;
};

/// Raw data of a large text dataset, whose first elements hold a reference to each label: every element a copy of the
/// reference to its own label.
void share_texts(BlockWriter& file, const Dataset& dataset) {
  const std::uint64_t size = element_size(ElementType::text);
  std::vector<char> references(dataset.labels.size() * size);
  file.file().read(references.data(), references.size(), dataset.offset);
  std::vector<double> positions(block_elements);
  std::vector<char> bytes(block_elements * size);
  const std::uint64_t total = dataset.element_count();
  for (std::uint64_t first = 0; first < total; first += block_elements) {
    const std::uint64_t count = std::min(block_elements, total - first);
    dataset.values(first, count, positions.data());
    for (std::uint64_t i = 0; i < count; ++i)
      std::memcpy(bytes.data() + i * size, references.data() + static_cast<std::size_t>(positions[i]) * size, size);
    file.write(bytes, count * size, dataset.offset + first * size);
  }
}

void write_numbers(BlockWriter& file, const Dataset& dataset) {
  std::vector<double> values(block_elements);
  std::vector<char> bytes;
  const std::uint64_t total = dataset.element_count();
  for (std::uint64_t first = 0; first < total; first += block_elements) {
    const std::uint64_t count = std::min(block_elements, total - first);
    dataset.values(first, count, values.data());
    encode(dataset.type, {values.data(), count}, bytes);
    file.write(bytes, bytes.size(), dataset.offset + first * element_size(dataset.type));
  }
}

void write_fill(BlockWriter& file, const Dataset& dataset) {
  const std::uint64_t size = element_size(dataset.type), total = dataset.element_count();
  const std::vector<char> bytes = unwritten_elements(dataset.type, std::min(block_elements, total));
  for (std::uint64_t first = 0; first < total; first += block_elements)
    file.write(bytes, std::min(block_elements, total - first) * size, dataset.offset + first * size);
}

}  // namespace

void create_hdf5(const std::string& path, FileLayout& layout, const OnBlock& on_block) {
  const std::uint64_t total = raw_bytes(layout);
  if (on_block) on_block("creating", 0, total);
  try {
    create_objects(path, layout, Target::disk);
  } catch (const IoError& error) {
    throw IoError(fmt::format("{}: cannot create ({})", path, error.what()));
  }
  const RawFile file(path, O_RDWR);
  note_filled(file, layout);
  BlockWriter writer(file, total, on_block);
  for (const Dataset& dataset : layout.datasets) {
    if (!dataset.values) write_fill(writer, dataset);
    else if (dataset.type != ElementType::text) write_numbers(writer, dataset);
    else if (dataset.element_count() > most_own_texts) share_texts(writer, dataset);
  }
}

std::uint64_t hdf5_size(const FileLayout& layout) {
  // HDF5 gives a dataset of more than 2 KiB just the bytes it needs, so the size is linear in those of large ones.
  constexpr std::uint64_t sample_elements = most_own_texts + 1;
  FileLayout sample = layout;
  std::uint64_t left_out = 0;
  for (Dataset& dataset : sample.datasets) {
    if (dataset.element_count() <= sample_elements) continue;
    left_out += (dataset.element_count() - sample_elements) * element_size(dataset.type);
    std::fill(dataset.shape.begin(), dataset.shape.end(), 1);
    dataset.shape.back() = sample_elements;
  }
  return create_objects("memory", sample, Target::memory) + left_out;
}

}  // namespace trawl::io
