#include "io/layout_check.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/counted.hpp"
#include "engine/error.hpp"
#include "io/hdf5_blocks.hpp"
#include "io/hdf5_read.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

struct AttributeText {
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::vector<std::uint8_t>& values) const { return fmt::format("{}", values); }
};

bool same(const AttributeValue& a, const AttributeValue& b) {
  const auto *x = std::get_if<double>(&a), *y = std::get_if<double>(&b);
  if (x && y) return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y);
  return a == b;
}

using Lines = std::vector<std::pair<std::string, std::string>>;  ///< key and value, in their order

/// A sweep's canonical text, taken apart.
struct SweepText {
  Lines settings, axes, fixed;
  std::vector<std::string> points;  ///< of a list design
};

SweepText take_apart(const std::string& text) {
  SweepText sweep;
  Lines* section = &sweep.settings;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line == "[axes]") section = &sweep.axes;
    else if (line == "[fixed]") section = &sweep.fixed;
    else if (line.starts_with("  ")) sweep.points.push_back(line);
    else if (const std::size_t sign = line.find(" = "); sign != std::string::npos && !line.ends_with("= ["))
      section->emplace_back(line.substr(0, sign), line.substr(sign + 3));
  }
  return sweep;
}

const std::string* value_of(const Lines& lines, const std::string& key) {
  const auto found = std::ranges::find(lines, key, &Lines::value_type::first);
  return found == lines.end() ? nullptr : &found->second;
}

std::string shown_or(const std::string* text, const char* otherwise) {
  return text ? shown(*text) : otherwise;
}

std::string names_of(const Lines& lines) {
  std::string names;
  for (const auto& [name, value] : lines) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "no axes" : (lines.size() == 1 ? "axis " : "axes ") + names;
}

void compare_settings(const SweepText& found, const SweepText& wanted, std::vector<std::string>& out) {
  std::set<std::string> keys;
  for (const Lines* lines : {&found.settings, &wanted.settings})
    for (const auto& [key, value] : *lines) keys.insert(key);
  for (const std::string& key : keys) {
    const std::string *old_value = value_of(found.settings, key), *new_value = value_of(wanted.settings, key);
    if (old_value && new_value && *old_value == *new_value) continue;
    out.push_back(fmt::format("{} {}, not {}", key, shown_or(old_value, "none"), shown_or(new_value, "none")));
  }
  if (found.points.size() != wanted.points.size())
    out.push_back(fmt::format("{} in its list, not {}", counted(found.points.size(), "point"), wanted.points.size()));
  else if (found.points != wanted.points) out.push_back("other points in its list");
}

/// Values of an axis of a grid; 0 for other designs.
std::uint64_t axis_size(const FileLayout& layout, const std::string& name) {
  const Dataset* scale = layout.find(name);
  return scale && scale->is_scale && scale->shape.size() == 1 ? scale->shape[0] : 0;
}

/// Not called unless both have the same axes in the same order.
void compare_axes(const FileLayout& found, const FileLayout& wanted, const Lines& old_axes, const Lines& new_axes,
                  std::vector<std::string>& out) {
  for (std::size_t k = 0; k < new_axes.size(); ++k) {
    const auto& [name, values] = new_axes[k];
    if (old_axes[k].second == values) continue;
    const std::uint64_t old_size = axis_size(found, name), new_size = axis_size(wanted, name);
    if (old_size != new_size)
      out.push_back(fmt::format("axis {} with {}, not {}", name, counted(old_size, "value"), count_text(new_size)));
    else out.push_back(fmt::format("axis {} = {}, not {}", name, shown(old_axes[k].second), shown(values)));
  }
}

/// What differs between the sweep of the file and the one wanted, in the words of a sweep; nothing if none can be told.
std::vector<std::string> sweep_differences(const FileLayout& found, const FileLayout& wanted) {
  const auto text_of = [](const FileLayout& layout) {
    const auto at = layout.attributes.find("sweep");
    const auto* text = at == layout.attributes.end() ? nullptr : std::get_if<std::string>(&at->second);
    return text ? *text : std::string();
  };
  const SweepText old_sweep = take_apart(text_of(found)), new_sweep = take_apart(text_of(wanted));
  const std::string *old_study = value_of(old_sweep.settings, "study"),
                    *new_study = value_of(new_sweep.settings, "study");
  if (!old_study || !new_study) return {};
  if (*old_study != *new_study) return {fmt::format("study {}, not {}", shown(*old_study), shown(*new_study))};
  std::vector<std::string> out;
  compare_settings(old_sweep, new_sweep, out);
  const std::string old_names = names_of(old_sweep.axes), new_names = names_of(new_sweep.axes);
  if (old_names != new_names) out.push_back(fmt::format("{}, not {}", old_names, new_names));
  else compare_axes(found, wanted, old_sweep.axes, new_sweep.axes, out);
  for (const auto& [name, value] : new_sweep.fixed) {
    const std::string* other = value_of(old_sweep.fixed, name);
    if (other && *other != value) out.push_back(fmt::format("{} = {}, not {}", name, shown(*other), shown(value)));
  }
  return out;
}

