#include "io/hdf5_convert.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include <fcntl.h>

#include <fmt/format.h>
#include <hdf5_hl.h>

#include "engine/error.hpp"
#include "engine/plain_text.hpp"
#include "io/hdf5_create.hpp"
#include "io/hdf5_elements.hpp"
#include "io/hdf5_handles.hpp"
#include "io/raw_file.hpp"

namespace trawl::io {
namespace {

constexpr std::string_view no_variable = "This is a netCDF dimension but not a netCDF variable";

using DatasetHandle = std::shared_ptr<Handle>;

hid_t memory_type(ElementType type) {
  if (type == ElementType::int64) return H5T_NATIVE_INT64;
  return type == ElementType::uint8 ? H5T_NATIVE_UINT8 : H5T_NATIVE_DOUBLE;
}

/// A dataset of the file and how it is to be laid out.
struct Source {
  DatasetHandle id;
  Dataset dataset;
};

ElementType element_type(hid_t type, const Dataset& dataset) {
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      return dataset.name == status_name ? ElementType::uint8 : ElementType::float64;
    case H5T_STRING:
      return ElementType::text;
    case H5T_ENUM:
      return ElementType::uint8;
    case H5T_INTEGER: {
      const bool flag = dataset.attributes.contains("dtype") || dataset.attributes.contains("flag_meanings");
      const bool byte = H5Tget_size(type) == 1 && H5Tget_sign(type) == H5T_SGN_NONE;
      return dataset.name == status_name || flag || byte ? ElementType::uint8 : ElementType::int64;
    }
    default:
      throw Unfit{"its elements are neither numbers nor texts"};
  }
}

void check_storage(hid_t id) {
  const Handle properties(H5Dget_create_plist(id), H5Pclose, "dataset");
  if (H5Pget_layout(properties) == H5D_VIRTUAL || H5Pget_external_count(properties) > 0)
    throw Unfit{"its data lies in another file"};
  const int filters = H5Pget_nfilters(properties);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (filter < 0 || H5Zfilter_avail(filter) <= 0)
      throw Unfit{fmt::format("it needs the filter {}, which HDF5 has not built in; h5repack -f GZIP=1 helps", filter)};
  }
}

/// The name of the scale of dimension d.
std::string scale_of(hid_t id, unsigned d) {
  if (H5DSget_num_scales(id, d) != 1) throw Unfit{fmt::format("dimension {} does not have one scale", d)};
  std::string name(256, '\0');
  const auto visit = [](hid_t, unsigned, hid_t scale, void* out) -> herr_t {
    auto& text = *static_cast<std::string*>(out);
    const ssize_t size = H5Iget_name(scale, text.data(), text.size());
    text.resize(size > 0 && static_cast<std::size_t>(size) < text.size() ? static_cast<std::size_t>(size) : 0);
    return 1;
  };
  int first = 0;
  H5DSiterate_scales(id, d, &first, visit, &name);
  if (name.size() < 2 || name.find('/', 1) != std::string::npos)
    throw Unfit{fmt::format("the scale of dimension {} is elsewhere", d)};
  return name.substr(1);
}

bool has_no_variable(hid_t scale) {
  char label[128] = {};
  return H5DSget_scale_name(scale, label, sizeof label) > 0 && std::string_view(label).starts_with(no_variable);
}

Source describe(hid_t file, const std::string& name) {
  Source source{std::make_shared<Handle>(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, name), {.name = name}};
  Dataset& dataset = source.dataset;
  const hid_t id = *source.id;
  if (H5Iget_type(id) != H5I_DATASET) throw Unfit{"it is no dataset"};
  check_storage(id);
  const Handle type(H5Dget_type(id), H5Tclose, name), space(H5Dget_space(id), H5Sclose, name);
  const std::optional<Shape> shape = shape_of(space);
  if (!shape || std::ranges::find(*shape, 0u) != shape->end()) throw Unfit{"it has no data"};
  dataset.shape = *shape;
  dataset.attributes = attributes_of(id);
  dataset.type = element_type(type, dataset);
  dataset.is_scale = H5DSis_scale(id) > 0;
  if (dataset.is_scale && shape->size() != 1) throw Unfit{"it is a scale of several dimensions"};
  if (dataset.is_scale) dataset.dimensions = {name};
  else
    for (unsigned d = 0; d < shape->size(); ++d) dataset.dimensions.push_back(scale_of(id, d));
  if (dataset.is_scale && has_no_variable(id)) {
    dataset.type = ElementType::int64;
    dataset.attributes = {{"long_name", "number"}};
    dataset.values = [](std::uint64_t first, std::uint64_t count, double* out) {
      for (std::uint64_t i = 0; i < count; ++i) out[i] = static_cast<double>(first + i);
    };
  }
  return source;
}

/// The texts of a dataset as labels and positions.
void load_texts(hid_t id, Dataset& dataset) {
  const Handle type(H5Dget_type(id), H5Tclose, dataset.name);
  std::map<std::string, double> positions;
  auto all = std::make_shared<std::vector<double>>();
  for_each_block(dataset.shape, [&](const Shape& start, const Shape& extents, std::uint64_t) {
    const std::uint64_t count = extents.empty() ? 1 : extents[0];
    const hsize_t size = count;
    const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose, dataset.name);
    const auto read = [&](hid_t memory, void* to) { read_block(id, start, extents, memory, to); };
    for (const std::string& text : read_strings(type, count, space, read)) {
      const auto [label, added] = positions.emplace(text, static_cast<double>(positions.size()));
      if (added) dataset.labels.push_back(text);
      all->push_back(label->second);
    }
  });
  dataset.values = [all](std::uint64_t first, std::uint64_t count, double* out) {
    std::copy_n(all->begin() + static_cast<std::ptrdiff_t>(first), count, out);
  };
}

