// What a machine may run out of: memory, threads, files, disk space.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace trawl {

/// What the exception says is lacking, as in "memory" or "threads or processes"; null if it is about something else.
const char* missing_resource(const std::exception& error);

/// The limits of this process (ulimit) on memory, as in "ulimit -v 50000", and on processes, "ulimit -u 10"; empty if
/// there are none.
std::string memory_limits_text();
std::string thread_limits_text();

/// From now on `operator new` counts in shortages() when it finds no memory.
void count_shortages();

/// How often this process has run out of memory. When it grew while a point was evaluated, how that point failed may
/// say more about the machine than about the point.
std::uint64_t shortages();

/// Adds one to shortages(): for what is found out otherwise. Async-signal-safe.
void note_shortage();

}  // namespace trawl
