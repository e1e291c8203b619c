// One sweep split into parts that independent jobs compute.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/sweep.hpp"
#include "engine/task.hpp"

namespace trawl {

/// Part `number` of `count`, counted from 1.
struct Shard {
  std::uint64_t number = 1;
  std::uint64_t count = 1;

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// "2/3".
std::string shard_text(Shard shard);

/// The opposite; nothing if the text is no shard.
std::optional<Shard> parse_shard(std::string_view text);

/// The tasks of a shard: consecutive points with all their replicates, cut so that every part has about the same cost
/// by cost_segments() and at least one point. Throws UsageError if there are more shards than points.
TaskRange shard_tasks(const Sweep& sweep, Shard shard);

}  // namespace trawl