std::string attribute_text(const FileLayout& layout, const std::string& name, const std::string& otherwise) {
  const auto found = layout.attributes.find(name);
  return found == layout.attributes.end() ? otherwise : std::visit(AttributeText{}, found->second);
}

/// Of the study, of trawl, of the file's layout; and which part of the sweep the file is.
std::vector<std::string> version_differences(const FileLayout& found, const FileLayout& wanted) {
  constexpr std::pair<const char*, const char*> kinds[] = {{"study_version", "version {} of the study, not {}"},
                                                           {"trawl_version", "trawl version {}, not {}"},
                                                           {"layout_version", "layout version {}, not {}"},
                                                           {"shard", "shard {}, not {}"}};
  std::vector<std::string> out;
  for (const auto& [name, words] : kinds) {
    const std::string none = name == std::string_view("shard") ? "the whole sweep" : "none";
    const std::string old_value = attribute_text(found, name, none), new_value = attribute_text(wanted, name, none);
    if (old_value != new_value) out.push_back(fmt::format(fmt::runtime(words), shown(old_value), shown(new_value)));
  }
  return out;
}

void compare_attributes(const std::string& owner, const Attributes& found, const Attributes& wanted,
                        std::vector<std::string>& out) {
  for (const auto& [name, value] : wanted) {
    const auto other = found.find(name);
    if (other != found.end() && same(other->second, value)) continue;
    out.push_back(fmt::format("attribute {}{} {}, not {}", owner, name,
                              other == found.end() ? "missing" : shown(std::visit(AttributeText{}, other->second)),
                              shown(std::visit(AttributeText{}, value))));
  }
  for (const auto& [name, value] : found)
    if (!wanted.contains(name)) out.push_back(fmt::format("attribute {}{}, which trawl does not write", owner, name));
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return shape.empty() ? "one value" : fmt::format("{} values", fmt::join(shape, " x "));
}

void compare_datasets(const Dataset& found, const Dataset& wanted, std::vector<std::string>& out) {
  if (found.type != wanted.type) out.push_back(fmt::format("{} of another type", wanted.name));
  if (found.shape != wanted.shape)
    out.push_back(fmt::format("{} with {}, not {}", wanted.name, shape_text(found.shape), shape_text(wanted.shape)));
  if (found.dimensions != wanted.dimensions)
    out.push_back(fmt::format("{} along {}, not {}", wanted.name, fmt::join(found.dimensions, ", "),
                              fmt::join(wanted.dimensions, ", ")));
  if (found.is_scale != wanted.is_scale)
    out.push_back(fmt::format("{} {} a dimension", wanted.name, found.is_scale ? "as" : "not as"));
  compare_attributes(wanted.name + ".", found.attributes, wanted.attributes, out);
}

/// The same sweep and version, and yet another file: somebody else has written to it.
std::vector<std::string> object_differences(const FileLayout& found, const FileLayout& wanted) {
  std::vector<std::string> out;
  compare_attributes("", found.attributes, wanted.attributes, out);
  for (const Dataset& dataset : wanted.datasets) {
    if (const Dataset* other = found.find(dataset.name)) compare_datasets(*other, dataset, out);
    else out.push_back(fmt::format("no {}", dataset.name));
  }
  for (const Dataset& dataset : found.datasets)
    if (!wanted.find(dataset.name)) out.push_back(fmt::format("{}, which trawl does not write", dataset.name));
  return out;
}

std::string listed(const std::vector<std::string>& lines) {
  constexpr std::size_t most = 4;
  std::string text = fmt::format("{}", fmt::join(lines.begin(), lines.begin() + std::min(most, lines.size()), "; "));
  if (lines.size() > most) text += fmt::format("; and {} more", lines.size() - most);
  return text;
}

bool same_texts(const RawFile& file, const Dataset& found, const Dataset& wanted, std::uint64_t first,
                const std::vector<double>& positions) {
  const std::vector<std::string> texts = read_texts(file, found, first, positions.size());
  return std::equal(texts.begin(), texts.end(), positions.begin(), [&](const std::string& text, double position) {
    return text == wanted.labels[static_cast<std::size_t>(position)];
  });
}