/// Gives a scale or coordinate its values, read from the file when they are asked for.
void set_values(Source& source) {
  Dataset& dataset = source.dataset;
  if (dataset.values) return;
  if (dataset.shape.size() > 1) throw Unfit{"it has several dimensions and is no output"};
  if (dataset.type == ElementType::text) return load_texts(*source.id, dataset);
  dataset.values = [id = source.id, scalar = dataset.shape.empty()](std::uint64_t first, std::uint64_t count,
                                                                    double* out) {
    read_block(*id, scalar ? Shape{} : Shape{first}, scalar ? Shape{} : Shape{count}, H5T_NATIVE_DOUBLE, out);
  };
}

bool is_result(const Dataset& dataset, const Dataset& status) {
  return dataset.name == status.name ||
         (dataset.type == ElementType::float64 && dataset.dimensions.size() >= status.dimensions.size() &&
          std::equal(status.dimensions.begin(), status.dimensions.end(), dataset.dimensions.begin()));
}

void copy_results(const Source& source, const Dataset& written, const RawFile& to) {
  const std::uint64_t size = element_size(written.type);
  std::vector<char> bytes;
  for_each_block(written.shape, [&](const Shape& start, const Shape& extents, std::uint64_t first) {
    std::uint64_t count = 1;
    for (const std::uint64_t extent : extents) count *= extent;
    bytes.resize(count * size);
    read_block(*source.id, start, extents, memory_type(written.type), bytes.data());
    to.write(bytes.data(), bytes.size(), written.offset + first * size);
  });
}

/// Names of the objects of the root group, in the order of creation if the file knows it.
std::vector<std::string> object_names(hid_t file) {
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t* link, void* out) -> herr_t {
    if (link->type == H5L_TYPE_HARD) static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  if (H5Literate(file, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, visit, &names) < 0) {
    names.clear();
    checked(H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names), "objects");
  }
  return names;
}

std::vector<Source> find_sources(hid_t file, std::vector<LeftOut>& left_out) {
  std::vector<Source> sources;
  for (const std::string& name : object_names(file)) {
    try {
      if (!is_utf8(name)) throw UsageError("a name is not UTF-8");
      sources.push_back(describe(file, name));
    } catch (const Unfit& unfit) {
      left_out.push_back({name, unfit.why});
    }
  }
  return sources;
}

/// Takes out those of which a dimension's scale is left out or does not fit, and those without a place in a result
/// file.
void keep_fitting(std::vector<Source>& sources, std::vector<LeftOut>& left_out) {
  const auto named = [&](const std::string& name) {
    const auto found = std::ranges::find(sources, name, [](const Source& source) { return source.dataset.name; });
    return found == sources.end() ? nullptr : &found->dataset;
  };
  const Dataset* found = named(status_name);
  if (!found) throw UsageError("it has no status of every task");
  const Dataset status = *found;
  std::vector<Source> kept;
  for (Source& source : sources) {
    Dataset dataset = source.dataset;
    try {
      for (std::size_t d = 0; d < dataset.dimensions.size(); ++d) {
        const Dataset* scale = named(dataset.dimensions[d]);
        if (!scale || !scale->is_scale || scale->shape[0] != dataset.shape[d])
          throw Unfit{fmt::format("dimension {} does not fit its scale", d)};
      }
      Source copy{source.id, dataset};
      if (!is_result(dataset, status)) set_values(copy);
      kept.push_back(std::move(copy));
    } catch (const Unfit& unfit) {
      left_out.push_back({dataset.name, unfit.why});
    }
  }
  sources = std::move(kept);
}

/// The sizes are the file's word: they are multiplied with care.
void check_size(const FileLayout& layout, std::uint64_t most_bytes) {
  std::uint64_t left = most_bytes;
  for (const Dataset& dataset : layout.datasets) {
    std::uint64_t bytes = element_size(dataset.type);
    for (const std::uint64_t extent : dataset.shape) {
      if (extent > left / bytes) throw UsageError("it has more data than its size or the disk for temporaries allows");
      bytes *= extent;
    }
    left -= bytes;
  }
}

}  // namespace

std::vector<LeftOut> convert_hdf5(const std::string& from, const std::string& to, std::uint64_t most_bytes) {
  prepare_hdf5();
  checked(H5PLset_loading_state(0), "filters");
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "file");
  checked(H5Pset_file_locking(access, false, true), "file");
  constexpr std::size_t cache_slots = 12421, cache_bytes = std::size_t{64} << 20;
  checked(H5Pset_cache(access, 0, cache_slots, cache_bytes, 1.0), "file");
  const Handle file = reading([&] { return Handle(H5Fopen(from.c_str(), H5F_ACC_RDONLY, access), H5Fclose, "file"); });
  std::vector<LeftOut> left_out;
  std::vector<Source> sources;
  FileLayout layout;
  reading([&] {
    sources = find_sources(file, left_out);
    keep_fitting(sources, left_out);
    layout.attributes = attributes_of(Handle(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose, "file"));
  });
  for (const Source& source : sources) layout.datasets.push_back(source.dataset);
  check_size(layout, most_bytes);
  create_hdf5(to, layout);
  const RawFile written(to, O_RDWR);
  for (std::size_t k = 0; k < sources.size(); ++k)
    if (!layout.datasets[k].values) copy_results(sources[k], layout.datasets[k], written);
  return left_out;
}

}  // namespace trawl::io
