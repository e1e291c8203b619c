#include "engine/interval_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trawl {

void IntervalSet::insert(TaskRange range) {
  if (range.empty()) return;
  auto it = ranges_.upper_bound(range.begin);
  if (it != ranges_.begin()) {
    const auto before = std::prev(it);
    if (before->second >= range.begin) it = before;
  }
  while (it != ranges_.end() && it->first <= range.end) {
    range.begin = std::min(range.begin, it->first);
    range.end = std::max(range.end, it->second);
    count_ -= it->second - it->first;
    it = ranges_.erase(it);
  }
  ranges_.emplace_hint(it, range.begin, range.end);
  count_ += range.size();
}

void IntervalSet::erase(TaskRange range) {
  if (range.empty()) return;
  auto it = ranges_.upper_bound(range.begin);
  if (it != ranges_.begin()) --it;
  while (it != ranges_.end() && it->first < range.end) {
    const TaskRange held{it->first, it->second};
    if (held.end <= range.begin) {
      ++it;
      continue;
    }
    if (held.begin < range.begin) {
      it->second = range.begin;
      ++it;
      if (held.end > range.end) ranges_.emplace_hint(it, range.end, held.end);
    } else if (held.end > range.end) {  // the common case, taking from the front, costs no allocation
      auto node = ranges_.extract(it++);
      node.key() = range.end;
      ranges_.insert(it, std::move(node));
    } else {
      it = ranges_.erase(it);
    }
    count_ -= std::min(held.end, range.end) - std::max(held.begin, range.begin);
  }
}

bool IntervalSet::contains(TaskIndex task) const {
  const auto it = ranges_.upper_bound(task);
  return it != ranges_.begin() && std::prev(it)->second > task;
}

TaskRange IntervalSet::next(TaskIndex from) const {
  auto it = ranges_.upper_bound(from);
  if (it != ranges_.begin() && std::prev(it)->second > from) return {from, std::prev(it)->second};
  if (it == ranges_.end()) return {};
  return {it->first, it->second};
}

}  // namespace trawl
