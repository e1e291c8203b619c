#include "io/layout_check.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/error.hpp"
#include "io/hdf5_read.hpp"
#include "io/key_places.hpp"

namespace trawl::io {
namespace {

struct AttributeText {
  std::string operator()(const std::string& text) const { return fmt::format("\"{}\"", text); }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::vector<std::uint8_t>& values) const { return fmt::format("{}", values); }
};

bool same(const AttributeValue& a, const AttributeValue& b) {
  const auto *x = std::get_if<double>(&a), *y = std::get_if<double>(&b);
  if (x && y) return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y);
  return a == b;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Lines of one sweep that the other has not.
void compare_sweeps(const std::string& found, const std::string& wanted, std::vector<std::string>& out) {
  const std::vector<std::string> old_lines = lines_of(found), new_lines = lines_of(wanted);
  const std::set<std::string> old_set(old_lines.begin(), old_lines.end()), new_set(new_lines.begin(), new_lines.end());
  for (const std::string& line : old_lines)
    if (!new_set.contains(line)) out.push_back("in the file: " + one_line(line));
  for (const std::string& line : new_lines)
    if (!old_set.contains(line)) out.push_back("now:         " + one_line(line));
}

void compare_attributes(const std::string& owner, const Attributes& found, const Attributes& wanted,
                        std::vector<std::string>& out) {
  const auto* old_sweep = found.contains("sweep") ? std::get_if<std::string>(&found.at("sweep")) : nullptr;
  const auto* new_sweep = wanted.contains("sweep") ? std::get_if<std::string>(&wanted.at("sweep")) : nullptr;
  if (old_sweep && new_sweep) compare_sweeps(*old_sweep, *new_sweep, out);
  for (const auto& [name, value] : wanted) {
    const auto other = found.find(name);
    if (other != found.end() && same(other->second, value)) continue;
    if (name == "sweep" && old_sweep) continue;
    out.push_back(one_line(fmt::format("{}{}: {} in the file, {} now", owner, name,
                                       other == found.end() ? "missing" : std::visit(AttributeText{}, other->second),
                                       std::visit(AttributeText{}, value))));
  }
  for (const auto& [name, value] : found)
    if (!wanted.contains(name)) out.push_back(one_line(fmt::format("{}{}: not ours", owner, name)));
}

void compare_datasets(const Dataset& found, const Dataset& wanted, std::vector<std::string>& out) {
  if (found.type != wanted.type) out.push_back(fmt::format("{}: another type", wanted.name));
  if (found.shape != wanted.shape)
    out.push_back(fmt::format("{}: shape {} in the file, {} now", wanted.name, found.shape, wanted.shape));
  if (found.dimensions != wanted.dimensions || found.is_scale != wanted.is_scale)
    out.push_back(fmt::format("{}: other dimensions", wanted.name));
  compare_attributes(wanted.name + ".", found.attributes, wanted.attributes, out);
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

}  // namespace

std::vector<std::string> differences(const FileLayout& found, const FileLayout& wanted) {
  std::vector<std::string> lines;
  compare_attributes("", found.attributes, wanted.attributes, lines);
  for (const Dataset& dataset : wanted.datasets) {
    if (const Dataset* other = found.find(dataset.name)) compare_datasets(*other, dataset, lines);
    else lines.push_back(fmt::format("{}: missing in the file", dataset.name));
  }
  for (const Dataset& dataset : found.datasets)
    if (!wanted.find(dataset.name)) lines.push_back(fmt::format("{}: not ours", one_line(dataset.name)));
  return lines;
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
  const FileLayout found = read_layout(path);
  if (const std::vector<std::string> lines = differences(found, layout); !lines.empty())
    throw UsageError(
        fmt::format("{}: belongs to another sweep or version. Give another path, or what made this file:\n  {}", path,
                    fmt::join(lines, "\n  ")));
  RawFile file(path, flags);
  if (const std::string name = different_values(file, found, layout, on_block); !name.empty())
    throw UsageError(fmt::format(
        "{}: damaged (the values of {} are not the sweep's). Restore it, or give another path.", path, name));
  for (Dataset& dataset : layout.datasets) dataset.offset = found.find(dataset.name)->offset;
  return file;
}

}  // namespace trawl::io
