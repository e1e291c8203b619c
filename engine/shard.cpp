#include "engine/shard.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "engine/cost_order.hpp"
#include "engine/error.hpp"
#include "engine/number.hpp"

namespace trawl {

namespace {

std::optional<std::uint64_t> parse_count(std::string_view text) {
  try {
    const std::int64_t count = read_whole_number(text);
    return count > 0 ? std::optional(static_cast<std::uint64_t>(count)) : std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

double cost_of(const Segment& segment) {
  return segment.cost * static_cast<double>(segment.range.size());
}

}  // namespace

std::string shard_text(Shard shard) {
  return fmt::format("{}/{}", shard.number, shard.count);
}

std::optional<Shard> parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = parse_count(text.substr(0, slash)), count = parse_count(text.substr(slash + 1));
  if (!number || !count || *number > *count) return std::nullopt;
  return Shard{*number, *count};
}

TaskRange shard_tasks(const Sweep& sweep, Shard shard) {
  const std::uint64_t points = sweep.design.point_count(), replicates = sweep.design.replicates();
  if (shard.count > points)
    throw UsageError(fmt::format("{} shards of {} points (the replicates of a point stay together). Use fewer shards",
                                 shard.count, points));
  const std::vector<Segment> segments = cost_segments(sweep);
  double total = 0;
  for (const Segment& segment : segments) total += cost_of(segment);

  PointIndex begin = 0, end = 0;
  auto segment = segments.begin();
  double behind = 0;  // cost of the segments before it
  for (std::uint64_t number = 1; number <= shard.number; ++number) {
    const double target = total * (static_cast<double>(number) / static_cast<double>(shard.count));
    for (; segment != segments.end() && behind + cost_of(*segment) <= target; ++segment) behind += cost_of(*segment);
    PointIndex cut = points;
    if (segment != segments.end()) {
      cut = (segment->range.begin + static_cast<std::uint64_t>((target - behind) / segment->cost)) / replicates;
    }
    begin = end;
    end = number == shard.count ? points : std::clamp(cut, begin + 1, points - (shard.count - number));
  }
  return {begin * replicates, end * replicates};
}

}  // namespace trawl
