#include "io/result_reader.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include <fcntl.h>
#include <fmt/format.h>

#include "engine/error.hpp"
#include "io/foreign_file.hpp"
#include "io/hdf5_blocks.hpp"
#include "io/hdf5_read.hpp"
#include "io/key_places.hpp"
#include "io/layout.hpp"
#include "io/raw_file.hpp"
#include "io/status_scan.hpp"

namespace trawl::io {
namespace {

template <class T>
const T& attribute(const FileLayout& layout, const std::string& path, const std::string& name) {
  const auto found = layout.attributes.find(name);
  const T* value = found == layout.attributes.end() ? nullptr : std::get_if<T>(&found->second);
  if (!value)
    throw UsageError(
        fmt::format("{}: is not a result file (it has no attribute {}). Was it written by trawl?", path, name));
  return *value;
}

std::string text_attribute(const Dataset& dataset, const std::string& name) {
  const auto found = dataset.attributes.find(name);
  const auto* text = found == dataset.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text ? *text : std::string();
}

/// Outputs have the dimensions of `status` first.
bool is_output(const Dataset& dataset, const Dataset& status) {
  return dataset.type == ElementType::float64 && dataset.shape.size() >= status.shape.size() &&
         std::equal(status.dimensions.begin(), status.dimensions.end(), dataset.dimensions.begin());
}

template <class Element>
void widen(const std::vector<char>& bytes, std::vector<double>& values) {
  const auto* elements = reinterpret_cast<const Element*>(bytes.data());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(elements[i]);
}

}  // namespace

struct ResultReader::Impl {
  Impl(const std::string& file_path, Forms forms) : path(file_path), opened(open(path, forms)) {
    const auto version = attribute<std::int64_t>(layout, path, "layout_version");
    if (version < oldest_layout_version || version > layout_version)
      throw UsageError(
          fmt::format("{}: has layout version {} (this trawl reads {} to {}). Use the trawl that wrote it.", path,
                      version, oldest_layout_version, layout_version));
    status = layout.find(status_name);
    if (!status || status->type != ElementType::uint8 || status->dimensions.empty() ||
        status->dimensions.back() != replicate_name)
      throw UsageError(
          fmt::format("{}: is not a result file (it has no status of every task). Was it written by trawl?", path));
    for (const Dataset& dataset : layout.datasets) {
      if (&dataset == status) continue;
      Variable variable{.name = dataset.name,
                        .unit = text_attribute(dataset, "units"),
                        .long_name = text_attribute(dataset, "long_name"),
                        .role = dataset.is_scale              ? Variable::Role::scale
                                : is_output(dataset, *status) ? Variable::Role::output
                                                              : Variable::Role::coordinate,
                        .is_text = dataset.type == ElementType::text,
                        .is_flag = dataset.type == ElementType::uint8,
                        .is_integer = dataset.type == ElementType::int64,
                        .dimensions = dataset.dimensions,
                        .shape = dataset.shape};
      variables.push_back(std::move(variable));
    }
  }

  const Dataset& find(const std::string& name) const {
    const Dataset* dataset = layout.find(name);
    if (!dataset) throw UsageError(fmt::format("{}: has no variable {}. trawl report names its outputs.", path, name));
    return *dataset;
  }

  void check_range(TaskRange range) const {
    TRAWL_CHECK(range.begin <= range.end && range.end <= status->element_count());
  }

  /// In our form, as it lies there or turned into it.
  static OwnForm open(const std::string& path, Forms forms) {
    std::string other_form;
    try {
      FileLayout layout = read_layout(path);
      const auto left = std::ranges::find(layout.left_out, true, &LeftOut::described);
      if (left == layout.left_out.end()) return {RawFile(path, O_RDONLY), std::move(layout)};
      other_form = left->why;
    } catch (const OtherForm& error) {
      other_form = error.what();
    }
    if (forms == Forms::own) throw UsageError(one_line(fmt::format("{}: in another form ({}).", path, other_form)));
    return own_form_of(path);
  }

