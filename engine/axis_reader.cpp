#include "engine/axis_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace trawl {

namespace {

constexpr std::uint64_t most_tabulated = 4096;

template <class Interval>
Extent ends(const Interval& interval) {
  return {interval.lower, interval.upper};
}

}  // namespace

AxisReader::AxisReader(Axis axis) : axis_(std::move(axis)) {
  if (auto* choice = std::get_if<Choice>(&axis_.values)) axis_.values = List{std::move(choice->values)};
  size_ = axis_size(axis_);
  if (auto* list = std::get_if<List>(&axis_.values)) {
    table_ = std::move(list->values);
  } else if (size_ <= most_tabulated) {
    for (std::uint64_t i = 0; i < size_; ++i) table_.push_back(axis_value(axis_, i));
  }
}

void AxisReader::fill(std::uint64_t first, std::uint64_t count, double* out, std::size_t stride) const {
  if (table_.empty()) {
    for (std::uint64_t i = 0; i < count; ++i) out[i * stride] = axis_value(axis_, first + i);
  } else {
    for (std::uint64_t i = 0; i < count; ++i) out[i * stride] = table_[first + i];
  }
}

Extent AxisReader::extent() const {
  if (const auto* uniform = std::get_if<Uniform>(&axis_.values)) return ends(*uniform);
  if (const auto* log_uniform = std::get_if<LogUniform>(&axis_.values)) return ends(*log_uniform);
  if (const auto* integers = std::get_if<Integers>(&axis_.values)) return ends(*integers);
  if (!table_.empty()) {
    const auto [lowest, highest] = std::ranges::minmax(table_);
    return {lowest, highest};
  }
  const auto [lower, upper] = std::minmax({value(0), value(size_ - 1)});  // monotone
  return {lower, upper};
}

}  // namespace trawl
