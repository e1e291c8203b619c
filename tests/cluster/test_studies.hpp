// Studies that behave badly where they are told to.
#pragma once

#include <memory>

#include "engine/study.hpp"

namespace trawl::test {

/// fragile: outputs `square` = x^2 and `draw`, one random number. Parameters: x, fault (none, throws, nan, infinity,
/// never_returns, aborts, segfaults, is_killed, no_memory, no_threads, reads_a_pipe, holds_stdio), at (the x that has
/// the fault), sleep (seconds each point takes). With TRAWL_TEST_CALM in the environment nothing fails.
std::unique_ptr<Study> make_fragile();

/// bulky: output `block[element]` of `elements` doubles, element i of point x being x + i.
std::unique_ptr<Study> make_bulky();

}  // namespace trawl::test