  std::string path;
  OwnForm opened;
  const FileLayout& layout = opened.layout;
  const RawFile& file = opened.file;
  const Dataset* status = nullptr;
  std::vector<Variable> variables;
};

ResultReader::ResultReader(const std::string& path, Forms forms) : impl_(std::make_unique<Impl>(path, forms)) {}
ResultReader::~ResultReader() = default;

const std::string& ResultReader::path() const {
  return impl_->path;
}

std::vector<Unread> ResultReader::unread() const {
  std::vector<Unread> objects;
  for (const LeftOut& object : impl_->layout.left_out) objects.push_back({object.name, object.why});
  return objects;
}

const RawFile& ResultReader::raw_file() const {
  return impl_->file;
}

std::string ResultReader::study() const {
  return attribute<std::string>(impl_->layout, impl_->path, "study");
}

int ResultReader::study_version() const {
  const auto version = attribute<std::int64_t>(impl_->layout, impl_->path, "study_version");
  if (version < 0 || version > std::numeric_limits<int>::max())
    throw UsageError(fmt::format("{}: damaged (version {} of its study). Restore it.", impl_->path, version));
  return static_cast<int>(version);
}

std::string ResultReader::sweep_text() const {
  return attribute<std::string>(impl_->layout, impl_->path, "sweep");
}

std::string ResultReader::trawl_version() const {
  return attribute<std::string>(impl_->layout, impl_->path, "trawl_version");
}

std::optional<Shard> ResultReader::shard() const {
  if (!impl_->layout.attributes.contains(shard_name)) return std::nullopt;
  const std::optional<Shard> shard = parse_shard(attribute<std::string>(impl_->layout, impl_->path, shard_name));
  if (!shard)
    throw UsageError(fmt::format("{}: is damaged (its shard is not of the form I/S). Restore it.", impl_->path));
  return shard;
}

std::uint64_t ResultReader::task_count() const {
  return impl_->status->element_count();
}
std::uint64_t ResultReader::replicates() const {
  return impl_->status->shape.back();
}
const std::vector<std::string>& ResultReader::task_dimensions() const {
  return impl_->status->dimensions;
}
const std::vector<std::uint64_t>& ResultReader::task_shape() const {
  return impl_->status->shape;
}

std::vector<RawData> ResultReader::raw_data() const {
  std::vector<RawData> data;
  for (const Dataset& dataset : impl_->layout.datasets)
    data.push_back({dataset.name, dataset.offset, dataset.byte_count()});
  return data;
}

const std::vector<Variable>& ResultReader::variables() const {
  return impl_->variables;
}

std::array<std::uint64_t, 7> ResultReader::status_counts() const {
  std::array<std::uint64_t, 7> counts{};
  scan([&](TaskRange run, Status status) { counts[static_cast<std::size_t>(status)] += run.size(); });
  return counts;
}

void ResultReader::scan(const std::function<void(TaskRange, Status)>& visit) const {
  scan_statuses(impl_->file, impl_->status->offset, task_count(), visit);
}

std::vector<std::uint8_t> ResultReader::statuses(TaskRange range) const {
  impl_->check_range(range);
  std::vector<std::uint8_t> bytes(range.size());
  impl_->file.read(bytes.data(), bytes.size(), impl_->status->offset + range.begin);
  if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte >= std::size(status_names); }))
    throw UsageError(fmt::format("{}: is damaged (a status has an unknown value). Restore it.", impl_->path));
  return bytes;
}

std::vector<double> ResultReader::output(const std::string& name, TaskRange range) const {
  impl_->check_range(range);
  const Dataset& dataset = impl_->find(name);
  if (!is_output(dataset, *impl_->status))
    throw UsageError(fmt::format("{}: {} is no output of every task. `trawl status` lists them.", impl_->path, name));
  const std::uint64_t size = dataset.element_count() / task_count();
  std::vector<double> values(range.size() * size);
  impl_->file.read(values.data(), values.size() * sizeof(double), dataset.offset + range.begin * size * sizeof(double));
  return values;
}

std::vector<double> ResultReader::values(const std::string& name) const {
  return values(name, 0, impl_->find(name).element_count());
}

std::vector<double> ResultReader::values(const std::string& name, std::uint64_t first, std::uint64_t count) const {
  const Dataset& dataset = impl_->find(name);
  TRAWL_CHECK(dataset.type != ElementType::text && first + count <= dataset.element_count());
  const std::uint64_t size = element_size(dataset.type);
  std::vector<char> bytes(count * size);
  impl_->file.read(bytes.data(), bytes.size(), dataset.offset + first * size);
  std::vector<double> numbers(count);
  if (dataset.type == ElementType::int64) widen<std::int64_t>(bytes, numbers);
  else if (dataset.type == ElementType::uint8) widen<std::uint8_t>(bytes, numbers);
  else widen<double>(bytes, numbers);
  return numbers;
}

std::vector<std::string> ResultReader::texts(const std::string& name) const {
  return texts(name, 0, impl_->find(name).element_count());
}

std::vector<std::string> ResultReader::texts(const std::string& name, std::uint64_t first, std::uint64_t count) const {
  const Dataset& dataset = impl_->find(name);
  TRAWL_CHECK(dataset.type == ElementType::text && first + count <= dataset.element_count());
  return read_texts(impl_->file, dataset, first, count);
}

}  // namespace trawl::io
