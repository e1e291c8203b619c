// The files of a sweep's shards, and joining them into the one that a single job would have written.
#pragma once

#include <string>
#include <vector>

#include "engine/shard.hpp"
#include "io/result_file.hpp"

namespace trawl::io {

/// "DIR/NAME.shard-2-of-3.h5" for "DIR/NAME.h5".
std::string shard_path(const std::string& whole, Shard shard);

/// Names of the shards of `whole` that lie beside it, sorted.
std::vector<std::string> find_shards(const std::string& whole);

/// Which shard of the sweep a file is. The file is treated as hostile: its layout and coordinates are compared with
/// what they should be. Throws UsageError if it is no shard of this sweep and version, IoError.
Shard check_shard(const std::string& path, const Sweep& sweep, const OnBlock& on_block = {});

/// Writes the tasks that are done in a shard's file, and pending in `whole`, to `whole`; flush() is the caller's. Of
/// two outcomes of a task the one that got further stands: ok, non_finite, threw, timed_out, crashed, in this order.
/// The shard may be growing. Throws as check_shard() does; what on_block throws leaves `whole` with what was merged so
/// far.
void merge_shard(const std::string& path, const Sweep& sweep, ResultFile& whole, const OnBlock& on_block = {});

}  // namespace trawl::io
