// The list of all studies.
#pragma once

#include <span>

#include "engine/study.hpp"

namespace trawl::studies {

/// Every study that ships with Trawl, in the order of `trawl list`. The objects live for the whole program.
std::span<const Study* const> catalogue();

}  // namespace trawl::studies