/// `on_block` gets the bytes of each block that was compared.
bool same_values(const RawFile& file, const Dataset& found, const Dataset& wanted,
                 const std::function<void(std::uint64_t)>& on_block) {
  constexpr std::uint64_t block = std::uint64_t{1} << 16;
  const std::uint64_t total = wanted.element_count();
  std::vector<char> ours, theirs;
  for (std::uint64_t first = 0; first < total; first += block) {
    std::vector<double> values(std::min(block, total - first));
    wanted.values(first, values.size(), values.data());
    on_block(values.size() * element_size(wanted.type));
    if (wanted.type == ElementType::text) {
      if (!same_texts(file, found, wanted, first, values)) return false;
      continue;
    }
    encode(wanted.type, values, ours);
    theirs.resize(ours.size());
    file.read(theirs.data(), theirs.size(), found.offset + first * element_size(wanted.type));
    if (ours != theirs) return false;
  }
  return true;
}

/// What others have added is none of our business, as long as what is ours is in its place.
void set_aside_foreign(FileLayout& found, const FileLayout& wanted) {
  const auto drop = [](Attributes& from, const Attributes& ours) {
    std::erase_if(from, [&](const auto& entry) { return !ours.contains(entry.first) && entry.first != shard_name; });
  };
  drop(found.attributes, wanted.attributes);
  std::erase_if(found.datasets, [&](const Dataset& dataset) { return !wanted.find(dataset.name); });
  for (Dataset& dataset : found.datasets) drop(dataset.attributes, wanted.find(dataset.name)->attributes);
}

void check_form(const std::string& path, const FileLayout& found, const FileLayout& wanted) {
  const auto ours = [&](const LeftOut& object) { return wanted.find(object.name) != nullptr; };
  const auto changed = std::ranges::find_if(found.left_out, ours);
  if (changed != found.left_out.end())
    throw OtherForm(one_line(fmt::format("{}: is not as trawl wrote it ({}).", path, changed->why)));
  const auto version = found.attributes.find("layout_version");
  const auto* number = version == found.attributes.end() ? nullptr : std::get_if<std::int64_t>(&version->second);
  if (number && *number >= oldest_layout_version && *number < layout_version)
    throw UsageError(fmt::format(
        "{}: has layout version {}, of an older trawl (this writes {}). It can be read, not continued: finish it with "
        "the trawl that wrote it, or give another path.",
        path, *number, layout_version));
}

/// The layout of a file that was written by a trawl like this one, without what others have added.
FileLayout read_own_form(const std::string& path, const FileLayout& wanted) {
  try {
    FileLayout found = read_layout(path);
    check_form(path, found, wanted);
    set_aside_foreign(found, wanted);
    return found;
  } catch (const OtherForm& error) {
    throw UsageError(fmt::format(
        "{} Another program wrote it anew: it can be read, not continued. Continue the original, or give another path.",
        error.what()));
  }
}

}  // namespace

std::string difference(const std::string& path, const FileLayout& found, const FileLayout& wanted) {
  if (const auto lines = sweep_differences(found, wanted); !lines.empty())
    return fmt::format(
        "{}: belongs to another sweep (it has {}). Give another --output, or the sweep that trawl status {} shows",
        path, listed(lines), path);
  if (const auto lines = version_differences(found, wanted); !lines.empty())
    return fmt::format(
        "{}: belongs to another version or part of the sweep (it has {}). Give another --output, or use what wrote it",
        path, listed(lines));
  if (const auto lines = object_differences(found, wanted); !lines.empty())
    return fmt::format("{}: is not as trawl wrote it (it has {}). Restore it, or give another --output", path,
                       listed(lines));
  return {};
}

std::string different_values(const RawFile& file, const FileLayout& found, const FileLayout& wanted,
                             const OnBlock& on_block) {
  std::uint64_t total = 0, done = 0;
  for (const Dataset& dataset : wanted.datasets)
    if (dataset.values) total += dataset.byte_count();
  const auto add = [&](std::uint64_t bytes) {
    done += bytes;
    if (on_block) on_block("checking", done, total);
  };
  for (const Dataset& dataset : wanted.datasets)
    if (dataset.values && !same_values(file, *found.find(dataset.name), dataset, add)) return dataset.name;
  return {};
}

RawFile open_laid_out(const std::string& path, int flags, FileLayout& layout, const OnBlock& on_block) {
  FileLayout found = read_own_form(path, layout);
  if (const std::string problem = difference(path, found, layout); !problem.empty()) throw UsageError(problem);
  RawFile file(path, flags);
  if (const std::string name = different_values(file, found, layout, on_block); !name.empty())
    throw UsageError(fmt::format(
        "{}: is damaged (it has other values of {} than its sweep). Restore it, or give another --output", path, name));
  for (Dataset& dataset : layout.datasets) dataset.offset = found.find(dataset.name)->offset;
  return file;
}

}  // namespace trawl::io
